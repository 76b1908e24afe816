/// The special value of a block, from its scale byte and the tensor's special magnitudes.
///
/// format_i  | magnitude            | negative
/// nvfp4     | 0                    | -
/// razer-w   | select bit ? v2 : v1 | sign bit
/// razer-a   | v1                   | sign bit
module fp4_special_select (
  input  fp4_pkg::format_e  format_i,
  input  logic [7:0]        scale_i,
  input  logic [4:0]        v1_halves_i,
  input  logic [4:0]        v2_halves_i,
  output logic signed [5:0] special_halves_o
);

  logic              negative;
  logic signed [5:0] mag_halves;

  always_comb begin
    negative   = 1'b0;
    mag_halves = {1'b0, v1_halves_i};
    case (format_i)
      fp4_pkg::FORMAT_RAZER_W: begin
        negative = scale_i[fp4_pkg::RAZER_W_SIGN_BIT];
        if (scale_i[fp4_pkg::RAZER_W_SELECT_BIT]) mag_halves = {1'b0, v2_halves_i};
      end
      fp4_pkg::FORMAT_RAZER_A: begin
        negative = scale_i[fp4_pkg::RAZER_A_SIGN_BIT];
      end
      default: mag_halves = '0;
    endcase
    special_halves_o = negative ? -mag_halves : mag_halves;
  end

endmodule
