/// Intake of a tile's C: rows enter at the last row's registers and move up until row 0 is in
/// place; then C waits until it is released.
module fp4_c_staging #(
  parameter  int Rows = 8, // rows of a tile
  localparam int RowW = $clog2(Rows + 1) // bits of a count of rows
) (
  input  logic clk_i,     // clock
  input  logic rst_ni,    // reset, asynchronous, active low
  input  logic c_valid_i, // a row is offered
  output logic c_ready_o, // it is taken
  output logic take_o,    // rows of C move up
  output logic full_o,    // all of C is in place
  input  logic release_i  // C was used
);

  if (Rows < 1) begin : g_bad_shape
    fp4_error_rows_must_be_positive u_bad ();
  end

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
