/// A block scale byte to significand and exponent: value = significand_o * 2^(exponent_o - 3).
///
/// Subnormals have no hidden bit and the exponent of the smallest normal. A zero or NaN scale has
/// significand 0 and exponent -126, which never raises the largest exponent of a fused step.
///
/// Example (nvfp4): 8'h38 gives 8 and 0 (1.0); 8'h01 gives 1 and -6 (2^-9); 8'h7F and 8'hFF give
/// nan_o.
module fp4_scale_decode (
  input  fp4_pkg::format_e  format_i,
  input  logic [7:0]        scale_i,
  output logic [3:0]        significand_o,
  output logic signed [7:0] exponent_o,
  output logic              nan_o
);

  logic [3:0]        field;
  logic signed [7:0] bias;

  always_comb begin
    if (format_i == fp4_pkg::FORMAT_RAZER_W) begin
      field = {1'b0, scale_i[5:3]};
      bias  = 8'(fp4_pkg::E3M3_BIAS);
      nan_o = 1'b0;
    end else begin
      field = scale_i[6:3];
      bias  = 8'(fp4_pkg::UE4M3_BIAS);
      nan_o = scale_i[6:0] == 7'(fp4_pkg::UE4M3_NAN_PAYLOAD);
    end
    significand_o = {field != 4'd0, scale_i[2:0]};
    exponent_o    = (field != 4'd0 ? $signed({4'd0, field}) : 8'sd1) - bias;
    if (significand_o == 4'd0 || nan_o) begin
      significand_o = 4'd0;
      exponent_o    = 8'(fp4_pkg::ZERO_SCALE_EXPONENT);
    end
  end

endmodule
