/// What a pipeline's input was, so many cycles of advance_i ago; before that, anything.
module fp4_past #(
  parameter int W      = 1, // bits of the input
  parameter int Cycles = 1  // 1 or more
) (
  input  logic         clk_i,     // clock
  input  logic         advance_i, // the pipeline moves
  input  logic [W-1:0] now_i,     // its input
  output logic [W-1:0] past_o     // that of Cycles ago
);

  logic [W*Cycles-1:0] past_q;

  if (Cycles == 1) begin : g_last
    always_ff @(posedge clk_i) if (advance_i) past_q <= now_i;
  end else begin : g_older
    always_ff @(posedge clk_i) if (advance_i) past_q <= {past_q[W*(Cycles-1)-1:0], now_i};
  end

  assign past_o = past_q[W*Cycles-1 -: W];

endmodule
