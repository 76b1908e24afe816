/// The sign of a RaZeR block's special value: by which elements it saves more, by how little, and
/// ties.
module fp4_cover_special_sign (
  input logic        clk_i,
  input logic        valid_i,   // a RaZeR block
  input logic [95:0] gains_i,
  input logic        negative_i
);

  logic signed [31:0] positive, negative;

  always_comb begin
    positive = '0;
    negative = '0;
    for (int k = 0; k < 16; k++)
      if (gains_i[6*k + 5]) negative = negative - 32'($signed(gains_i[6*k +: 6]));
      else positive = positive + 32'(gains_i[6*k +: 6]);
  end

  positive_alone: cover property (@(posedge clk_i)
    valid_i && !negative_i && positive != 0 && negative == 0);
  positive_more: cover property (@(posedge clk_i)
    valid_i && !negative_i && positive > negative && negative != 0);
  positive_more_by_one: cover property (@(posedge clk_i)
    valid_i && !negative_i && positive == negative + 1 && negative != 0);
  tie: cover property (@(posedge clk_i)
    valid_i && negative_i && positive == negative && negative != 0);
  negative_more_by_one: cover property (@(posedge clk_i)
    valid_i && negative_i && negative == positive + 1 && positive != 0);
  negative_more: cover property (@(posedge clk_i)
    valid_i && negative_i && negative > positive && positive != 0);
  negative_alone: cover property (@(posedge clk_i)
    valid_i && negative_i && negative != 0 && positive == 0);
  neither: cover property (@(posedge clk_i)
    valid_i && negative_i && positive == 0 && negative == 0);

endmodule
