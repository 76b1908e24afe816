/// The one rounder: (-1)^negative_i * mag_i * 2^lsb_exponent_i to binary32.
///
/// nearest_even_i | rounding
/// 0              | toward zero
/// 1              | nearest, ties to even
///
/// Subnormal results are kept, a zero result is +0, magnitudes of 2^128 and more are infinite in
/// both roundings. With en_i low the output is zero and nothing toggles.
module fp4_round_fp32 #(
  parameter int W = 53
) (
  input  logic              en_i,
  input  logic              nearest_even_i,
  input  logic              negative_i,
  input  logic [W-1:0]      mag_i,
  input  logic signed [9:0] lsb_exponent_i,
  output logic [31:0]       fp32_o
);

  logic [24:0]        significand;
  logic signed [10:0] exponent;
  logic               sticky;

  fp4_normalize #(.W(W)) u_normalize (
    .en_i,
    .mag_i,
    .lsb_exponent_i,
    .significand_o(significand),
    .exponent_o   (exponent),
    .sticky_o     (sticky)
  );

  fp4_round u_round (
    .nearest_even_i,
    .negative_i,
    .significand_i(significand),
    .exponent_i   (exponent),
    .sticky_i     (sticky),
    .fp32_o
  );

endmodule
