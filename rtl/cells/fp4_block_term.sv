/// What sixteen products under one pair of scales contribute to an output, but for the exponent:
/// each part's sum times its multiplier, added.
///
/// Example (Parts=1, DotW=15, MultiplierW=8, TermW=23): dots_i=2304, multipliers_i=225
///   -> term_o=518400; all codes 7 under significands 15
/// Example (Parts=2, DotW=15, MultiplierW=8, TermW=23): dots_i={-15'sd3, 15'd10},
///   multipliers_i={8'd7, 8'd5} -> term_o=29
module fp4_block_term #(
  parameter int Parts       = 1, // sums, 1 or 2
  parameter int DotW        = 15, // bits of a sum
  parameter int MultiplierW = 8, // bits of a multiplier
  parameter int TermW       = 23 // bits of the term
) (
  input  logic [Parts*DotW-1:0]        dots_i,        // signed sums
  input  logic [Parts*MultiplierW-1:0] multipliers_i, // unsigned
  output logic signed [TermW-1:0]      term_o         // sum of products
);

  if (Parts < 1 || Parts > 2) begin : g_bad_parts
    fp4_error_parts_must_be_1_or_2 u_bad ();
  end

  for (genvar p = 0; p < Parts; p++) begin : g_part
    logic [TermW-1:0] product;
    assign product = TermW'($signed(dots_i[DotW*p +: DotW]))
                   * TermW'(multipliers_i[MultiplierW*p +: MultiplierW]);
  end

  if (Parts == 1) begin : g_one
    assign term_o = g_part[0].product;
  end else begin : g_two
    assign term_o = g_part[0].product + g_part[1].product;
  end

endmodule
