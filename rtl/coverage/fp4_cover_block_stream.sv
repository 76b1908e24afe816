/// Handshakes of the quantizer: what both streams do together, how long each asks, waits and moves,
/// and how many blocks are held when it waits.
///
/// A stream is {valid, ready}: 0 rests, 1 asks, 2 waits, 3 moves. Blocks are taken but for when the
/// way out waits.
module fp4_cover_block_stream (
  input logic       clk_i,
  input logic       rst_ni,
  input logic       x_valid_i,
  input logic       x_ready_i,
  input logic       q_valid_i,
  input logic       q_ready_i,
  input logic [6:0] valid_i // there is a block in stage n
);

  logic [1:0] x, q;
  assign x = {x_valid_i, x_ready_i};
  assign q = {q_valid_i, q_ready_i};

  for (genvar i = 0; i < 4; i++) begin : g_x
    for (genvar j = 0; j < 4; j++) begin : g_q
      if ((i % 2 == 0) == (j == 2)) begin : g_possible
        together: cover property (@(posedge clk_i) rst_ni && x == i && q == j);
      end
    end
  end

  // Cycles in the present state before this one, up to 7.
  for (genvar s = 0; s < 2; s++) begin : g_stream
    logic [1:0] now, before_q;
    logic [2:0] age_q, age;
    assign now = s == 0 ? x : q;
    assign age = now != before_q ? 3'd0 : age_q == 3'd7 ? 3'd7 : age_q + 3'd1;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        before_q <= '0;
        age_q    <= '0;
      end else begin
        before_q <= now;
        age_q    <= age;
      end
    end
    for (genvar n = 0; n < 8; n++) begin : g_cycles
      asks: cover property (@(posedge clk_i) rst_ni && now == 2'd1 && age == n);
      waits: cover property (@(posedge clk_i) rst_ni && now == 2'd2 && age == n);
      moves: cover property (@(posedge clk_i) rst_ni && now == 2'd3 && age == n);
    end
  end

  for (genvar n = 1; n < 8; n++) begin : g_blocks
    held: cover property (@(posedge clk_i) rst_ni && q == 2'd2 && $countones(valid_i) == n);
  end
  for (genvar n = 0; n < 6; n++) begin : g_stage
    empty_while_held: cover property (@(posedge clk_i) rst_ni && q == 2'd2 && !valid_i[n]);
  end

endmodule
