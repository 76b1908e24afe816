/// fp4_block_scale is golden's table of block scales, for every product.
module fp4_proof_block_scale (
  input logic [6:0]         leading_i,
  input logic               sticky_i,
  input logic signed [10:0] exponent_i
);

  logic [6:0] payload, true_payload;

  fp4_block_scale u_block_scale (
    .leading_i,
    .sticky_i,
    .exponent_i,
    .payload_o(payload)
  );

  fp4_truth_online_scale u_truth (
    .leading_i,
    .sticky_i,
    .exponent_i,
    .payload_o(true_payload)
  );

  always_comb assert (payload == true_payload);

endmodule
