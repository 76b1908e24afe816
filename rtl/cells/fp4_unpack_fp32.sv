/// A binary32 C: value = significand_o * 2^(exponent_o - 23), and what rounding never sees.
///
/// Subnormals have the exponent -126, a zero has ZeroExponent. The significand of an infinity or a
/// NaN means nothing.
module fp4_unpack_fp32 #(
  parameter int ZeroExponent = -126
) (
  input  logic [31:0]       fp32_i,
  output logic              negative_o,
  output logic [23:0]       significand_o,
  output logic signed [8:0] exponent_o,
  output logic              infinite_o,
  output logic              nan_o
);

  logic subnormal;

  assign subnormal     = fp32_i[30:23] == '0;
  assign negative_o    = fp32_i[31];
  assign significand_o = {!subnormal, fp32_i[22:0]};
  assign exponent_o    = significand_o == '0 ? 9'(ZeroExponent)
                       : $signed({1'b0, subnormal ? 8'd1 : fp32_i[30:23]}) - 9'sd127;
  assign infinite_o    = fp32_i[30:0] == 31'h7F80_0000;
  assign nan_o         = fp32_i[30:23] == 8'hFF && !infinite_o;

endmodule
