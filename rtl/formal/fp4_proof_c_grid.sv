/// fp4_c_grid: bit n of the grid is the bit of C's significand that lands there, for any n; in the
/// lowest place it also stands for what lies below. What a C too far above is held back by is
/// beyond.
module fp4_proof_c_grid #(
  parameter int LsbExponent = -48,
  parameter int ShiftMax    = 95
) (
  input logic [23:0]       significand_i,
  input logic signed [8:0] exponent_i,
  input logic [6:0]        n_i
);

  localparam int GridW = 24 + ShiftMax;

  logic [GridW-1:0]   grid;
  logic [127:0]       grid_bits;
  logic [511:0]       significand_bits, below;
  logic [7:0]         beyond;
  logic signed [10:0] above, from; // places of C's lowest bit above the grid's; of bit n in C

  fp4_c_grid #(.LsbExponent(LsbExponent), .ShiftMax(ShiftMax)) u_c_grid (
    .en_i    (1'b1),
    .significand_i,
    .exponent_i,
    .grid_o  (grid),
    .beyond_o(beyond)
  );

  always_comb begin
    assume (exponent_i >= -9'sd126 && exponent_i <= 9'sd127);
    above            = 11'(exponent_i) - 11'sd23 - 11'(LsbExponent);
    grid_bits        = 128'(grid);
    significand_bits = 512'(significand_i);
    from             = 11'(n_i) - above + 11'(beyond);
    below            = above < 0 ? significand_bits & ~({512{1'b1}} << -above) : '0;
    assert (11'(beyond) == (above > 11'(ShiftMax) ? above - 11'(ShiftMax) : '0));
    assert (grid_bits[n_i] == ((from >= 0 && significand_bits[from[8:0]])
                               || (n_i == '0 && below != '0)));
  end

endmodule
