/// fp4_step_sum is the sum of its five aligned parts, one after another, each with its sign, or,
/// where that is negative, the sum of their negatives.
module fp4_proof_step_sum #(
  parameter int MagW             = 22,
  parameter int TermFractionBits = 8,
  parameter int FractionBits     = 35,
  parameter bit ToOdd            = 1'b0
) (
  input logic [4:0]      negative_i,
  input logic [MagW-1:0] mag0_i,
  input logic [MagW-1:0] mag1_i,
  input logic [MagW-1:0] mag2_i,
  input logic [MagW-1:0] mag3_i,
  input logic [23:0]     c_significand_i,
  input logic [5:0]      down0_i,
  input logic [5:0]      down1_i,
  input logic [5:0]      down2_i,
  input logic [5:0]      down3_i,
  input logic [5:0]      c_down_i
);

  localparam int GridW  = MagW + FractionBits - TermFractionBits;
  localparam int CGridW = FractionBits + 1;
  localparam int SumW   = (GridW > CGridW ? GridW : CGridW) + 4;

  logic                   negative;
  logic [SumW-1:0]        mag;
  logic signed [SumW:0]   sum; // a bit more, which none can reach
  logic [SumW-1:0]        minus;
  logic [GridW-1:0]       grid0, grid1, grid2, grid3;
  logic [CGridW-1:0]      c_grid;

  function automatic logic signed [SumW:0] signed_grid(input logic negative,
                                                       input logic [SumW-1:0] grid);
    signed_grid = negative ? -$signed({1'b0, grid}) : $signed({1'b0, grid});
  endfunction

  fp4_step_sum #(.MagW(MagW), .TermFractionBits(TermFractionBits), .FractionBits(FractionBits),
                 .ToOdd(ToOdd))
  u_sum (
    .en_i      (1'b1),
    .negative_i,
    .mag0_i,
    .mag1_i,
    .mag2_i,
    .mag3_i,
    .c_significand_i,
    .down0_i,
    .down1_i,
    .down2_i,
    .down3_i,
    .c_down_i,
    .negative_o(negative),
    .mag_o     (mag)
  );

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .ToOdd(ToOdd))
  u_align0 (.en_i(1'b1), .mag_i(mag0_i), .down_i(down0_i), .grid_o(grid0));
  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .ToOdd(ToOdd))
  u_align1 (.en_i(1'b1), .mag_i(mag1_i), .down_i(down1_i), .grid_o(grid1));
  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .ToOdd(ToOdd))
  u_align2 (.en_i(1'b1), .mag_i(mag2_i), .down_i(down2_i), .grid_o(grid2));
  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits),
              .ToOdd(ToOdd))
  u_align3 (.en_i(1'b1), .mag_i(mag3_i), .down_i(down3_i), .grid_o(grid3));
  fp4_align #(.MagW(24), .MagFractionBits(23), .FractionBits(FractionBits),
              .ToOdd(ToOdd))
  u_align_c (.en_i(1'b1), .mag_i(c_significand_i), .down_i(c_down_i), .grid_o(c_grid));

  always_comb begin
    sum   = signed_grid(negative_i[0], SumW'(grid0)) + signed_grid(negative_i[1], SumW'(grid1))
          + signed_grid(negative_i[2], SumW'(grid2)) + signed_grid(negative_i[3], SumW'(grid3))
          + signed_grid(negative_i[4], SumW'(c_grid));
    minus = SumW'(signed_grid(!negative_i[0], SumW'(grid0)))
          + SumW'(signed_grid(!negative_i[1], SumW'(grid1)))
          + SumW'(signed_grid(!negative_i[2], SumW'(grid2)))
          + SumW'(signed_grid(!negative_i[3], SumW'(grid3)))
          + SumW'(signed_grid(!negative_i[4], SumW'(c_grid)));
    assert (sum[SumW] == sum[SumW-1] && negative == sum[SumW]);
    assert (mag == (negative ? minus : sum[SumW-1:0]));
  end

endmodule
