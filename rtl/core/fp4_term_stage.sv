/// Stage 2 of one output: its block term, in a register.
module fp4_term_stage #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT,
  parameter  bit ZeroProductsLeftOut = 1'b0,
  parameter  int ZeroExponent        = -139,
  localparam int LaneAW        = fp4_formats::lane_width(FormatsA),
  localparam int LaneBW        = fp4_formats::lane_width(FormatsB),
  localparam int SignificandAW = fp4_formats::significand_width(FormatsA, fp4_formats::fraction_bits(FormatsA)),
  localparam int SignificandBW = fp4_formats::significand_width(FormatsB, fp4_formats::fraction_bits(FormatsB)),
  localparam int TermW         = fp4_formats::signed_width(16 * 225
    * fp4_formats::element_magnitude(FormatsA, fp4_formats::fraction_bits(FormatsA))
    * fp4_formats::element_magnitude(FormatsB, fp4_formats::fraction_bits(FormatsB)))
) (
  input  logic                     clk_i,
  input  logic                     advance_i,
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

  logic signed [TermW-1:0] term;
  logic signed [8:0]       exponent;
  logic                    nan;

  fp4_block_term #(
    .FormatsA           (FormatsA),
    .FormatsB           (FormatsB),
    .ZeroProductsLeftOut(ZeroProductsLeftOut),
    .ZeroExponent       (ZeroExponent)
  ) u_block_term (
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
    .term_o    (term),
    .exponent_o(exponent),
    .nan_o     (nan)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      term_o     <= term;
      exponent_o <= exponent;
      nan_o      <= nan;
    end
  end

endmodule
