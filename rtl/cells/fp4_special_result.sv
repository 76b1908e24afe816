/// The results that no sum decides: NaN where a scale or C is; then C itself where it passes
/// through, being infinite or with nothing to add; otherwise the rounded sum.
///
/// Example: pass_c_i=1, c_i=32'hFF80_0000, rounded_i=1 -> d_o=32'hFF80_0000
/// Example: nan_i=1, pass_c_i=1, c_i=32'hFF80_0000, rounded_i=1 -> d_o=32'h7FFF_FFFF
module fp4_special_result (
  input  logic        nan_i,     // a scale, or C, is NaN
  input  logic        pass_c_i,  // C passes through
  input  logic [31:0] c_i,       // binary32 C
  input  logic [31:0] rounded_i, // binary32 sum
  output logic [31:0] d_o        // binary32 result
);

  always_comb begin
    d_o = rounded_i;
    if (pass_c_i) d_o = c_i;
    if (nan_i) d_o = fp4_pkg::FP32_NAN;
  end

endmodule
