/// fp4_beat_control, its tags standing for whatever comes with a beat: what leaves stage 3 are the
/// beats that were taken, each once and in order, with their places; with Steps every tile is
/// filled up to a multiple of four by padding that has the last beat's tag and use of C; with
/// Blocks so is every step whose beat is the last of its block.
///
/// The state before the first reset is any; reset may come at any time.
module fp4_proof_beat_control #(
  parameter bit Steps  = 1'b1,
  parameter bit Blocks = 1'b0
) (
  input logic clk_i,
  input logic rst_ni,
  input logic advance_i,
  input logic k_valid_i,
  input logic k_last_i,
  input logic [1:0] k_block_i,
  input logic k_use_c_i,
  output logic premise_o // eight beats have left
);

  localparam int TagW = 3;

  logic            k_ready, valid, padding, first, last, use_c;
  logic [TagW-1:0] k_tag_q, tag, out_tag_q; // beats that were taken; beats that have left
  logic [7:0]      lasts_q, uses_c_q;       // of the beat with that tag
  logic [7:0]      ends_q;                  // it is the last of its block
  logic [1:0]      place, group, out_group_q;
  logic [1:0]      in_group_q;              // place of the beat that is offered, in its step
  logic            out_first_q, out_padding_q;

  fp4_beat_control #(.Steps(Steps), .Blocks(Blocks), .TagWidth(TagW)) u_control (
    .clk_i,
    .rst_ni,
    .advance_i,
    .k_valid_i,
    .k_ready_o(k_ready),
    .k_last_i,
    .k_block_i,
    .k_use_c_i,
    .k_tag_i  (k_tag_q),
    .group0_o (place),
    .valid_o  (valid),
    .padding_o(padding),
    .first_o  (first),
    .last_o   (last),
    .group_o  (group),
    .use_c_o  (use_c),
    .tag_o    (tag)
  );

  logic eight_q;

  assign premise_o = eight_q;

  logic [TagW-1:0] beat; // of the token that leaves

  assign beat = padding ? out_tag_q - 1'b1 : out_tag_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      k_tag_q       <= '0;
      in_group_q    <= '0;
      out_tag_q     <= '0;
      out_group_q   <= '0;
      out_first_q   <= 1'b1;
      out_padding_q <= 1'b0;
      eight_q       <= 1'b0;
    end else begin
      if (k_valid_i && k_ready) begin
        k_tag_q           <= k_tag_q + 1'b1;
        in_group_q        <= k_last_i || (Blocks && in_group_q == k_block_i) ? '0
                           : in_group_q + 2'd1;
        lasts_q[k_tag_q]  <= k_last_i;
        uses_c_q[k_tag_q] <= k_use_c_i;
        ends_q[k_tag_q]   <= k_last_i || (Blocks && in_group_q == k_block_i);
      end
      if (advance_i && valid) begin
        if (!padding) out_tag_q <= out_tag_q + 1'b1;
        if (!padding && out_tag_q == '1) eight_q <= 1'b1;
        out_padding_q <= ends_q[beat] && Steps && out_group_q != 2'd3;
        out_group_q   <= (Steps ? 1'b0 : lasts_q[beat]) ? '0 : out_group_q + 2'd1;
        if (Steps ? out_group_q == 2'd3 : 1'b1) out_first_q <= lasts_q[beat];
      end
    end
  end

  // Begins with a reset.
  logic begun_q;
  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_comb begin
    assume (begun_q || !rst_ni);
    if (rst_ni) begin
      assert (!k_ready || advance_i);
      if (valid) begin
        assert (padding == out_padding_q);
        assert (padding || out_tag_q != k_tag_q); // a beat that was taken
        assert (tag == beat);
        assert (group == out_group_q);
        assert (first == out_first_q);
        assert (last == lasts_q[beat]);
        assert (use_c == uses_c_q[beat]);
      end
    end
  end

endmodule
