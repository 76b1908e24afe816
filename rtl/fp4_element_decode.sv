/// One E2M1 code to signed half-units. With has_special_i the code that would be negative zero is the block's special value.
///
/// Example: code 4'h7 gives 12 (6.0); code 4'h8 gives 0, or special_halves_i where the format has specials.
module fp4_element_decode (
  input  logic [3:0]        code_i,
  input  logic              has_special_i,
  input  logic signed [5:0] special_halves_i,
  output logic signed [5:0] halves_o
);

  logic signed [5:0] mag_halves;
  assign mag_halves = {2'b00, fp4_pkg::E2M1_MAG_HALVES[4*code_i[2:0] +: 4]};

  always_comb begin
    halves_o = code_i[3] ? -mag_halves : mag_halves;
    if (has_special_i && code_i == 4'(fp4_pkg::RAZER_W_SENTINEL)) begin
      halves_o = special_halves_i;
    end
  end

endmodule
