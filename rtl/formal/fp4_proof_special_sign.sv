/// fp4_special_sign: the gains added one after another.
module fp4_proof_special_sign (
  input logic [95:0] gains_i
);

  logic               negative;
  logic signed [10:0] sum;

  fp4_special_sign u_special_sign (
    .gains_i,
    .negative_o(negative)
  );

  always_comb begin
    sum = '0;
    for (int k = 0; k < 16; k++) sum = sum + 11'($signed(gains_i[6*k +: 6]));
    assert (negative == (sum <= 11'sd0));
  end

endmodule
