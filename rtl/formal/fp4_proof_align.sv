/// fp4_align cuts as the definition says: bit n of the grid is the bit of the magnitude that lands
/// there, for any n.
module fp4_proof_align #(
  parameter int MagW            = 22,
  parameter int MagFractionBits = 8,
  parameter int FractionBits    = 35
) (
  input logic [MagW-1:0]   mag_i,
  input logic signed [8:0] exponent_i,
  input logic signed [8:0] largest_i,
  input logic [6:0]        n_i
);

  localparam int GridW = MagW + FractionBits - MagFractionBits;
  localparam int Up    = FractionBits - MagFractionBits;

  logic [GridW-1:0]   grid;
  logic [127:0]       grid_bits;
  logic [1023:0]      mag_bits;
  logic signed [10:0] from;

  fp4_align #(.MagW(MagW), .MagFractionBits(MagFractionBits), .FractionBits(FractionBits)) u_align (
    .en_i  (1'b1),
    .mag_i,
    .exponent_i,
    .largest_i,
    .grid_o(grid)
  );

  always_comb begin
    assume (largest_i >= exponent_i);
    grid_bits = 128'(grid);
    mag_bits  = 1024'(mag_i);
    from      = 11'(n_i) + 11'(largest_i) - 11'(exponent_i) - 11'(Up);
    assert (grid_bits[n_i] == (from >= 0 && mag_bits[from[9:0]]));
  end

endmodule
