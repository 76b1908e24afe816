/// When which column's step is in which stage of the fused units, and what holds it.
///
/// Units are shared by four columns: terms of column j wait j slots more, so that steps, which are
/// four tokens long, enter a unit one after another; a step leaves the fourth stage just when the
/// next one of its column may enter. The first step of a tile that uses C waits in front of the
/// units until C is there; what is in the units goes on. The last step of a tile waits at the end
/// of the units until the drain registers are free, and everything waits with it.
///
/// With Whole a token brings all terms of a step, and its place is its column.
module fp4_step_control #(
  parameter int Columns  = 4, // that share a unit, 1 to 4
  parameter bit Whole    = 1'b0, // a token is a step of one column
  parameter int TagWidth = 32 // bits of a tag
) (
  input  logic                clk_i,          // clock
  input  logic                rst_ni,         // reset, asynchronous, active low
  input  logic                valid_i,        // a token with its terms, as all below
  input  logic                first_i,        // of the tile's first step
  input  logic                last_i,         // of its last step
  input  logic [1:0]          group_i,        // place in the step; with Whole the column
  input  logic                use_c_i,        // the tile adds C
  input  logic [TagWidth-1:0] tag_i,          // tag of the tile
  input  logic                c_full_i,       // C is staged
  input  logic                drain_busy_i,   // the drain registers hold a tile
  output logic                advance_o,      // terms move, and all in front of them
  output logic [3:0]          arrives_o,      // a term is gathered for column n
  output logic                unit_advance_o, // the units move
  output logic [2:0]          unit_valid_o,   // there is a step in stage n of the units
  output logic [3:0]          column_is_o,    // the step in stage 0 belongs to column n
  output logic                from_c_o,       // its C: from the port
  output logic                from_d_o,       // its C: D of the step before; from neither: +0
  output logic [3:0]          write_o,        // the step at the end belongs to column n
  output logic                write_last_o,   // it closes its tile
  output logic                c_release_o,    // the last column took C
  output logic                finish_o,       // the last column's last step is done
  output logic                use_c_o,        // its tile used C
  output logic [TagWidth-1:0] tag_o           // tag of its tile
);

  if (Columns < 1 || Columns > 4) begin : g_bad_columns
    fp4_error_columns_must_be_1_to_4 u_bad ();
  end

  localparam logic [1:0] LastColumn = 2'(Columns - 1);

  // Tokens that end a step, by the columns that they have come to.
  logic [3:0] valid, ends, first, last, use_c;
  logic       wait_for_c, wait_for_drain, issue;
  logic [1:0] column_d;

  if (Whole) begin : g_whole
    assign valid = {4{valid_i}};
    assign ends  = valid_i ? 4'd1 << group_i : '0;
    assign first = {4{first_i}};
    assign last  = {4{last_i}};
    assign use_c = {4{use_c_i}};
  end else begin : g_gathered
    logic [2:0] valid_q, ends_q, first_q, last_q, use_c_q; // ends_q: there is one

    assign valid = {valid_q, valid_i};
    assign ends  = {ends_q, valid_i && group_i == 2'd3};
    assign first = {first_q, first_i};
    assign last  = {last_q, last_i};
    assign use_c = {use_c_q, use_c_i};

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        valid_q <= '0;
        ends_q  <= '0;
      end else if (advance_o) begin
        valid_q <= valid[2:0];
        ends_q  <= ends[2:0];
      end
    end

    always_ff @(posedge clk_i) begin
      if (advance_o) begin
        first_q <= first[2:0];
        last_q  <= last[2:0];
        use_c_q <= use_c[2:0];
      end
    end
  end

  // Steps of a column are four slots apart, so at most one column's ends here.
  logic [3:0] ends_here;
  logic       first_here, last_here, use_c_here;

  assign ends_here  = ends & 4'((1 << Columns) - 1);
  assign column_d   = {ends_here[3] | ends_here[2], ends_here[3] | ends_here[1]};
  assign first_here = (ends_here & first) != '0;
  assign last_here  = (ends_here & last) != '0;
  assign use_c_here = (ends_here & use_c) != '0;

  assign wait_for_c     = ends_here[0] && first_here && use_c_here && !c_full_i;
  assign unit_advance_o = !wait_for_drain;
  assign advance_o      = !wait_for_drain && !wait_for_c;
  assign arrives_o      = valid;
  assign issue          = ends_here != '0 && !wait_for_c;
  assign column_is_o    = ends_here;
  assign from_c_o       = first_here && use_c_here;
  assign from_d_o       = !first_here;
  assign c_release_o    = issue && unit_advance_o && from_c_o && column_d == LastColumn;

  // Stages of the units.
  logic [2:0]          unit_valid_q, unit_last_q, unit_use_c_q;
  logic [5:0]          column_q;
  logic [TagWidth-1:0] tag1_q, tag2_q, tag3_q;

  assign unit_valid_o = {unit_valid_q[1:0], issue};

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) unit_valid_q <= '0;
    else if (unit_advance_o) unit_valid_q <= unit_valid_o;
  end

  // The tag of a step stays in stage 1 until the next step of column 0 comes.
  always_ff @(posedge clk_i) begin
    if (unit_advance_o) begin
      unit_last_q  <= {unit_last_q[1:0], last_here};
      unit_use_c_q <= {unit_use_c_q[1:0], use_c_here};
      column_q     <= {column_q[3:0], column_d};
      if (ends_here[0]) tag1_q <= tag_i;
      tag2_q       <= tag1_q;
      tag3_q       <= tag2_q;
    end
  end

  assign wait_for_drain = unit_valid_q[2] && unit_last_q[2] && column_q[5:4] == '0 && drain_busy_i;

  assign write_o      = unit_valid_q[2] && unit_advance_o ? 4'd1 << column_q[5:4] : '0;
  assign write_last_o = unit_last_q[2];
  assign finish_o     = write_o[Columns-1] && write_last_o;
  assign use_c_o      = unit_use_c_q[2];
  assign tag_o        = tag3_q;

endmodule
