/// The results that no sum decides: NaN where a scale or C is; then C itself where it passes
/// through, being infinite or with nothing to add; otherwise the rounded sum.
module fp4_special_result (
  input  logic        nan_i,    // a scale, or C
  input  logic        pass_c_i,
  input  logic [31:0] c_i,
  input  logic [31:0] rounded_i,
  output logic [31:0] d_o
);

  always_comb begin
    d_o = rounded_i;
    if (pass_c_i) d_o = c_i;
    if (nan_i) d_o = fp4_pkg::FP32_NAN;
  end

endmodule
