/// What sixteen products under one pair of scales contribute to an output: value = term_o *
/// 2^(exponent_o - fraction bits), exact, not normalized; nan_o where a scale is NaN.
///
/// The exponent comes from the scales alone, also where products cancel to zero. With
/// ZeroProductsLeftOut a term whose products are all zero, or that has a zero scale, has
/// ZeroExponent instead and so takes no part in an alignment.
module fp4_block_term #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT,
  parameter  bit ZeroProductsLeftOut = 1'b0,
  parameter  int ZeroExponent        = -139,
  localparam int LaneAW        = fp4_formats::lane_width(FormatsA),
  localparam int LaneBW        = fp4_formats::lane_width(FormatsB),
  localparam int FractionA     = fp4_formats::fraction_bits(FormatsA),
  localparam int FractionB     = fp4_formats::fraction_bits(FormatsB),
  localparam int SignificandAW = fp4_formats::significand_width(FormatsA, FractionA),
  localparam int SignificandBW = fp4_formats::significand_width(FormatsB, FractionB),
  localparam int TermW         = fp4_formats::signed_width(16 * 225
    * fp4_formats::element_magnitude(FormatsA, FractionA)
    * fp4_formats::element_magnitude(FormatsB, FractionB))
) (
  input  logic [8*LaneAW-1:0]      a_lanes_lo_i,
  input  logic [8*LaneAW-1:0]      a_lanes_hi_i,
  input  logic [5:0]               a_factors_i,
  input  logic [SignificandAW-1:0] a_significand_i,
  input  logic signed [7:0]        a_exponent_i,
  input  logic                     a_nan_i,
  input  logic [15:0]              a_live_i,
  input  logic [8*LaneBW-1:0]      b_lanes_lo_i,
  input  logic [8*LaneBW-1:0]      b_lanes_hi_i,
  input  logic [5:0]               b_factors_i,
  input  logic [SignificandBW-1:0] b_significand_i,
  input  logic signed [7:0]        b_exponent_i,
  input  logic                     b_nan_i,
  input  logic [15:0]              b_live_i,
  output logic signed [TermW-1:0]  term_o,
  output logic signed [8:0]        exponent_o,
  output logic                     nan_o
);

  localparam int Dot8Magnitude = 8 * fp4_formats::lane_magnitude(FormatsA)
                                   * fp4_formats::lane_magnitude(FormatsB);
  localparam int Factors  = fp4_formats::factor(FormatsA) * fp4_formats::factor(FormatsB);
  localparam int Dot8W    = fp4_formats::signed_width(Dot8Magnitude);
  localparam int DotW     = fp4_formats::signed_width(2 * Dot8Magnitude * Factors);
  localparam int ProductW = SignificandAW + SignificandBW;

  logic signed [Dot8W-1:0] dot_lo, dot_hi;
  logic signed [DotW-1:0]  dot;
  logic [ProductW-1:0]     significand;

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

  if (Factors == 1) begin : g_plain
    assign dot = DotW'(dot_lo) + DotW'(dot_hi);
  end else begin : g_factors
    logic [5:0] factor_lo, factor_hi;
    assign factor_lo = 6'(a_factors_i[2:0]) * 6'(b_factors_i[2:0]);
    assign factor_hi = 6'(a_factors_i[5:3]) * 6'(b_factors_i[5:3]);
    assign dot       = DotW'(dot_lo) * $signed(DotW'(factor_lo))
                     + DotW'(dot_hi) * $signed(DotW'(factor_hi));
  end

  assign significand = ProductW'(a_significand_i) * ProductW'(b_significand_i);
  assign term_o      = TermW'(dot) * $signed(TermW'(significand));
  assign exponent_o  = ZeroProductsLeftOut && (a_live_i & b_live_i) == '0
                     ? 9'(ZeroExponent) : 9'(a_exponent_i) + 9'(b_exponent_i);
  assign nan_o       = a_nan_i | b_nan_i;

endmodule
