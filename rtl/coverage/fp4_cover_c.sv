/// C as its rows are taken: every exponent field, and every class of either sign.
module fp4_cover_c #(
  parameter int Cols = 8
) (
  input logic               clk_i,
  input logic               taken_i,
  input logic [32*Cols-1:0] c_i
);

  // By sign: zero, smallest subnormal, other subnormal, smallest normal, other normal, largest,
  // infinity, signaling NaN, quiet NaN.
  logic [8:0]   seen [2];
  logic [255:0] exponents;
  logic [3:0]   kind;
  logic [31:0]  c;

  always_comb begin
    seen[0]   = '0;
    seen[1]   = '0;
    exponents = '0;
    kind      = '0;
    c         = '0;
    for (int n = 0; n < Cols; n++) begin
      c = c_i[32*n +: 32];
      exponents[c[30:23]] = 1'b1;
      if (c[30:0] == '0) kind = 4'd0;
      else if (c[30:0] == 31'd1) kind = 4'd1;
      else if (c[30:23] == '0) kind = 4'd2;
      else if (c[30:0] == 31'h0080_0000) kind = 4'd3;
      else if (c[30:0] < 31'h7F7F_FFFF) kind = 4'd4;
      else if (c[30:0] == 31'h7F7F_FFFF) kind = 4'd5;
      else if (c[30:0] == 31'h7F80_0000) kind = 4'd6;
      else if (!c[22]) kind = 4'd7;
      else kind = 4'd8;
      seen[c[31]][kind] = 1'b1;
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
