/// Terms as profile exact adds them: every distance above the sum's lowest bit, and the places of a
/// term in its tile.
module fp4_cover_exact_terms #(
  parameter int TermW            = 23,
  parameter int TermFractionBits = 8
) (
  input logic                    clk_i,
  input logic                    added_i,
  input logic                    first_i,
  input logic                    finish_i,
  input logic signed [TermW-1:0] term_i,
  input logic signed [8:0]       exponent_i,
  input logic                    nan_i
);

  localparam int ShiftBias = fp4_pkg::EXACT_FRACTION_BITS - TermFractionBits;

  for (genvar s = 0; s <= 28; s++) begin : g_shift
    positive: cover property (@(posedge clk_i)
      added_i && term_i > 0 && 32'(exponent_i) + ShiftBias == s);
    negative: cover property (@(posedge clk_i)
      added_i && term_i < 0 && 32'(exponent_i) + ShiftBias == s);
  end

  only: cover property (@(posedge clk_i) added_i && first_i && finish_i);
  first: cover property (@(posedge clk_i) added_i && first_i && !finish_i);
  inner: cover property (@(posedge clk_i) added_i && !first_i && !finish_i);
  last: cover property (@(posedge clk_i) added_i && !first_i && finish_i);
  nan_first: cover property (@(posedge clk_i) added_i && first_i && !finish_i && nan_i);
  nan_inner: cover property (@(posedge clk_i) added_i && !first_i && !finish_i && nan_i);
  nan_last: cover property (@(posedge clk_i) added_i && !first_i && finish_i && nan_i);

endmodule
