/// The four terms of a step: those that came before wait here for the last one.
///
/// A term arrives Delay slots after it was formed; arrives_i says that one does, and it then is
/// term3_o.
module fp4_step_gather #(
  parameter int W     = 33,
  parameter int Delay = 0   // 0 to 3
) (
  input  logic         clk_i,
  input  logic         advance_i,
  input  logic         arrives_i,
  input  logic [W-1:0] term_i,
  output logic [W-1:0] term0_o,
  output logic [W-1:0] term1_o,
  output logic [W-1:0] term2_o,
  output logic [W-1:0] term3_o
);

  for (genvar n = 0; n < Delay; n++) begin : g_delay
    logic [W-1:0] term_q;
    if (n == 0) begin : g_first
      always_ff @(posedge clk_i) if (advance_i) term_q <= term_i;
    end else begin : g_next
      always_ff @(posedge clk_i) if (advance_i) term_q <= g_delay[n-1].term_q;
    end
  end

  if (Delay == 0) begin : g_now
    assign term3_o = term_i;
  end else begin : g_later
    assign term3_o = g_delay[Delay-1].term_q;
  end

  always_ff @(posedge clk_i) begin
    if (advance_i && arrives_i) begin
      term0_o <= term1_o;
      term1_o <= term2_o;
      term2_o <= term3_o;
    end
  end

endmodule
