/// A number on the grid of a step, cut toward zero: grid_o = floor(mag_i * 2^(FractionBits -
/// MagFractionBits) / 2^down_i), where down_i is how far its exponent lies below the step's
/// largest; the highest distance stands for all above it, too, and leaves nothing. With ToOdd what
/// is cut sets the lowest bit: a sum with one such number rounds as if nothing had been lost.
///
/// Example (MagW=22, MagFractionBits=8, FractionBits=35): mag_i=3, down_i=26 -> grid_o=6
/// Example (MagW=22, MagFractionBits=8, FractionBits=35): mag_i=3, down_i=28 -> grid_o=1
/// Example (MagW=22, MagFractionBits=8, FractionBits=35, ToOdd=1): mag_i=3, down_i=63 -> grid_o=1
/// Example (MagW=24, MagFractionBits=23, FractionBits=8): mag_i=24'hC00000, down_i=8 -> grid_o=1
module fp4_align #(
  parameter  int MagW            = 22, // bits of the magnitude
  parameter  int MagFractionBits = 8, // fraction bits of the magnitude
  parameter  int FractionBits    = 35, // fraction bits of the grid
  parameter  int DownW           = 6, // bits of the distance
  parameter  bit ToOdd           = 1'b0, // what is cut sets the lowest bit
  localparam int GridW = MagW + FractionBits - MagFractionBits // bits of the result
) (
  input  logic             en_i,   // low: zero, and nothing toggles
  input  logic [MagW-1:0]  mag_i,  // magnitude
  input  logic [DownW-1:0] down_i, // distance below the largest exponent
  output logic [GridW-1:0] grid_o  // on the grid, cut toward zero
);

  localparam int Up    = FractionBits > MagFractionBits ? FractionBits - MagFractionBits : 0;
  localparam int Down  = FractionBits < MagFractionBits ? MagFractionBits - FractionBits : 0;
  localparam int FullW = MagW + Up;

  if (FullW > 2 ** DownW - 1) begin : g_bad_width
    fp4_error_the_highest_distance_must_leave_nothing u_bad ();
  end

  logic [FullW-1:0] full, kept;
  logic [7:0]       places;

  always_comb begin
    full   = '0;
    kept   = '0;
    places = 8'(down_i) + 8'(Down);
    grid_o = '0;
    if (en_i) begin
      full   = FullW'(mag_i) << Up;
      kept   = full >> places;
      grid_o = GridW'(kept);
      if (ToOdd && (kept << places) != full) grid_o[0] = 1'b1;
    end
  end

endmodule
