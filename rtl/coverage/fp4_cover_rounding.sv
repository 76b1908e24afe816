/// Sums as they are rounded, of either sign: what lies below the last place, and results that leave
/// the normal range.
module fp4_cover_rounding #(
  parameter bit NearestEven = 1'b1
) (
  input logic               clk_i,
  input logic               advance_i,
  input logic               next_i,   // a sum comes to the rounder with the next advance
  input logic               decides_i, // no NaN and no C that passes through
  input logic               negative_i,
  input logic [24:0]        significand_i,
  input logic signed [10:0] exponent_i,
  input logic               sticky_i,
  input logic [31:0]        fp32_i
);

  logic valid_q = 1'b0;

  always_ff @(posedge clk_i) begin
    if (advance_i) valid_q <= next_i;
  end

  logic        rounds, subnormal, guard, odd, lost, all_ones;
  logic [4:0]  places; // that a subnormal loses
  logic [24:0] kept;

  always_comb begin
    rounds    = valid_q && advance_i && decides_i && significand_i != '0;
    subnormal = exponent_i < -11'sd126;
    places    = !subnormal ? 5'd0 : exponent_i < -11'sd152 ? 5'd26 : 5'(-11'sd126 - exponent_i);
    kept      = significand_i >> places;
    guard     = kept[0];
    odd       = kept[1];
    lost      = sticky_i || (kept << places) != significand_i;
    all_ones  = kept[24:1] == '1;
  end

  for (genvar s = 0; s < 2; s++) begin : g_negative
    logic here;
    assign here = rounds && negative_i == s;
    exact: cover property (@(posedge clk_i) here && !guard && !lost);
    below_half: cover property (@(posedge clk_i) here && !guard && lost);
    tie_even: cover property (@(posedge clk_i) here && guard && !odd && !lost);
    tie_odd: cover property (@(posedge clk_i) here && guard && odd && !lost);
    above_half: cover property (@(posedge clk_i) here && guard && lost);
    subnormal_exact: cover property (@(posedge clk_i) here && subnormal && !guard && !lost);
    subnormal_inexact: cover property (@(posedge clk_i)
      here && subnormal && (guard || lost) && fp32_i[30:0] != '0);
    underflow_to_zero: cover property (@(posedge clk_i) here && fp32_i[30:0] == '0);
    smallest_normal: cover property (@(posedge clk_i) here && fp32_i[30:0] == 31'h0080_0000);
    largest: cover property (@(posedge clk_i) here && fp32_i[30:0] == 31'h7F7F_FFFF);
    overflow_to_infinity: cover property (@(posedge clk_i) here && fp32_i[30:0] == 31'h7F80_0000);
    if (NearestEven) begin : g_nearest
      carry_to_next_exponent: cover property (@(posedge clk_i)
        here && !subnormal && all_ones && guard);
    end
  end

  zero: cover property (@(posedge clk_i)
    valid_q && advance_i && decides_i && significand_i == '0);

endmodule
