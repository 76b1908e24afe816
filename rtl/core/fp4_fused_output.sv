/// What one output keeps in a profile of fused steps: its C, D of its last step, and the drain
/// register. C and D move through the array from row to row.
module fp4_fused_output (
  input  logic        clk_i,
  input  logic        take_c_i, // C of the row behind
  input  logic [31:0] c_i,
  output logic [31:0] c_o,
  input  logic        write_i,  // a step is done
  input  logic        last_i,   // ... which closes its tile
  input  logic [31:0] d_i,
  output logic [31:0] d_o,
  input  logic        shift_i,  // drain: take the row behind
  input  logic [31:0] drain_i,
  output logic [31:0] drain_o
);

  always_ff @(posedge clk_i) begin
    if (take_c_i) c_o <= c_i;
    if (write_i) d_o <= d_i;
    if (write_i && last_i) drain_o <= d_i;
    else if (shift_i) drain_o <= drain_i;
  end

endmodule
