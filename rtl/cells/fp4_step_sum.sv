/// Four terms and C on the grid of their step, each cut toward zero, and their exact sum as sign and
/// magnitude, in units of FractionBits below the step's largest exponent.
///
/// The sum and its negative are formed side by side, so that no carry runs twice.
///
/// Example (MagW=22, TermFractionBits=8, FractionBits=35): negative_i=17, mag0_i=256, mag1_i=1,
///   c_significand_i=24'h800000, down1_i=29, c_down_i=1 -> negative_o=1, mag_o=(53'd3 << 34);
///   -1 + 0 - 0.5
module fp4_step_sum #(
  parameter  int MagW             = 22, // bits of a term's magnitude
  parameter  int TermFractionBits = 8, // fraction bits of terms
  parameter  int FractionBits     = 35, // fraction bits of the grid
  parameter  int DownW            = 6, // bits of a distance
  parameter  bit ToOdd            = 1'b0, // what is cut sets the lowest bit (fp4_align)
  localparam int GridW  = MagW + FractionBits - TermFractionBits, // bits of a term on the grid
  localparam int CGridW = FractionBits + 1, // bits of C on the grid
  localparam int SumW   = (GridW > CGridW ? GridW : CGridW) + 4 // bits of the sum
) (
  input  logic             en_i,            // low: zero, and nothing toggles
  input  logic [4:0]       negative_i,      // of terms 0 to 3, of C in bit 4
  input  logic [MagW-1:0]  mag0_i,          // magnitude of term 0
  input  logic [MagW-1:0]  mag1_i,          // magnitude of term 1
  input  logic [MagW-1:0]  mag2_i,          // magnitude of term 2
  input  logic [MagW-1:0]  mag3_i,          // magnitude of term 3
  input  logic [23:0]      c_significand_i, // of C, 23 fraction bits
  input  logic [DownW-1:0] down0_i,         // distance of term 0
  input  logic [DownW-1:0] down1_i,         // distance of term 1
  input  logic [DownW-1:0] down2_i,         // distance of term 2
  input  logic [DownW-1:0] down3_i,         // distance of term 3
  input  logic [DownW-1:0] c_down_i,        // distance of C
  output logic             negative_o,      // sign of the sum
  output logic [SumW-1:0]  mag_o            // magnitude of the sum, 2^-FractionBits each
);

  logic [GridW-1:0]  grid0, grid1, grid2, grid3;
  logic [CGridW-1:0] c_grid;
  logic [SumW-1:0]   part0, part1, part2, part3, c_part; // complements where negative
  logic [SumW-1:0]   sum, minus;

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .DownW(DownW), .ToOdd(ToOdd))
  u_align0 (.en_i, .mag_i(mag0_i), .down_i(down0_i), .grid_o(grid0));

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .DownW(DownW), .ToOdd(ToOdd))
  u_align1 (.en_i, .mag_i(mag1_i), .down_i(down1_i), .grid_o(grid1));

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .DownW(DownW), .ToOdd(ToOdd))
  u_align2 (.en_i, .mag_i(mag2_i), .down_i(down2_i), .grid_o(grid2));

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .DownW(DownW), .ToOdd(ToOdd))
  u_align3 (.en_i, .mag_i(mag3_i), .down_i(down3_i), .grid_o(grid3));

  fp4_align #(.MagW(24), .MagFractionBits(23), .FractionBits(FractionBits),
              .DownW(DownW), .ToOdd(ToOdd))
  u_align_c (.en_i, .mag_i(c_significand_i), .down_i(c_down_i), .grid_o(c_grid));

  assign part0  = SumW'(grid0) ^ {SumW{negative_i[0]}};
  assign part1  = SumW'(grid1) ^ {SumW{negative_i[1]}};
  assign part2  = SumW'(grid2) ^ {SumW{negative_i[2]}};
  assign part3  = SumW'(grid3) ^ {SumW{negative_i[3]}};
  assign c_part = SumW'(c_grid) ^ {SumW{negative_i[4]}};

  // Either is one expression, which synthesis makes one tree with one carry chain.
  always_comb begin
    sum   = '0;
    minus = '0;
    if (en_i) begin
      sum   = (part0 + SumW'(negative_i[0])) + (part1 + SumW'(negative_i[1]))
            + (part2 + SumW'(negative_i[2])) + (part3 + SumW'(negative_i[3]))
            + (c_part + SumW'(negative_i[4]));
      minus = (~part0 + SumW'(!negative_i[0])) + (~part1 + SumW'(!negative_i[1]))
            + (~part2 + SumW'(!negative_i[2])) + (~part3 + SumW'(!negative_i[3]))
            + (~c_part + SumW'(!negative_i[4]));
    end
  end

  assign negative_o = sum[SumW-1];
  assign mag_o      = sum[SumW-1] ? minus : sum;

endmodule
