/// C on the grid of an exact sum that is not zero: every exponent of C, and what the grid makes of
/// it.
module fp4_cover_c_grid (
  input logic               clk_i,
  input logic               valid_i,
  input logic               sum_zero_i,
  input logic [23:0]        significand_i,
  input logic signed [8:0]  exponent_i,
  input logic               lowest_i, // bit of the grid
  input logic [7:0]         beyond_i
);

  localparam int LsbExponent = -48; // of the grid

  logic met;
  int   shift; // of C's lowest bit above the grid's
  assign met   = valid_i && !sum_zero_i && significand_i != '0;
  assign shift = 32'(exponent_i) - 23 - LsbExponent;

  for (genvar e = 0; e < 254; e++) begin : g_exponent
    // Of 2^(e - 126).
    seen_with_sum: cover property (@(posedge clk_i) met && 32'(exponent_i) == e - 126);
  end

  on_the_grid: cover property (@(posedge clk_i) met && shift >= 0 && beyond_i == '0);
  beyond_the_grid: cover property (@(posedge clk_i) met && beyond_i != '0);
  reaches_below: cover property (@(posedge clk_i)
    met && shift < 0 && shift > -24 && lowest_i);
  all_below: cover property (@(posedge clk_i) met && shift <= -24);
  under_zero_sum: cover property (@(posedge clk_i) valid_i && sum_zero_i && significand_i != '0);

endmodule
