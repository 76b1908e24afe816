/// Sixteen products under one pair of scales, summed exactly, and what the sum is to be multiplied
/// by: the product of both significands.
///
/// Where a format of either set has factors, the two eights are summed apart and each has its own
/// multiplier (Parts 2); dots_o and multipliers_o then hold that of elements 8 to 15 on top.
///
/// The exponent comes from the scales alone, also where products cancel to zero. With
/// ZeroProductsLeftOut a block whose products are all zero, or that has a zero scale, has
/// ZeroExponent instead and so takes no part in an alignment.
///
/// Example (FormatsA=1, FormatsB=1): a_lanes_lo_i=64'hF40C, a_significand_i=12, a_exponent_i=1,
///   a_live_i=3, b_lanes_lo_i=64'h0C02, b_significand_i=8, b_exponent_i=-6, b_live_i=3
///   -> dots_o=-13'sd120, multipliers_o=96, exponent_o=-5, nan_o=0
/// Example (FormatsA=1, FormatsB=1, ZeroProductsLeftOut=1): a_lanes_lo_i=64'h0C, a_significand_i=8,
///   a_live_i=1, b_lanes_lo_i=64'h0C00, b_significand_i=8, b_live_i=2
///   -> dots_o=0, multipliers_o=64, exponent_o=-139, nan_o=0
module fp4_block_dot #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT, // set of formats of A
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT, // set of formats of B
  parameter  bit ZeroProductsLeftOut = 1'b0, // blocks of zero products take no part in alignment
  parameter  int ZeroExponent        = -139, // their exponent then
  localparam int SignificandAW = fp4_formats::significand_width( // bits of a significand of A
                                  FormatsA, fp4_formats::fraction_bits(FormatsA)),
  localparam int SignificandBW = fp4_formats::significand_width( // bits of a significand of B
                                  FormatsB, fp4_formats::fraction_bits(FormatsB)),
  localparam int Parts         = fp4_formats::parts(FormatsA, FormatsB), // sums, 1 or 2
  localparam int DotW          = fp4_formats::dot_width(FormatsA, FormatsB), // bits of a sum
  localparam int MultiplierW   = fp4_formats::multiplier_width( // bits of a multiplier
                                  FormatsA, FormatsB, SignificandAW, SignificandBW)
) (
  input  logic [63:0]                  a_lanes_lo_i,    // lanes of A, elements 0 to 7
  input  logic [63:0]                  a_lanes_hi_i,    // elements 8 to 15
  input  logic [5:0]                   a_factors_i,     // factors of either eight
  input  logic [SignificandAW-1:0]     a_significand_i, // of the scale
  input  logic signed [7:0]            a_exponent_i,    // of the scale
  input  logic                         a_nan_i,         // the scale is NaN
  input  logic [15:0]                  a_live_i,        // elements whose value is not zero
  input  logic [63:0]                  b_lanes_lo_i,    // lanes of B, elements 0 to 7
  input  logic [63:0]                  b_lanes_hi_i,    // elements 8 to 15
  input  logic [5:0]                   b_factors_i,     // factors of either eight
  input  logic [SignificandBW-1:0]     b_significand_i, // of the scale
  input  logic signed [7:0]            b_exponent_i,    // of the scale
  input  logic                         b_nan_i,         // the scale is NaN
  input  logic [15:0]                  b_live_i,        // elements whose value is not zero
  output logic [Parts*DotW-1:0]        dots_o,          // signed sums
  output logic [Parts*MultiplierW-1:0] multipliers_o,   // unsigned
  output logic signed [8:0]            exponent_o,      // sum of both, or ZeroExponent
  output logic                         nan_o            // either scale is NaN
);

  if (ZeroExponent < -256 || ZeroExponent > 255) begin : g_bad_exponent
    fp4_error_exponent_beyond_9_bits u_bad ();
  end

  localparam int Dot8W = fp4_formats::signed_width(8 * fp4_formats::lane_magnitude(FormatsA)
                                                     * fp4_formats::lane_magnitude(FormatsB));

  logic signed [Dot8W-1:0] dot_lo, dot_hi;
  logic [MultiplierW-1:0]  significand;

  fp4_dot8 #(.FormatsA(FormatsA), .FormatsB(FormatsB)) u_dot_lo (
    .a_lanes_i(a_lanes_lo_i),
    .b_lanes_i(b_lanes_lo_i),
    .dot_o    (dot_lo)
  );

  fp4_dot8 #(.FormatsA(FormatsA), .FormatsB(FormatsB)) u_dot_hi (
    .a_lanes_i(a_lanes_hi_i),
    .b_lanes_i(b_lanes_hi_i),
    .dot_o    (dot_hi)
  );

  assign significand = MultiplierW'(a_significand_i) * MultiplierW'(b_significand_i);

  if (Parts == 1) begin : g_plain
    assign dots_o        = DotW'(dot_lo) + DotW'(dot_hi);
    assign multipliers_o = significand;
  end else begin : g_factors
    logic [5:0] factor_lo, factor_hi;
    assign factor_lo     = 6'(a_factors_i[2:0]) * 6'(b_factors_i[2:0]);
    assign factor_hi     = 6'(a_factors_i[5:3]) * 6'(b_factors_i[5:3]);
    assign dots_o        = {dot_hi, dot_lo};
    assign multipliers_o = {significand * MultiplierW'(factor_hi),
                            significand * MultiplierW'(factor_lo)};
  end

  assign exponent_o = ZeroProductsLeftOut && (a_live_i & b_live_i) == '0
                    ? 9'(ZeroExponent) : 9'(a_exponent_i) + 9'(b_exponent_i);
  assign nan_o      = a_nan_i | b_nan_i;

endmodule
