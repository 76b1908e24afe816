/// fp4_quantize: blocks leave once and in order, seven cycles after they were taken where nothing
/// holds them back; an offer stays. Blocks are told apart by their scale: 6.0 or 12.0 among zeros.
module fp4_proof_quantize_handshake (
  input logic clk_i,
  input logic rst_ni,
  input logic x_valid_i,
  input logic x_is_twelve_i,
  input logic q_ready_i
);

  logic        x_ready, q_valid;
  logic [63:0] q_codes;
  logic [7:0]  q_scale;

  fp4_quantize #(.ValueW(16)) u_quantize (
    .clk_i,
    .rst_ni,
    .x_valid_i,
    .x_ready_o  (x_ready),
    .x_format_i (fp4_pkg::FORMAT_W'(fp4_pkg::FORMAT_NVFP4)),
    .x_divisor_i(16'h3F80),
    .x_values_i ({240'd0, x_is_twelve_i ? 16'h4140 : 16'h40C0}),
    .q_valid_o  (q_valid),
    .q_ready_i,
    .q_codes_o  (q_codes),
    .q_scale_o  (q_scale)
  );

  // Those inside, oldest lowest: a queue, which no pipeline is.
  logic [15:0] queue_q;
  logic [3:0]  count_q;
  logic [6:0]  taken_q;    // in the last cycles, the latest lowest
  logic [2:0]  age_q;      // cycles since reset or a stall, up to 7
  logic        offered_q, take, leave;
  logic [71:0] offer_q;

  assign take  = x_valid_i && x_ready;
  assign leave = q_valid && q_ready_i;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      queue_q   <= '0;
      count_q   <= '0;
      taken_q   <= '0;
      age_q     <= '0;
      offered_q <= 1'b0;
      offer_q   <= '0;
    end else begin
      if (leave) queue_q <= (queue_q >> 1) | (16'(take && x_is_twelve_i) << (count_q - 4'd1));
      else queue_q <= queue_q | (16'(take && x_is_twelve_i) << count_q);
      count_q   <= count_q + 4'(take) - 4'(leave);
      taken_q   <= {taken_q[5:0], take};
      age_q     <= !x_ready ? 3'd0 : age_q == 3'd7 ? 3'd7 : age_q + 3'd1;
      offered_q <= q_valid && !q_ready_i;
      offer_q   <= {q_scale, q_codes};
    end
  end

  always_comb begin
    if (rst_ni) begin
      assert (!q_valid || count_q != '0);
      assert (!q_valid || q_scale == (queue_q[0] ? 8'h40 : 8'h38));
      assert (!q_valid || q_codes == 64'h7);
      assert (!offered_q || (q_valid && offer_q == {q_scale, q_codes}));
      assert (age_q != 3'd7 || q_valid == taken_q[6]);
      assert (!q_ready_i || x_ready);
      assert (count_q <= 4'd7);
    end
  end

endmodule
