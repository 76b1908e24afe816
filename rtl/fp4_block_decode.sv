/// One operand block: 16 codes and a scale byte, in any format, to signed half-units and a split
/// scale.
///
/// Element k is code_i[4*k +: 4]; its value leaves in bits [6*(k%8) +: 6] of halves_lo_o (k < 8) or
/// halves_hi_o.
module fp4_block_decode (
  input  fp4_pkg::format_e  format_i,
  input  logic [4:0]        v1_halves_i,
  input  logic [4:0]        v2_halves_i,
  input  logic [63:0]       codes_i,
  input  logic [7:0]        scale_i,
  output logic [47:0]       halves_lo_o,
  output logic [47:0]       halves_hi_o,
  output logic [3:0]        significand_o,
  output logic signed [7:0] exponent_o,
  output logic              nan_o
);

  logic signed [5:0] special_halves;

  fp4_special_select u_special_select (
    .format_i,
    .scale_i,
    .v1_halves_i,
    .v2_halves_i,
    .special_halves_o(special_halves)
  );

  fp4_scale_decode u_scale_decode (
    .format_i,
    .scale_i,
    .significand_o,
    .exponent_o,
    .nan_o
  );

  for (genvar k = 0; k < 8; k++) begin : g_element
    fp4_element_decode u_lo (
      .code_i          (codes_i[4*k +: 4]),
      .special_halves_i(special_halves),
      .halves_o        (halves_lo_o[6*k +: 6])
    );
    fp4_element_decode u_hi (
      .code_i          (codes_i[32 + 4*k +: 4]),
      .special_halves_i(special_halves),
      .halves_o        (halves_hi_o[6*k +: 6])
    );
  end

endmodule
