/// Steps that are blocks: what the cut to odd makes of the lesser of the block's sum (number 0) and
/// C (1), beside one of the same sign and of the other; and roundings that the odd bit decides: the
/// sum without it would be a tie.
module fp4_cover_to_odd #(
  parameter  int MagW             = 24,
  parameter  int TermFractionBits = 8,
  parameter  int FractionBits     = 36,
  parameter  int DownW            = 6,
  parameter  int SumW             = 56,
  parameter  bit ToOdd            = 1'b1, // else there are no points
  localparam int WideW = 128
) (
  input logic             clk_i,
  input logic             valid_i,
  input logic [4:0]       negative_i,
  input logic [MagW-1:0]  mag_i,
  input logic [23:0]      c_significand_i,
  input logic [DownW-1:0] down_i,
  input logic [DownW-1:0] c_down_i,
  input logic             sum_negative_i,
  input logic [SumW-1:0]  sum_mag_i
);

  logic both, opposite;
  assign both     = valid_i && mag_i != '0 && c_significand_i != '0;
  assign opposite = negative_i[0] != negative_i[4];

  // The sum's places: the last, the half below it, and those below that.
  logic [SumW-1:0] half, rest;
  logic            last, guard;

  always_comb begin
    half = '0;
    for (int n = 24; n < SumW; n++) if (sum_mag_i[n]) half = SumW'(1) << (n - 24);
    rest  = sum_mag_i & (half - 1'b1);
    guard = (sum_mag_i & half) != '0;
    last  = (sum_mag_i & (half << 1)) != '0;
  end

  for (genvar n = 0; n < 2; n++) begin : g_lesser
    localparam int Up = FractionBits - (n == 0 ? TermFractionBits : 23);
    logic [WideW-1:0] mag, kept; // units of 2^-64 of the magnitude's; of the grid's
    logic [31:0]      lowest; // place of the grid's lowest bit
    logic             lost;
    logic [DownW-1:0] down;
    assign down   = n == 0 ? down_i : c_down_i;
    assign lowest = 64 + 32'(down) - Up;
    assign mag    = (n == 0 ? WideW'(mag_i) : WideW'(c_significand_i)) << 64;
    assign kept   = mag >> lowest;
    assign lost   = both && kept << lowest != mag;

    if (ToOdd) begin : g_here
      for (genvar o = 0; o < 2; o++) begin : g_opposite
        made_odd: cover property (@(posedge clk_i)
          lost && opposite == o && kept != '0 && !kept[0]);
        was_odd: cover property (@(posedge clk_i) lost && opposite == o && kept[0]);
        leaves_one: cover property (@(posedge clk_i) lost && opposite == o && kept == '0);
      end
      for (genvar s = 0; s < 2; s++) begin : g_negative
        above_tie_of_even: cover property (@(posedge clk_i)
          lost && !kept[0] && sum_negative_i == s && !last && guard && rest == SumW'(1));
        below_tie_of_odd: cover property (@(posedge clk_i)
          lost && !kept[0] && sum_negative_i == s && last && !guard && rest == half - 1'b1);
      end
    end
  end

endmodule
