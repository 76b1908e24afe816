/// An exact sum and C on its grid, added, as sign and magnitude.
///
/// sum_q20_i counts 2^GuardBits units of the grid; c_ones_i is C there, complemented bit by bit
/// where it is negative. The total and its negative are formed side by
/// side, so that no carry runs twice.
///
/// Example (GuardBits 28): a sum of 3 and a C of -2^28 units give +2^29; a sum of 1 and a C of
/// -(2^28 + 1) units give -1.
module fp4_exact_total #(
  parameter  int GuardBits = 28,
  parameter  int GridW     = 119,
  localparam int TotalW = GridW + 2 // a carry, a sign
) (
  input  logic               en_i, // low: zero, and nothing toggles
  input  logic signed [63:0] sum_q20_i,
  input  logic               c_negative_i,
  input  logic [GridW-1:0]   c_ones_i,
  output logic               negative_o,
  output logic [TotalW-1:0]  mag_o
);

  if (GridW < 64 + GuardBits) begin : g_bad_width
    fp4_error_grid_must_hold_the_sum u_bad ();
  end

  logic [TotalW-1:0] sum, c_ones;
  logic [TotalW-1:0] total, minus;

  assign sum    = {{(TotalW - 64 - GuardBits) {sum_q20_i[63]}}, sum_q20_i, {GuardBits{1'b0}}};
  assign c_ones = {{(TotalW - GridW) {c_negative_i}}, c_ones_i};

  always_comb begin
    total = '0;
    minus = '0;
    if (en_i) begin
      total = sum + c_ones + TotalW'(c_negative_i);
      minus = ~sum + ~c_ones + {{(TotalW - 2) {1'b0}}, !c_negative_i, c_negative_i};
    end
  end

  assign negative_o = total[TotalW-1];
  assign mag_o      = total[TotalW-1] ? minus : total;

endmodule
