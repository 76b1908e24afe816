/// What sixteen products under one pair of scales contribute to an output, but for the exponent:
/// each part's sum times its multiplier, added.
///
/// Example (one part): all codes 7 under significands 15, dot 2304, multiplier 225, gives 518400.
module fp4_block_term #(
  parameter int Parts       = 1,
  parameter int DotW        = 15,
  parameter int MultiplierW = 8,
  parameter int TermW       = 23
) (
  input  logic [Parts*DotW-1:0]        dots_i,        // signed
  input  logic [Parts*MultiplierW-1:0] multipliers_i, // unsigned
  output logic signed [TermW-1:0]      term_o
);

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
