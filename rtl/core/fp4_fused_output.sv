/// What one output keeps in a profile of fused steps: its C, D of its last step, and the drain
/// register. C and D move through the array from row to row.
module fp4_fused_output (
  input  logic        clk_i,    // clock
  input  logic        take_c_i, // rows of C move up
  input  logic [31:0] c_i,      // C of the row behind
  output logic [31:0] c_o,      // C of this output
  input  logic        write_i,  // a step is done
  input  logic        last_i,   // it closes its tile
  input  logic [31:0] d_i,      // D of that step
  output logic [31:0] d_o,      // D of the last step
  input  logic        shift_i,  // drain: take the row behind
  input  logic [31:0] drain_i,  // drain register of the row behind
  output logic [31:0] drain_o   // drain register
);

  logic [31:0] c_q, d_q, drain_q;

  always_ff @(posedge clk_i) begin
    if (take_c_i) c_q <= c_i;
    if (write_i) d_q <= d_i;
    if (write_i && last_i) drain_q <= d_i;
    else if (shift_i) drain_q <= drain_i;
  end

  assign c_o     = c_q;
  assign d_o     = d_q;
  assign drain_o = drain_q;

endmodule
