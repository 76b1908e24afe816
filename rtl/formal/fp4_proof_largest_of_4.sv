/// fp4_largest_of_4: none of the four is larger, and it is one of them.
module fp4_proof_largest_of_4 #(
  parameter int W = 31
) (
  input logic [4*W-1:0] numbers_i
);

  logic [W-1:0] largest;
  logic [3:0]   is_it;

  fp4_largest_of_4 #(.W(W)) u_largest (
    .numbers_i,
    .largest_o(largest)
  );

  for (genvar k = 0; k < 4; k++) begin : g_number
    assign is_it[k] = largest == numbers_i[W*k +: W];
    always_comb assert (largest >= numbers_i[W*k +: W]);
  end

  always_comb assert (is_it != '0);

endmodule
