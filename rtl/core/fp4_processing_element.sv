/// The block terms of one output, in two stages: the dot of sixteen lanes, then times its
/// multipliers. Ports are those of fp4_block_dot and fp4_block_term.
module fp4_processing_element #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT, // set of formats of A
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT, // set of formats of B
  parameter  bit ZeroProductsLeftOut = 1'b0, // blocks of zero products take no part in alignment
  parameter  int ZeroExponent        = -139, // their exponent then
  parameter  int TermW               = 23, // bits of a term
  localparam int SignificandAW = fp4_formats::significand_width( // bits of a significand of A
                                  FormatsA, fp4_formats::fraction_bits(FormatsA)),
  localparam int SignificandBW = fp4_formats::significand_width( // bits of a significand of B
                                  FormatsB, fp4_formats::fraction_bits(FormatsB))
) (
  input  logic                     clk_i,           // clock
  input  logic                     advance_i,       // the stages move
  input  logic [63:0]              a_lanes_lo_i,    // lanes of A, elements 0 to 7
  input  logic [63:0]              a_lanes_hi_i,    // elements 8 to 15
  input  logic [5:0]               a_factors_i,     // factors of either eight
  input  logic [SignificandAW-1:0] a_significand_i, // of the scale
  input  logic signed [7:0]        a_exponent_i,    // of the scale
  input  logic                     a_nan_i,         // the scale is NaN
  input  logic [15:0]              a_live_i,        // elements whose value is not zero
  input  logic [63:0]              b_lanes_lo_i,    // lanes of B, elements 0 to 7
  input  logic [63:0]              b_lanes_hi_i,    // elements 8 to 15
  input  logic [5:0]               b_factors_i,     // factors of either eight
  input  logic [SignificandBW-1:0] b_significand_i, // of the scale
  input  logic signed [7:0]        b_exponent_i,    // of the scale
  input  logic                     b_nan_i,         // the scale is NaN
  input  logic [15:0]              b_live_i,        // elements whose value is not zero
  output logic signed [TermW-1:0]  term_o,          // term of stage 3
  output logic signed [8:0]        exponent_o,      // of the term
  output logic                     nan_o            // either scale is NaN
);

  localparam int Parts       = fp4_formats::parts(FormatsA, FormatsB);
  localparam int DotW        = fp4_formats::dot_width(FormatsA, FormatsB);
  localparam int MultiplierW = fp4_formats::multiplier_width(
                                FormatsA, FormatsB, SignificandAW, SignificandBW);

  logic [Parts*DotW-1:0]        dots_d, dots_q;
  logic [Parts*MultiplierW-1:0] multipliers_d, multipliers_q;
  logic signed [8:0]            exponent_d, exponent2_q, exponent3_q;
  logic                         nan_d, nan2_q, nan3_q;
  logic signed [TermW-1:0]      term_d, term_q;

  fp4_block_dot #(
    .FormatsA           (FormatsA),
    .FormatsB           (FormatsB),
    .ZeroProductsLeftOut(ZeroProductsLeftOut),
    .ZeroExponent       (ZeroExponent)
  ) u_block_dot (
    .a_lanes_lo_i,
    .a_lanes_hi_i,
    .a_factors_i,
    .a_significand_i,
    .a_exponent_i,
    .a_nan_i,
    .a_live_i,
    .b_lanes_lo_i,
    .b_lanes_hi_i,
    .b_factors_i,
    .b_significand_i,
    .b_exponent_i,
    .b_nan_i,
    .b_live_i,
    .dots_o       (dots_d),
    .multipliers_o(multipliers_d),
    .exponent_o   (exponent_d),
    .nan_o        (nan_d)
  );

  fp4_block_term #(.Parts(Parts), .DotW(DotW), .MultiplierW(MultiplierW), .TermW(TermW))
  u_block_term (
    .dots_i       (dots_q),
    .multipliers_i(multipliers_q),
    .term_o       (term_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      dots_q        <= dots_d;
      multipliers_q <= multipliers_d;
      exponent2_q   <= exponent_d;
      nan2_q        <= nan_d;
      term_q        <= term_d;
      exponent3_q   <= exponent2_q;
      nan3_q        <= nan2_q;
    end
  end

  assign term_o     = term_q;
  assign exponent_o = exponent3_q;
  assign nan_o      = nan3_q;

endmodule
