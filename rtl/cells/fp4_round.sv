/// A normalized magnitude to binary32: (-1)^negative_i * (significand_i, sticky_i) * 2^(exponent_i -
/// 24).
///
/// nearest_even_i | rounding
/// 0              | toward zero
/// 1              | nearest, ties to even
///
/// Subnormal results are kept, a zero result is +0, magnitudes of 2^128 and more are infinite in
/// both roundings.
///
/// Example: nearest_even_i=1, significand_i=25'h1000003 -> fp32_o=32'h3F800002; a tie, up to even
/// Example: nearest_even_i=1, significand_i=25'h1000001 -> fp32_o=32'h3F800000; a tie, down to even
/// Example: nearest_even_i=1, significand_i=25'h1000001, sticky_i=1 -> fp32_o=32'h3F800001
/// Example: nearest_even_i=0, significand_i=25'h1000003, sticky_i=1 -> fp32_o=32'h3F800001
/// Example: nearest_even_i=1, negative_i=1, significand_i=25'h1800000, exponent_i=-149
///   -> fp32_o=32'h80000002; -1.5 * 2^-149, a subnormal and a tie
/// Example: nearest_even_i=0, significand_i=25'h1000000, exponent_i=128 -> fp32_o=32'h7F800000
module fp4_round (
  input  logic               nearest_even_i, // rounding, as above
  input  logic               negative_i,     // sign
  input  logic [24:0]        significand_i,  // 2^-24 each
  input  logic signed [10:0] exponent_i,     // of two
  input  logic               sticky_i,       // something lies below
  output logic [31:0]        fp32_o          // binary32
);

  logic [24:0] kept;
  logic [10:0] below;
  logic [7:0]  field;
  logic        lost, up;

  // Below the normal range the exponent stays at -126 and the significand moves right; 26 places
  // leave only sticky.
  always_comb begin
    below = '0;
    field = 8'(exponent_i + 11'sd127);
    if (exponent_i < -11'sd126) begin
      below = 11'(-11'sd126 - exponent_i);
      if (below > 11'd26) below = 11'd26;
      field = '0;
    end
    kept = significand_i >> below;
    lost = sticky_i || (kept << below) != significand_i;
    up   = nearest_even_i && kept[0] && (kept[1] || lost);
    if (exponent_i > 11'sd127 && significand_i != '0) begin
      fp32_o = {negative_i, 8'hFF, 23'd0};
    end else begin
      fp32_o[30:0] = {field, kept[23:1]} + 31'(up);
      fp32_o[31]   = negative_i && fp32_o[30:0] != '0;
    end
    if (significand_i == '0) fp32_o = '0;
  end

endmodule
