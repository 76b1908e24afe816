/// What a pair of decoded blocks contributes to an output, registered for stage 2: value = term_o *
/// 2^(exponent_o - 8), exact, not normalized; nan_o where a scale is NaN.
///
/// abs(term_o) <= 15376 * 15 * 15 < 2^22. The exponent comes from the scales alone, also where
/// products cancel to zero. With ZeroProductsLeftOut a term whose products are all zero, or that
/// has a zero scale, has ZeroExponent instead and so takes no part in an alignment.
module fp4_block_term #(
  parameter bit ZeroProductsLeftOut = 1'b0,
  parameter int ZeroExponent        = -139
) (
  input  logic               clk_i,
  input  logic               advance_i,
  input  logic [47:0]        a_halves_lo_i,
  input  logic [47:0]        a_halves_hi_i,
  input  logic [3:0]         a_significand_i,
  input  logic signed [7:0]  a_exponent_i,
  input  logic               a_nan_i,
  input  logic [15:0]        a_live_i,
  input  logic [47:0]        b_halves_lo_i,
  input  logic [47:0]        b_halves_hi_i,
  input  logic [3:0]         b_significand_i,
  input  logic signed [7:0]  b_exponent_i,
  input  logic               b_nan_i,
  input  logic [15:0]        b_live_i,
  output logic signed [22:0] term_o,
  output logic signed [8:0]  exponent_o,
  output logic               nan_o
);

  logic signed [13:0] dot_lo_quarters, dot_hi_quarters;
  logic signed [14:0] dot_quarters;
  logic [7:0]         significand;
  logic               left_out;

  fp4_dot8 u_dot_lo (
    .a_halves_i    (a_halves_lo_i),
    .b_halves_i    (b_halves_lo_i),
    .dot_quarters_o(dot_lo_quarters)
  );

  fp4_dot8 u_dot_hi (
    .a_halves_i    (a_halves_hi_i),
    .b_halves_i    (b_halves_hi_i),
    .dot_quarters_o(dot_hi_quarters)
  );

  assign dot_quarters = 15'(dot_lo_quarters) + 15'(dot_hi_quarters);
  assign significand  = 8'(a_significand_i) * 8'(b_significand_i);
  assign left_out     = ZeroProductsLeftOut && (a_live_i & b_live_i) == '0;

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      term_o     <= 23'(dot_quarters) * $signed({15'd0, significand});
      exponent_o <= left_out ? 9'(ZeroExponent) : 9'(a_exponent_i) + 9'(b_exponent_i);
      nan_o      <= a_nan_i | b_nan_i;
    end
  end

endmodule
