/// The rows of a finished tile on their way out: they move up through the array's drain registers
/// to row 0, through Stages of finishing, and leave on the d_* ports.
///
/// A row leaves the array with take_o, when the finishing stages move (move_o) and, where the tile
/// uses C here, C is offered.
module fp4_drain_control #(
  parameter  int Rows     = 8, // rows of a tile
  parameter  bit TakesC   = 1'b0, // C is taken while rows leave
  parameter  int Stages   = 1, // of finishing, the d_* registers the last: 1 or more
  parameter  int TagWidth = 32, // bits of a tag
  localparam int RowW     = $clog2(Rows + 1) // bits of a count of rows
) (
  input  logic                clk_i,     // clock
  input  logic                rst_ni,    // reset, asynchronous, active low
  input  logic                start_i,   // a tile is in the drain registers from the next cycle on
  input  logic                use_c_i,   // that tile uses C
  input  logic [TagWidth-1:0] tag_i,     // its tag
  output logic                busy_o,    // the drain registers hold a tile
  output logic                move_o,    // the finishing stages move
  output logic                take_o,    // a row leaves the array
  output logic                use_c_o,   // of the row to be taken
  output logic [Stages-1:0]   valid_o,   // a row comes into finishing stage n
  input  logic                c_valid_i, // a row of C is offered
  output logic                c_ready_o, // it is taken
  output logic                d_valid_o, // a row of D is offered
  input  logic                d_ready_i, // it is taken
  output logic                d_last_o,  // it is the last of its tile
  output logic [TagWidth-1:0] d_tag_o    // tag of its tile
);

  if (Rows < 1 || Stages < 1) begin : g_bad_shape
    fp4_error_rows_and_stages_must_be_positive u_bad ();
  end

  logic                active_q, use_c_q;
  logic [RowW-1:0]     left_q;
  logic [TagWidth-1:0] tag_q;

  assign busy_o    = active_q;
  assign use_c_o   = use_c_q;
  assign move_o    = !d_valid_o || d_ready_i;
  assign c_ready_o = TakesC && active_q && use_c_q && move_o;
  assign take_o    = active_q && move_o && (!TakesC || !use_c_q || c_valid_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) active_q <= 1'b0;
    else if (start_i) active_q <= 1'b1;
    else if (take_o && left_q == RowW'(1)) active_q <= 1'b0;
  end

  always_ff @(posedge clk_i) begin
    if (start_i) begin
      left_q  <= RowW'(Rows);
      use_c_q <= use_c_i;
      tag_q   <= tag_i;
    end else if (take_o) begin
      left_q <= left_q - RowW'(1);
    end
  end

  for (genvar n = 0; n < Stages; n++) begin : g_stage
    logic                valid_d, valid_q, last_d, last_q;
    logic [TagWidth-1:0] stage_tag_d, stage_tag_q;
    if (n == 0) begin : g_first
      assign valid_d     = take_o;
      assign last_d      = left_q == RowW'(1);
      assign stage_tag_d = tag_q;
    end else begin : g_next
      assign valid_d     = g_stage[n-1].valid_q;
      assign last_d      = g_stage[n-1].last_q;
      assign stage_tag_d = g_stage[n-1].stage_tag_q;
    end
    assign valid_o[n] = valid_d;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) valid_q <= 1'b0;
      else if (move_o) valid_q <= valid_d;
    end
    always_ff @(posedge clk_i) begin
      if (move_o) begin
        last_q      <= last_d;
        stage_tag_q <= stage_tag_d;
      end
    end
  end

  assign d_valid_o = g_stage[Stages-1].valid_q;
  assign d_last_o  = g_stage[Stages-1].last_q;
  assign d_tag_o   = g_stage[Stages-1].stage_tag_q;

endmodule
