/// An exact sum and C on its grid, added, as sign and magnitude.
///
/// sum_q20_i counts 2^GuardBits units of the grid; c_ones_i is C there, complemented bit by bit
/// where it is negative. The total and its negative are formed side by side, so that no carry runs
/// twice.
///
/// Example: sum_q20_i=3, c_negative_i=1, c_ones_i=~(119'd1 << 28)
///   -> negative_o=0, mag_o=(121'd2 << 28)
/// Example: sum_q20_i=-1, c_negative_i=0, c_ones_i=5 -> negative_o=1, mag_o=((121'd1 << 28) - 5)
module fp4_exact_total #(
  parameter  int SumW      = 64,  // bits of the sum
  parameter  int GuardBits = 28,  // of the grid below the sum's unit
  parameter  int GridW     = 119, // bits of C on the grid
  localparam int TotalW = GridW + 2 // bits of the total: a carry, a sign
) (
  input  logic                   en_i,         // low: zero, and nothing toggles
  input  logic signed [SumW-1:0] sum_q20_i,    // the sum, units of 2^-20
  input  logic                   c_negative_i, // sign of C
  input  logic [GridW-1:0]       c_ones_i,     // C on the grid, its complement where negative
  output logic                   negative_o,   // sign of the total
  output logic [TotalW-1:0]      mag_o         // magnitude of the total
);

  if (GridW < SumW + GuardBits) begin : g_bad_width
    fp4_error_grid_must_hold_the_sum u_bad ();
  end

  logic [TotalW-1:0] sum, c_ones;
  logic [TotalW-1:0] total, minus;

  assign sum    = {{(TotalW - SumW - GuardBits) {sum_q20_i[SumW-1]}}, sum_q20_i, {GuardBits{1'b0}}};
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
