/// Intake of a tile's C: rows enter at the last row's registers and move up until row 0 is in
/// place; then C waits until it is released.
module fp4_c_staging #(
  parameter  int Rows = 8,
  localparam int RowW = $clog2(Rows + 1)
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic c_valid_i,
  output logic c_ready_o,
  output logic take_o,
  output logic full_o,
  input  logic release_i
);

  logic [RowW-1:0] left_q;

  assign full_o    = left_q == '0;
  assign c_ready_o = !full_o;
  assign take_o    = c_valid_i && c_ready_o;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) left_q <= RowW'(Rows);
    else if (release_i) left_q <= RowW'(Rows);
    else if (take_o) left_q <= left_q - RowW'(1);
  end

endmodule
