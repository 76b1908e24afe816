/// Handshakes of the three streams: each by itself, how long it waits, and all combinations of what
/// the three do in one cycle.
///
/// A stream is {valid, ready}: 0 rests, 1 asks, 2 waits, 3 moves. Rows of C and D move in tiles of
/// Rows, with a pause after each. In profile exact C is taken only while D does not wait.
module fp4_cover_streams #(
  parameter int Rows      = 8,
  parameter bit CFollowsD = 1'b0
) (
  input logic clk_i,
  input logic rst_ni,
  input logic k_valid_i,
  input logic k_ready_i,
  input logic c_valid_i,
  input logic c_ready_i,
  input logic d_valid_i,
  input logic d_ready_i
);

  logic [1:0] k, c, d;
  assign k = {k_valid_i, k_ready_i};
  assign c = {c_valid_i, c_ready_i};
  assign d = {d_valid_i, d_ready_i};

  for (genvar i = 0; i < 4; i++) begin : g_k
    for (genvar j = 0; j < 4; j++) begin : g_c
      for (genvar n = 0; n < 4; n++) begin : g_d
        if (!(CFollowsD && j % 2 == 1 && n == 2)) begin : g_possible
          together: cover property (@(posedge clk_i) rst_ni && k == i && c == j && d == n);
        end
      end
    end
  end

  // Cycles in the present state before this one, up to 7.
  for (genvar s = 0; s < 3; s++) begin : g_stream
    logic [1:0] now, before_q;
    logic [2:0] age_q, age;
    assign now = s == 0 ? k : s == 1 ? c : d;
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
      if (s == 0 || n < Rows) begin : g_in_a_tile
        moves: cover property (@(posedge clk_i) rst_ni && now == 2'd3 && age == n);
      end
    end
    moves_after_wait: cover property (@(posedge clk_i)
      rst_ni && now == 2'd3 && before_q == 2'd2);
    moves_after_ask: cover property (@(posedge clk_i)
      rst_ni && now == 2'd3 && before_q == 2'd1);
    moves_after_rest: cover property (@(posedge clk_i)
      rst_ni && now == 2'd3 && before_q == 2'd0);
  end

endmodule
