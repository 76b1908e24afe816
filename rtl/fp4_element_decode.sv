/// One E2M1 code to signed half-units. The code that would be negative zero is the block's special
/// value, which is 0 in formats without one.
///
/// Example: code 4'h7 gives 12 (6.0), code 4'hF gives -12, code 4'h8 gives special_halves_i.
module fp4_element_decode (
  input  logic [3:0]        code_i,
  input  logic signed [5:0] special_halves_i,
  output logic signed [5:0] halves_o
);

  logic signed [5:0] mag_halves;

  always_comb begin
    mag_halves = {2'b00, fp4_pkg::E2M1_MAG_HALVES[4*code_i[2:0] +: 4]};
    halves_o   = code_i[3] ? -mag_halves : mag_halves;
    if (code_i == fp4_pkg::SENTINEL) halves_o = special_halves_i;
  end

endmodule
