/// The special value of a block, from its scale byte and the tensor's special magnitudes.
///
/// format    | magnitude            | negative
/// razer-w   | select bit ? v2 : v1 | sign bit
/// razer-a   | v1                   | sign bit
/// others    | none: special_en_o is low and special_o 0
///
/// Example (Formats=7): format_is_i=2, scale_i=8'hC8, v1_halves_i=10, v2_halves_i=16
///   -> special_en_o=1, special_o=8'hF0; razer-w, -8.0
/// Example (Formats=7): format_is_i=4, scale_i=8'h48, v1_halves_i=10, v2_halves_i=16
///   -> special_en_o=1, special_o=8'h0A; razer-a, 5.0
/// Example (Formats=7): format_is_i=1, scale_i=8'hC8, v1_halves_i=10 -> special_en_o=0, special_o=0
module fp4_special_select #(
  parameter logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT // set, a bit for each format
) (
  input  logic [fp4_pkg::FORMATS-1:0] format_is_i,  // format of the block, one-hot
  input  logic [7:0]                  scale_i,      // scale byte
  input  logic [4:0]                  v1_halves_i,  // first magnitude, half-units
  input  logic [4:0]                  v2_halves_i,  // second magnitude, half-units
  output logic                        special_en_o, // the format has a special value
  output logic [7:0]                  special_o     // that value as a lane, signed half-units
);

  if (Formats == '0 || (Formats & ~fp4_pkg::FORMAT_IN_RTL) != '0) begin : g_bad_formats
    fp4_error_format_not_in_rtl u_bad ();
  end

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
