/// fp4_round rounds as the definition says: the result is a multiple of the unit in its last place,
/// and what is left below decides.
module fp4_proof_round (
  input logic               nearest_even_i,
  input logic               negative_i,
  input logic [24:0]        significand_i,
  input logic signed [10:0] exponent_i,
  input logic               sticky_i
);

  logic [31:0]        rounded, expected;
  logic signed [11:0] unit, drop; // the exponent of the last place; places below it
  logic [24:0]        kept;
  logic [51:0]        rest, half;  // in halves of the significand's last place, for sticky_i

  fp4_round u_round (
    .nearest_even_i,
    .negative_i,
    .significand_i,
    .exponent_i,
    .sticky_i,
    .fp32_o(rounded)
  );

  always_comb begin
    assume (significand_i[24] || (significand_i == '0 && !sticky_i));
    unit = (exponent_i < -11'sd126 ? -12'sd126 : 12'(exponent_i)) - 12'sd23;
    drop = unit - (12'(exponent_i) - 12'sd24);
    if (drop > 12'sd26) begin
      kept = '0;
      rest = 52'd1;
      half = 52'd2;
    end else begin
      kept = significand_i >> drop;
      rest = {26'(significand_i), sticky_i} - (52'(kept) << (drop + 12'sd1));
      half = 52'd1 << drop;
    end
    if (nearest_even_i && (rest > half || (rest == half && kept[0]))) kept = kept + 25'd1;
    if (kept[24]) begin
      kept = kept >> 1;
      unit = unit + 12'sd1;
    end
    expected = {negative_i, 8'(unit + 12'sd150), kept[22:0]};
    if (!kept[23]) expected[30:23] = '0;
    if (unit > 12'sd104) expected[30:0] = 31'h7F80_0000;
    if (kept == '0 || significand_i == '0) expected = '0;
    assert (rounded == expected);
  end

endmodule
