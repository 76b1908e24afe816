/// A number on the grid of a step, cut toward zero: grid_o = floor(mag_i * 2^(FractionBits -
/// MagFractionBits) / 2^down_i), where down_i is how far its exponent lies below the step's
/// largest; 63 stands for all distances above, too, and leaves nothing.
///
/// Example (MagFractionBits 8, FractionBits 35): mag_i 1 gives 2^27 at distance 0 and 0 at 28.
module fp4_align #(
  parameter  int MagW            = 22,
  parameter  int MagFractionBits = 8,
  parameter  int FractionBits    = 35,
  localparam int GridW = MagW + FractionBits - MagFractionBits
) (
  input  logic             en_i,  // low: zero, and nothing toggles
  input  logic [MagW-1:0]  mag_i,
  input  logic [5:0]       down_i,
  output logic [GridW-1:0] grid_o
);

  localparam int Up    = FractionBits > MagFractionBits ? FractionBits - MagFractionBits : 0;
  localparam int Down  = FractionBits < MagFractionBits ? MagFractionBits - FractionBits : 0;
  localparam int FullW = MagW + Up;

  if (FullW > 63) begin : g_bad_width
    fp4_error_a_distance_of_63_must_leave_nothing u_bad ();
  end

  always_comb begin
    grid_o = '0;
    if (en_i) grid_o = GridW'((FullW'(mag_i) << Up) >> (7'(down_i) + 7'(Down)));
  end

endmodule
