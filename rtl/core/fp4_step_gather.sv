/// The four terms of a step: those that came before wait here for the last one.
///
/// A term arrives Delay slots after it was formed; arrives_i says that one does, and it then is
/// term3_o.
module fp4_step_gather #(
  parameter int W     = 33, // bits of a term with its exponent and NaN
  parameter int Delay = 0 // slots that terms wait, 0 to 3
) (
  input  logic         clk_i,     // clock
  input  logic         advance_i, // the stages move
  input  logic         arrives_i, // a term arrives
  input  logic [W-1:0] term_i,    // term as it was formed
  output logic [W-1:0] term0_o,   // first of the step
  output logic [W-1:0] term1_o,   // second
  output logic [W-1:0] term2_o,   // third
  output logic [W-1:0] term3_o    // the one that arrives
);

  if (Delay < 0 || Delay > 3) begin : g_bad_delay
    fp4_error_delay_must_be_0_to_3 u_bad ();
  end

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

  logic [W-1:0] term0_q, term1_q, term2_q;

  always_ff @(posedge clk_i) begin
    if (advance_i && arrives_i) begin
      term0_q <= term1_q;
      term1_q <= term2_q;
      term2_q <= term3_o;
    end
  end

  assign term0_o = term0_q;
  assign term1_o = term1_q;
  assign term2_o = term2_q;

endmodule
