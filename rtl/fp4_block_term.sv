/// What a pair of decoded blocks contributes to an output: value = term_o * 2^(exponent_o - 8), exact, not normalised.
///
/// abs(term_o) <= 15376 * 15 * 15 < 2^22. The exponent comes from the scales alone, also where the dot is zero.
module fp4_block_term (
  input  logic [47:0]        a_halves_lo_i,
  input  logic [47:0]        a_halves_hi_i,
  input  logic [3:0]         a_significand_i,
  input  logic signed [7:0]  a_exponent_i,
  input  logic [47:0]        b_halves_lo_i,
  input  logic [47:0]        b_halves_hi_i,
  input  logic [3:0]         b_significand_i,
  input  logic signed [7:0]  b_exponent_i,
  output logic signed [22:0] term_o,
  output logic signed [8:0]  exponent_o
);

  logic signed [13:0] dot_lo_quarters, dot_hi_quarters;
  logic signed [14:0] dot_quarters;
  logic [7:0]         significand;

  fp4_dot8 u_dot_lo (
    .a_halves_i    (a_halves_lo_i),
    .b_halves_i    (b_halves_lo_i),
    .dot_quarters_o(dot_lo_quarters)
  );

  fp4_dot8 u_dot_hi (
    .a_halves_i    (a_halves_hi_i),
    .b_halves_i    (b_halves_hi_i),
    .dot_quarters_o(dot_hi_quarters)
  );

  assign dot_quarters = 15'(dot_lo_quarters) + 15'(dot_hi_quarters);
  assign significand  = 8'(a_significand_i) * 8'(b_significand_i);
  assign term_o       = 23'(dot_quarters) * $signed({15'd0, significand});
  assign exponent_o   = 9'(a_exponent_i) + 9'(b_exponent_i);

endmodule
