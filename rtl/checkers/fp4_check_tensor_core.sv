/// What fp4_tensor_core and its surroundings keep to at its ports; bind.sv puts it into the core.
module fp4_check_tensor_core #(
  parameter int Rows     = 8,    // rows of a tile
  parameter int Cols     = 8,    // columns of a tile
  parameter bit Exact    = 1'b1, // profile exact
  parameter bit Blocks   = 1'b0, // a step is a block
  parameter bit Whole    = 1'b0, // a beat is a step
  parameter int OperandW = 1,    // bits of what comes with a beat
  parameter int FormatW  = 1,    // bits of that which is the same for all beats of a tile
  parameter int TagWidth = 32    // bits of a tag
) (
  input logic                clk_i,     // clock
  input logic                rst_ni,    // reset, asynchronous, active low
  input logic                k_valid_i, // a beat of operands is offered
  input logic                k_ready_i, // it is taken
  input logic                k_last_i,  // it closes its tile
  input logic                k_use_c_i, // its tile adds C
  input logic [TagWidth-1:0] k_tag_i,   // its tag
  input logic [1:0]          k_block_i, // sixteens of its block less one
  input logic [FormatW-1:0]  formats_i, // formats and special magnitudes
  input logic [OperandW-1:0] operands_i, // elements and scales
  input logic                c_valid_i, // a row of C is offered
  input logic                c_ready_i, // it is taken
  input logic [Cols*32-1:0]  c_i,       // the row
  input logic                d_valid_i, // a row of D is offered
  input logic                d_ready_i, // it is taken
  input logic                d_last_i,  // it is the last of its tile
  input logic [TagWidth-1:0] d_tag_i,   // tag of its tile
  input logic [Cols*32-1:0]  d_i        // the row
);

  localparam int Shared = Cols < 4 ? Cols : 4; // columns of a unit
  localparam int Latency = Exact ? 9 : 8 + Shared;
  localparam int FullPace = Exact ? Rows + 1 : (Rows + Shared + 3) / 4 * (Whole ? 1 : 4);

  logic               open, c_missing;
  logic [3:0]         tiles;
  logic               use_c_q; // of the open tile
  logic [FormatW-1:0] formats_q;

  fp4_check_stream #(.W(OperandW + FormatW + TagWidth + 2)) u_k (
    .clk_i,
    .rst_ni,
    .valid_i  (k_valid_i),
    .ready_i  (k_ready_i),
    .payload_i({operands_i, formats_i, k_tag_i, k_use_c_i, k_last_i})
  );

  fp4_check_stream #(.W(Cols * 32)) u_c (
    .clk_i,
    .rst_ni,
    .valid_i  (c_valid_i),
    .ready_i  (c_ready_i),
    .payload_i(c_i)
  );

  fp4_check_stream #(.W(Cols * 32 + TagWidth + 1)) u_d (
    .clk_i,
    .rst_ni,
    .valid_i  (d_valid_i),
    .ready_i  (d_ready_i),
    .payload_i({d_i, d_tag_i, d_last_i})
  );

  fp4_check_tiles #(.Rows(Rows), .TakesC(Exact), .TagWidth(TagWidth)) u_tiles (
    .clk_i,
    .rst_ni,
    .k_take_i   (k_valid_i && k_ready_i),
    .k_last_i,
    .k_use_c_i,
    .k_tag_i,
    .c_take_i   (c_valid_i && c_ready_i),
    .d_valid_i,
    .d_take_i   (d_valid_i && d_ready_i),
    .d_last_i,
    .d_tag_i,
    .open_o     (open),
    .tiles_o    (tiles),
    .c_missing_o(c_missing)
  );

  fp4_check_pace #(
    .Steps   (!Exact),
    .Blocks  (Blocks),
    .Whole   (Whole),
    .Latency (Latency),
    .FullPace(FullPace)
  ) u_pace (
    .clk_i,
    .rst_ni,
    .k_valid_i,
    .k_ready_i,
    .k_last_i,
    .k_use_c_i,
    .k_block_i,
    .d_valid_i,
    .d_ready_i,
    .open_i     (open),
    .tiles_i    (tiles),
    .c_missing_i(c_missing)
  );

  always_ff @(posedge clk_i) begin
    if (k_valid_i && k_ready_i) begin
      use_c_q   <= k_use_c_i;
      formats_q <= formats_i;
    end
  end

  // A tile's beats agree.
  always_ff @(posedge clk_i) begin
    if (rst_ni && open && k_valid_i) begin
      assert (k_use_c_i == use_c_q);
      assert (formats_i == formats_q);
    end
  end

endmodule
