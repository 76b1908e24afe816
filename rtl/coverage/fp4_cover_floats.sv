/// Floating-point inputs as they are taken, binary32 (W 32) or bfloat16 (16), C or the values to be
/// quantized: every exponent field, and every class of either sign.
module fp4_cover_floats #(
  parameter int Count = 8,
  parameter int W     = 32
) (
  input logic               clk_i,
  input logic               taken_i,
  input logic [W*Count-1:0] floats_i
);

  // As binary32.
  localparam logic [30:0] Smallest = 31'd1 << (32 - W);
  localparam logic [30:0] Largest  = 31'h7F80_0000 - Smallest;

  // By sign: zero, smallest subnormal, other subnormal, smallest normal, other normal, largest,
  // infinity, signaling NaN, quiet NaN.
  logic [8:0]   seen [2];
  logic [255:0] exponents;
  logic [3:0]   kind;
  logic [31:0]  x;

  always_comb begin
    seen[0]   = '0;
    seen[1]   = '0;
    exponents = '0;
    kind      = '0;
    x         = '0;
    for (int n = 0; n < Count; n++) begin
      x = 32'(floats_i[W*n +: W]) << (32 - W);
      exponents[x[30:23]] = 1'b1;
      if (x[30:0] == '0) kind = 4'd0;
      else if (x[30:0] == Smallest) kind = 4'd1;
      else if (x[30:23] == '0) kind = 4'd2;
      else if (x[30:0] == 31'h0080_0000) kind = 4'd3;
      else if (x[30:0] < Largest) kind = 4'd4;
      else if (x[30:0] == Largest) kind = 4'd5;
      else if (x[30:0] == 31'h7F80_0000) kind = 4'd6;
      else if (!x[22]) kind = 4'd7;
      else kind = 4'd8;
      seen[x[31]][kind] = 1'b1;
    end
  end

  for (genvar s = 0; s < 2; s++) begin : g_negative
    zero: cover property (@(posedge clk_i) taken_i && seen[s][0]);
    smallest_subnormal: cover property (@(posedge clk_i) taken_i && seen[s][1]);
    subnormal: cover property (@(posedge clk_i) taken_i && seen[s][2]);
    smallest_normal: cover property (@(posedge clk_i) taken_i && seen[s][3]);
    normal: cover property (@(posedge clk_i) taken_i && seen[s][4]);
    largest: cover property (@(posedge clk_i) taken_i && seen[s][5]);
    infinity: cover property (@(posedge clk_i) taken_i && seen[s][6]);
    signaling_nan: cover property (@(posedge clk_i) taken_i && seen[s][7]);
    quiet_nan: cover property (@(posedge clk_i) taken_i && seen[s][8]);
  end

  for (genvar e = 0; e < 256; e++) begin : g_exponent
    seen_field: cover property (@(posedge clk_i) taken_i && exponents[e]);
  end

endmodule
