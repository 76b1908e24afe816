/// fp4_exact_total is the sum, shifted to the grid, and C with its sign, or, where that is
/// negative, the sum of their negatives.
module fp4_proof_exact_total #(
  parameter int SumW      = 64,
  parameter int GuardBits = 28,
  parameter int GridW     = 119
) (
  input logic signed [SumW-1:0] sum_q20_i,
  input logic                   c_negative_i,
  input logic [GridW-1:0]       c_grid_i
);

  localparam int TotalW = GridW + 2;

  logic                     negative;
  logic [TotalW-1:0]        mag;
  logic signed [TotalW:0]   sum, c, total; // a bit more, which none can reach
  logic [TotalW-1:0]        minus;

  fp4_exact_total #(.SumW(SumW), .GuardBits(GuardBits), .GridW(GridW)) u_total (
    .en_i      (1'b1),
    .sum_q20_i,
    .c_negative_i,
    .c_ones_i  (c_negative_i ? ~c_grid_i : c_grid_i),
    .negative_o(negative),
    .mag_o     (mag)
  );

  always_comb begin
    sum   = sum_q20_i;
    sum   = sum <<< GuardBits;
    c     = $signed({3'b0, c_grid_i});
    c     = c_negative_i ? -c : c;
    total = sum + c;
    minus = TotalW'(-sum) + TotalW'(-c);
    assert (total[TotalW] == total[TotalW-1] && negative == total[TotalW]);
    assert (mag == (negative ? minus : total[TotalW-1:0]));
  end

endmodule
