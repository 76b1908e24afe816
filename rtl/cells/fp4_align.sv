/// A number on the grid of a step, cut toward zero: grid_o = floor(mag_i * 2^(FractionBits -
/// MagFractionBits) / 2^down_i), where down_i is how far its exponent lies below the step's
/// largest; the highest distance stands for all above it, too, and leaves nothing.
///
/// Example (MagFractionBits 8, FractionBits 35): mag_i 1 gives 2^27 at distance 0 and 0 at 28.
module fp4_align #(
  parameter  int MagW            = 22,
  parameter  int MagFractionBits = 8,
  parameter  int FractionBits    = 35,
  parameter  int DownW           = 6,
  localparam int GridW = MagW + FractionBits - MagFractionBits
) (
  input  logic             en_i, // low: zero, and nothing toggles
  input  logic [MagW-1:0]  mag_i,
  input  logic [DownW-1:0] down_i,
  output logic [GridW-1:0] grid_o
);

  localparam int Up    = FractionBits > MagFractionBits ? FractionBits - MagFractionBits : 0;
  localparam int Down  = FractionBits < MagFractionBits ? MagFractionBits - FractionBits : 0;
  localparam int FullW = MagW + Up;

  if (FullW > 2 ** DownW - 1) begin : g_bad_width
    fp4_error_the_highest_distance_must_leave_nothing u_bad ();
  end

  always_comb begin
    grid_o = '0;
    if (en_i) grid_o = GridW'((FullW'(mag_i) << Up) >> (8'(down_i) + 8'(Down)));
  end

endmodule
