/// fp4_amax of a value in any place and another in any other, the rest being zeros and NaN: the
/// larger magnitude, an infinity being the largest finite binary32 and a NaN zero. More values meet
/// in fp4_largest_of_4, of which fp4_proof_largest_of_4 is for any four.
module fp4_proof_amax #(
  parameter int ValueW = 32
) (
  input logic [ValueW-1:0] value_i,
  input logic [ValueW-1:0] other_i,
  input logic [3:0]        place_i,
  input logic [3:0]        other_place_i,
  input logic [15:0]       rest_is_nan_i,
  input logic [15:0]       rest_is_negative_i
);

  logic [16*ValueW-1:0] values;
  logic [15:0]          nans;
  logic [30:0]          amax;

  fp4_amax #(.ValueW(ValueW)) u_amax (
    .values_i(values),
    .nan_i   (nans),
    .amax_o  (amax)
  );

  for (genvar k = 0; k < 16; k++) begin : g_value
    assign values[ValueW*k +: ValueW] = place_i == 4'(k) ? value_i
                                      : other_place_i == 4'(k) ? other_i
                                      : {rest_is_negative_i[k], {(ValueW - 1) {rest_is_nan_i[k]}}};
    assign nans[k] = (values[ValueW*k +: ValueW] << 1) > {8'hFF, {(ValueW - 8) {1'b0}}};
  end

  logic [31:0] value, other; // binary32 without the sign
  logic [31:0] expected;

  always_comb begin
    value = 32'({1'b0, value_i[ValueW-2:0]}) << (32 - ValueW);
    other = 32'({1'b0, other_i[ValueW-2:0]}) << (32 - ValueW);
    if (value > 32'h7F80_0000) value = '0;
    if (other > 32'h7F80_0000 || place_i == other_place_i) other = '0;
    expected = value > other ? value : other;
    if (expected == 32'h7F80_0000) expected = 32'h7F7F_FFFF;
    assert ({1'b0, amax} == expected);
  end

endmodule
