/// A stream of beats: what is offered stays, unchanged, until it is taken. After reset both sides
/// are known, and what is offered is.
module fp4_check_stream #(
  parameter int W = 1 // bits of a beat
) (
  input logic         clk_i,    // clock
  input logic         rst_ni,   // reset, asynchronous, active low
  input logic         valid_i,  // a beat is offered
  input logic         ready_i,  // it is taken
  input logic [W-1:0] payload_i // what the beat is
);

  logic         waits_q;
  logic [W-1:0] payload_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) waits_q <= 1'b0;
    else waits_q <= valid_i && !ready_i;
  end

  always_ff @(posedge clk_i) payload_q <= payload_i;

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!waits_q || valid_i);
      assert (!waits_q || payload_i == payload_q);
`ifndef YOSYS
      assert (!$isunknown(valid_i) && !$isunknown(ready_i));
      assert (!valid_i || !$isunknown(payload_i));
`endif
    end
  end

endmodule
