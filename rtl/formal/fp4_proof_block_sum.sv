/// fp4_block_sum: four terms, none of them -2^(TermW - 1), given by sign and magnitude and added
/// one to another with their signs.
module fp4_proof_block_sum #(
  parameter int TermW = 23
) (
  input logic [3:0]       negative_i,
  input logic [TermW-2:0] mag0_i,
  input logic [TermW-2:0] mag1_i,
  input logic [TermW-2:0] mag2_i,
  input logic [TermW-2:0] mag3_i
);

  localparam int MagW = TermW + 1;

  logic signed [TermW-1:0] term0, term1, term2, term3;
  logic                    negative;
  logic [MagW-1:0]         mag;
  logic signed [TermW+1:0] sum;

  assign term0 = negative_i[0] ? -$signed({1'b0, mag0_i}) : $signed({1'b0, mag0_i});
  assign term1 = negative_i[1] ? -$signed({1'b0, mag1_i}) : $signed({1'b0, mag1_i});
  assign term2 = negative_i[2] ? -$signed({1'b0, mag2_i}) : $signed({1'b0, mag2_i});
  assign term3 = negative_i[3] ? -$signed({1'b0, mag3_i}) : $signed({1'b0, mag3_i});

  fp4_block_sum #(.TermW(TermW)) u_sum (
    .en_i      (1'b1),
    .term0_i   (term0),
    .term1_i   (term1),
    .term2_i   (term2),
    .term3_i   (term3),
    .negative_o(negative),
    .mag_o     (mag)
  );

  always_comb begin
    sum = (term0 + term1) + (term2 + term3);
    assert (negative == sum[TermW+1]);
    assert ((negative ? -$signed({1'b0, mag}) : $signed({1'b0, mag})) == sum);
  end

endmodule
