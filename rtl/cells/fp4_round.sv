/// A normalized magnitude to binary32: (-1)^negative_i * (significand_i, sticky_i) * 2^(exponent_i -
/// 24).
///
/// nearest_even_i | rounding
/// 0              | toward zero
/// 1              | nearest, ties to even
///
/// Subnormal results are kept, a zero result is +0, magnitudes of 2^128 and more are infinite in
/// both roundings.
module fp4_round (
  input  logic               nearest_even_i,
  input  logic               negative_i,
  input  logic [24:0]        significand_i,
  input  logic signed [10:0] exponent_i,
  input  logic               sticky_i,
  output logic [31:0]        fp32_o
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
