/// Results that no sum decides, and how they meet.
module fp4_cover_results (
  input logic        clk_i,
  input logic        advance_i,
  input logic        next_i,   // a result comes with the next advance
  input logic        nan_i,
  input logic        pass_c_i,
  input logic [31:0] c_i,
  input logic [31:0] d_i
);

  logic valid_q = 1'b0;

  always_ff @(posedge clk_i) begin
    if (advance_i) valid_q <= next_i;
  end

  logic here;
  assign here = valid_q && advance_i;

  sum: cover property (@(posedge clk_i) here && !nan_i && !pass_c_i);
  nan: cover property (@(posedge clk_i) here && nan_i && !pass_c_i);
  nan_before_c: cover property (@(posedge clk_i) here && nan_i && pass_c_i);
  c_passes: cover property (@(posedge clk_i) here && !nan_i && pass_c_i);
  infinity_passes: cover property (@(posedge clk_i)
    here && !nan_i && pass_c_i && c_i == 32'h7F80_0000);
  negative_infinity_passes: cover property (@(posedge clk_i)
    here && !nan_i && pass_c_i && c_i == 32'hFF80_0000);
  zero: cover property (@(posedge clk_i) here && d_i == '0);

endmodule
