/// A binary32 C: value = significand_o * 2^(exponent_o - 23), and what rounding never sees.
///
/// Subnormals have the exponent -126, a zero has ZeroExponent. The significand of an infinity or a
/// NaN means nothing.
///
/// Example: fp32_i=32'hBFC0_0000 -> negative_o=1, significand_o=24'hC00000, exponent_o=0; -1.5
/// Example: fp32_i=32'h0000_0001 -> negative_o=0, significand_o=1, exponent_o=-126; 2^-149
/// Example (ZeroExponent=-139): fp32_i=0 -> significand_o=0, exponent_o=-139, infinite_o=0, nan_o=0
/// Example: fp32_i=32'h7FC0_0000 -> infinite_o=0, nan_o=1
module fp4_unpack_fp32 #(
  parameter int ZeroExponent = -126 // exponent of a zero
) (
  input  logic [31:0]       fp32_i,        // binary32
  output logic              negative_o,    // sign
  output logic [23:0]       significand_o, // 2^-23 each, hidden bit included
  output logic signed [8:0] exponent_o,    // of two
  output logic              infinite_o,    // an infinity
  output logic              nan_o          // a NaN
);

  if (ZeroExponent < -256 || ZeroExponent > 255) begin : g_bad_exponent
    fp4_error_exponent_beyond_9_bits u_bad ();
  end

  logic subnormal;

  assign subnormal     = fp32_i[30:23] == '0;
  assign negative_o    = fp32_i[31];
  assign significand_o = {!subnormal, fp32_i[22:0]};
  assign exponent_o    = significand_o == '0 ? 9'(ZeroExponent)
                       : $signed({1'b0, subnormal ? 8'd1 : fp32_i[30:23]}) - 9'sd127;
  assign infinite_o    = fp32_i[30:0] == 31'h7F80_0000;
  assign nan_o         = fp32_i[30:23] == 8'hFF && !infinite_o;

endmodule
