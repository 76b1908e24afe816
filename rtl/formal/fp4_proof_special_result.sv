/// fp4_unpack_fp32 and fp4_special_result: the class of C, its value, and the table of results that
/// no sum decides.
module fp4_proof_special_result #(
  parameter int ZeroExponent = -139
) (
  input logic        scale_nan_i,
  input logic [31:0] c_i,
  input logic [31:0] rounded_i
);

  logic              negative, infinite, nan;
  logic [23:0]       significand;
  logic signed [8:0] exponent;
  logic [31:0]       d;

  fp4_unpack_fp32 #(.ZeroExponent(ZeroExponent)) u_unpack (
    .fp32_i       (c_i),
    .negative_o   (negative),
    .significand_o(significand),
    .exponent_o   (exponent),
    .infinite_o   (infinite),
    .nan_o        (nan)
  );

  fp4_special_result u_special_result (
    .nan_i    (scale_nan_i || nan),
    .pass_c_i (infinite),
    .c_i,
    .rounded_i,
    .d_o      (d)
  );

  always_comb begin
    assert (negative == c_i[31]);
    casez (c_i[30:0])
      31'b0: begin // zero
        assert (significand == '0 && 32'(exponent) == ZeroExponent && !infinite && !nan);
      end
      {8'b0, 23'b?}: begin // subnormal
        assert (significand == {1'b0, c_i[22:0]} && exponent == -9'sd126 && !infinite && !nan);
      end
      {8'hFF, 23'b0}: assert (infinite && !nan);
      {8'hFF, 23'b?}: assert (!infinite && nan);
      default: begin
        assert (significand == {1'b1, c_i[22:0]} && !infinite && !nan);
        assert (10'(exponent) == $signed({2'b0, c_i[30:23]}) - 10'sd127);
      end
    endcase
    casez ({scale_nan_i, nan, infinite})
      3'b000:  assert (d == rounded_i);
      3'b001:  assert (d == c_i);
      default: assert (d == fp4_pkg::FP32_NAN);
    endcase
  end

endmodule
