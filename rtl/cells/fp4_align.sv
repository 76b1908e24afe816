/// A number on the grid of a step, cut toward zero: grid_o = floor(mag_i * 2^(FractionBits -
/// MagFractionBits) / 2^(largest_i - exponent_i)).
///
/// largest_i is no less than exponent_i. Example (MagFractionBits 8, FractionBits 35): mag_i 1
/// under its own exponent gives 2^27, under one that is 28 larger 0.
module fp4_align #(
  parameter  int MagW            = 22,
  parameter  int MagFractionBits = 8,
  parameter  int FractionBits    = 35,
  localparam int GridW = MagW + FractionBits - MagFractionBits
) (
  input  logic               en_i,       // low: zero, and nothing toggles
  input  logic [MagW-1:0]    mag_i,
  input  logic signed [8:0]  exponent_i,
  input  logic signed [8:0]  largest_i,
  output logic [GridW-1:0]   grid_o
);

  localparam int Up   = FractionBits > MagFractionBits ? FractionBits - MagFractionBits : 0;
  localparam int Down = FractionBits < MagFractionBits ? MagFractionBits - FractionBits : 0;
  localparam int FullW = MagW + Up;

  logic [9:0] down;

  always_comb begin
    down   = '0;
    grid_o = '0;
    if (en_i) begin
      down = 10'(10'(largest_i) - 10'(exponent_i)) + 10'(Down);
      if (down < 10'(FullW)) grid_o = GridW'((FullW'(mag_i) << Up) >> down);
    end
  end

endmodule
