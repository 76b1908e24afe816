/// fp4_align cuts as the definition says: bit n of the grid is the bit of the magnitude that lands
/// there, for any n; none does from the highest distance on. ToOdd: in the lowest place it also
/// stands for what lies below.
module fp4_proof_align #(
  parameter int MagW            = 22,
  parameter int MagFractionBits = 8,
  parameter int FractionBits    = 35,
  parameter int DownW           = 6,
  parameter bit ToOdd           = 1'b0
) (
  input logic [MagW-1:0]  mag_i,
  input logic [DownW-1:0] down_i,
  input logic [6:0]       n_i
);

  localparam int GridW = MagW + FractionBits - MagFractionBits;
  localparam int Up    = FractionBits - MagFractionBits;

  logic [GridW-1:0]   grid;
  logic [127:0]       grid_bits;
  logic [255:0]       mag_bits, below;
  logic signed [10:0] from;

  fp4_align #(.MagW(MagW), .MagFractionBits(MagFractionBits), .FractionBits(FractionBits),
              .DownW(DownW), .ToOdd(ToOdd))
  u_align (
    .en_i  (1'b1),
    .mag_i,
    .down_i,
    .grid_o(grid)
  );

  always_comb begin
    grid_bits = 128'(grid);
    mag_bits  = 256'(mag_i);
    from      = 11'(n_i) + 11'(down_i) - 11'(Up);
    below     = down_i > DownW'(Up) ? mag_bits & ~({256{1'b1}} << (down_i - DownW'(Up))) : '0;
    assert (grid_bits[n_i] == ((from >= 0 && mag_bits[from[7:0]])
                               || (ToOdd && n_i == '0 && below != '0)));
    if (down_i == '1) assert (grid == GridW'(ToOdd && mag_i != '0));
  end

endmodule
