/// fp4_step_exponents: its largest is one of the five and none is larger; distances are what is
/// between, 63 standing for all above.
module fp4_proof_step_exponents (
  input logic signed [8:0] exponent0_i,
  input logic signed [8:0] exponent1_i,
  input logic signed [8:0] exponent2_i,
  input logic signed [8:0] exponent3_i,
  input logic signed [8:0] c_exponent_i,
  input logic [2:0]        n_i
);

  logic signed [8:0]  largest, exponent;
  logic [5:0]         down0, down1, down2, down3, c_down, down;
  logic signed [10:0] distance;

  fp4_step_exponents u_exponents (
    .en_i     (1'b1),
    .exponent0_i,
    .exponent1_i,
    .exponent2_i,
    .exponent3_i,
    .c_exponent_i,
    .largest_o(largest),
    .down0_o  (down0),
    .down1_o  (down1),
    .down2_o  (down2),
    .down3_o  (down3),
    .c_down_o (c_down)
  );

  always_comb begin
    case (n_i)
      3'd0:    {exponent, down} = {exponent0_i, down0};
      3'd1:    {exponent, down} = {exponent1_i, down1};
      3'd2:    {exponent, down} = {exponent2_i, down2};
      3'd3:    {exponent, down} = {exponent3_i, down3};
      default: {exponent, down} = {c_exponent_i, c_down};
    endcase
    distance = 11'(largest) - 11'(exponent);
    assert (distance >= 0);
    assert (11'(down) == (distance > 11'sd63 ? 11'sd63 : distance));
    assert (largest == exponent0_i || largest == exponent1_i || largest == exponent2_i
            || largest == exponent3_i || largest == c_exponent_i);
  end

endmodule
