/// The largest of four unsigned numbers, all pairs compared at once.
///
/// Example (W=8): numbers_i={8'd7, 8'd9, 8'd9, 8'd2} -> largest_o=9
module fp4_largest_of_4 #(
  parameter int W = 31 // bits of a number
) (
  input  logic [4*W-1:0] numbers_i, // number n in [W*n +: W]
  output logic [W-1:0]   largest_o  // the largest of them
);

  logic [W-1:0] a, b, c, d;
  logic         ab, ac, ad, bc, bd, cd; // the first is not smaller than the second

  assign {d, c, b, a} = numbers_i;
  assign ab = a >= b;
  assign ac = a >= c;
  assign ad = a >= d;
  assign bc = b >= c;
  assign bd = b >= d;
  assign cd = c >= d;

  assign largest_o = ({W{ab && ac && ad}} & a) | ({W{!ab && bc && bd}} & b)
                   | ({W{!ac && !bc && cd}} & c) | ({W{!ad && !bd && !cd}} & d);

endmodule
