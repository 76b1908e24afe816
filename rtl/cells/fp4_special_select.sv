/// The special value of a block, from its scale byte and the tensor's special magnitudes.
///
/// format    | magnitude            | negative
/// razer-w   | select bit ? v2 : v1 | sign bit
/// razer-a   | v1                   | sign bit
/// others    | none: special_en_o is low and special_o 0
module fp4_special_select #(
  parameter logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT
) (
  input  logic [fp4_pkg::FORMATS-1:0] format_is_i,
  input  logic [7:0]                  scale_i,
  input  logic [4:0]                  v1_halves_i,
  input  logic [4:0]                  v2_halves_i,
  output logic                        special_en_o,
  output logic [7:0]                  special_o
);

  logic       negative, second;
  logic [7:0] mag_halves;
  logic [8:0] bits; // bit 8: none

  always_comb begin
    bits         = {1'b0, scale_i};
    special_en_o = 1'b0;
    negative     = 1'b0;
    second       = 1'b0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++) begin
      if (Formats[f] && fp4_pkg::FORMAT_HAS_SPECIALS[f] && format_is_i[f]) begin
        special_en_o = 1'b1;
        negative     = bits[fp4_pkg::FORMAT_SIGN_BITS[4*f +: 4]];
        second       = bits[fp4_pkg::FORMAT_SELECT_BITS[4*f +: 4]];
      end
    end
    mag_halves = special_en_o ? {3'd0, second ? v2_halves_i : v1_halves_i} : '0;
    special_o  = negative ? -mag_halves : mag_halves;
  end

endmodule
