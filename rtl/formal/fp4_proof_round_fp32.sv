/// fp4_round_fp32 rounds as the definition says: the result is a multiple of one unit in its last
/// place, and what is left below decides.
module fp4_proof_round_fp32 #(
  parameter int W = 53
) (
  input logic              nearest_even_i,
  input logic              negative_i,
  input logic [W-1:0]      mag_i,
  input logic signed [9:0] lsb_exponent_i
);

  logic [31:0] rounded, disabled;

  fp4_round_fp32 #(.W(W)) u_round (
    .en_i          (1'b1),
    .nearest_even_i,
    .negative_i,
    .mag_i,
    .lsb_exponent_i,
    .fp32_o        (rounded)
  );

  fp4_round_fp32 #(.W(W)) u_disabled (
    .en_i          (1'b0),
    .nearest_even_i,
    .negative_i,
    .mag_i,
    .lsb_exponent_i,
    .fp32_o        (disabled)
  );

  logic signed [11:0] leading, unit, drop; // exponents of the leading bit and of the last place
  logic [W+23:0]      kept, rest, half;
  logic [31:0]        expected;

  always_comb begin
    leading = 12'(lsb_exponent_i);
    for (int i = 0; i < W; i++) if (mag_i[i]) leading = 12'(lsb_exponent_i) + 12'(i);
    unit = leading < -12'sd126 ? -12'sd149 : leading - 12'sd23;
    drop = unit - 12'(lsb_exponent_i);
    half = '0;
    rest = '0;
    if (drop <= 0) begin
      kept = (W+24)'(mag_i) << -drop;
    end else begin
      kept = drop > 12'(W) ? '0 : (W+24)'(mag_i) >> drop;
      rest = drop > 12'(W) ? (W+24)'(mag_i) : (W+24)'(mag_i) - (kept << drop);
      half = drop > 12'(W) ? '1 : (W+24)'(1) << (drop - 12'sd1);
      if (nearest_even_i && (rest > half || (rest == half && kept[0]))) kept = kept + 1'b1;
    end
    if (kept[24]) begin
      kept = kept >> 1;
      unit = unit + 12'sd1;
    end
    expected = {negative_i, 8'(unit + 12'sd150), kept[22:0]};
    if (!kept[23]) expected[30:23] = '0;
    if (unit > 12'sd104) expected[30:0] = 31'h7F80_0000;
    if (kept == '0) expected = '0;

    assert (rounded == expected);
    assert (disabled == '0);
  end

endmodule
