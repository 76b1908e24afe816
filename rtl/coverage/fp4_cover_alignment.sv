/// A fused step before its sum: how far each of the four terms and C (number 4) lie below the
/// largest exponent, what the cut takes of them, and which of them is the largest. Only magnitudes
/// that are not zero count. A step that is a block has one term, number 0.
module fp4_cover_alignment #(
  parameter  int MagW             = 22,
  parameter  int TermFractionBits = 8,
  parameter  int FractionBits     = 35,
  parameter  int DownW            = 6,
  parameter  bit Sequential       = 1'b0,
  localparam int WideW = 128
) (
  input logic             clk_i,
  input logic             valid_i,
  input logic [MagW-1:0]  mag0_i,
  input logic [MagW-1:0]  mag1_i,
  input logic [MagW-1:0]  mag2_i,
  input logic [MagW-1:0]  mag3_i,
  input logic [23:0]      c_significand_i,
  input logic [DownW-1:0] down0_i,
  input logic [DownW-1:0] down1_i,
  input logic [DownW-1:0] down2_i,
  input logic [DownW-1:0] down3_i,
  input logic [DownW-1:0] c_down_i
);

  localparam logic [4:0] Addends = Sequential ? 5'b10001 : '1;

  logic [4:0] there, largest;

  for (genvar n = 0; n < 5; n++) begin : g_addend
    localparam int Up = FractionBits - (n < 4 ? TermFractionBits : 23); // may be negative
    logic [WideW-1:0] mag, below; // units of 2^-64 of the magnitude's; the part that is cut
    logic [DownW-1:0] down;
    assign down = n == 0 ? down0_i : n == 1 ? down1_i : n == 2 ? down2_i : n == 3 ? down3_i
                : c_down_i;
    assign mag  = (n == 0 ? WideW'(mag0_i) : n == 1 ? WideW'(mag1_i) : n == 2 ? WideW'(mag2_i)
                : n == 3 ? WideW'(mag3_i) : WideW'(c_significand_i)) << 64;
    assign below    = mag & ((WideW'(1) << (64 + 32'(down) - Up)) - WideW'(1));
    assign there[n] = mag != '0;

    if (Addends[n]) begin : g_here
      for (genvar d = 0; d < 2 ** DownW; d++) begin : g_down
        seen: cover property (@(posedge clk_i) valid_i && there[n] && down == d);
        if (!Sequential && n < 4 && d <= 28) begin : g_terms
          // What UE4M3 scales allow.
          below_a_term: cover property (@(posedge clk_i)
            valid_i && there[n] && down == d && c_down_i != '0);
        end
      end
      whole: cover property (@(posedge clk_i) valid_i && there[n] && below == '0);
      cut: cover property (@(posedge clk_i)
        valid_i && there[n] && below != '0 && below != mag);
      cut_to_nothing: cover property (@(posedge clk_i) valid_i && there[n] && below == mag);
      alone_the_largest: cover property (@(posedge clk_i)
        valid_i && there[n] && (largest & Addends) == 5'(1 << n));
    end
  end

  assign largest = {c_down_i == '0, down3_i == '0, down2_i == '0, down1_i == '0, down0_i == '0};

  all_the_largest: cover property (@(posedge clk_i)
    valid_i && (~Addends | (there & largest)) == '1);
  nothing: cover property (@(posedge clk_i) valid_i && there == '0);

endmodule
