/// fp4_processing_element, from any state: two cycles of advance_i after operands came, its outputs
/// are what fp4_block_dot and fp4_block_term make of them when nothing but wires is between the
/// two, both of which have proofs of their own.
module fp4_proof_processing_element #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT,
  parameter  bit ZeroProductsLeftOut = 1'b1,
  parameter  int ZeroExponent        = -139,
  localparam int SignificandAW = fp4_formats::significand_width(
                                  FormatsA, fp4_formats::fraction_bits(FormatsA)),
  localparam int SignificandBW = fp4_formats::significand_width(
                                  FormatsB, fp4_formats::fraction_bits(FormatsB)),
  localparam int OperandAW = 159 + SignificandAW,
  localparam int OperandBW = 159 + SignificandBW
) (
  input  logic                 clk_i,
  input  logic                 advance_i,
  input  logic [OperandAW-1:0] a_i, // lanes, factors, significand, exponent, NaN, live
  input  logic [OperandBW-1:0] b_i,
  output logic                 premise_o // operands have come through
);

  localparam int Parts       = fp4_formats::parts(FormatsA, FormatsB);
  localparam int DotW        = fp4_formats::dot_width(FormatsA, FormatsB);
  localparam int MultiplierW = fp4_formats::multiplier_width(
                                FormatsA, FormatsB, SignificandAW, SignificandBW);
  localparam int TermW       = fp4_formats::signed_width(16 * 225
    * fp4_formats::element_magnitude(FormatsA, fp4_formats::fraction_bits(FormatsA))
    * fp4_formats::element_magnitude(FormatsB, fp4_formats::fraction_bits(FormatsB)));

  logic [2:0] stage_q; // of the operands that are looked at, one-hot

  initial stage_q = 3'b001;
  always_ff @(posedge clk_i) if (advance_i) stage_q <= stage_q << 1;

  assign premise_o = stage_q[2];

  // Of either side now, and of two such cycles before.
  logic [63:0]              a_lanes_lo, a_lanes_hi, b_lanes_lo, b_lanes_hi;
  logic [63:0]              past_a_lanes_lo, past_a_lanes_hi, past_b_lanes_lo, past_b_lanes_hi;
  logic [5:0]               a_factors, b_factors, past_a_factors, past_b_factors;
  logic [SignificandAW-1:0] a_significand, past_a_significand;
  logic [SignificandBW-1:0] b_significand, past_b_significand;
  logic signed [7:0]        a_exponent, b_exponent, past_a_exponent, past_b_exponent;
  logic                     a_nan, b_nan, past_a_nan, past_b_nan;
  logic [15:0]              a_live, b_live, past_a_live, past_b_live;

  assign {a_lanes_lo, a_lanes_hi, a_factors, a_significand, a_exponent, a_nan, a_live} = a_i;
  assign {b_lanes_lo, b_lanes_hi, b_factors, b_significand, b_exponent, b_nan, b_live} = b_i;

  fp4_past #(.W(OperandAW), .Cycles(2)) u_past_a (
    .clk_i,
    .advance_i,
    .now_i (a_i),
    .past_o({past_a_lanes_lo, past_a_lanes_hi, past_a_factors, past_a_significand,
             past_a_exponent, past_a_nan, past_a_live})
  );

  fp4_past #(.W(OperandBW), .Cycles(2)) u_past_b (
    .clk_i,
    .advance_i,
    .now_i (b_i),
    .past_o({past_b_lanes_lo, past_b_lanes_hi, past_b_factors, past_b_significand,
             past_b_exponent, past_b_nan, past_b_live})
  );

  logic signed [TermW-1:0]      term, expected_term;
  logic signed [8:0]            exponent, expected_exponent;
  logic                         nan, expected_nan;
  logic [Parts*DotW-1:0]        dots;
  logic [Parts*MultiplierW-1:0] multipliers;

  fp4_processing_element #(
    .FormatsA           (FormatsA),
    .FormatsB           (FormatsB),
    .ZeroProductsLeftOut(ZeroProductsLeftOut),
    .ZeroExponent       (ZeroExponent),
    .TermW              (TermW)
  ) u_element (
    .clk_i,
    .advance_i,
    .a_lanes_lo_i   (a_lanes_lo),
    .a_lanes_hi_i   (a_lanes_hi),
    .a_factors_i    (a_factors),
    .a_significand_i(a_significand),
    .a_exponent_i   (a_exponent),
    .a_nan_i        (a_nan),
    .a_live_i       (a_live),
    .b_lanes_lo_i   (b_lanes_lo),
    .b_lanes_hi_i   (b_lanes_hi),
    .b_factors_i    (b_factors),
    .b_significand_i(b_significand),
    .b_exponent_i   (b_exponent),
    .b_nan_i        (b_nan),
    .b_live_i       (b_live),
    .term_o         (term),
    .exponent_o     (exponent),
    .nan_o          (nan)
  );

  fp4_block_dot #(
    .FormatsA           (FormatsA),
    .FormatsB           (FormatsB),
    .ZeroProductsLeftOut(ZeroProductsLeftOut),
    .ZeroExponent       (ZeroExponent)
  ) u_dot (
    .a_lanes_lo_i   (past_a_lanes_lo),
    .a_lanes_hi_i   (past_a_lanes_hi),
    .a_factors_i    (past_a_factors),
    .a_significand_i(past_a_significand),
    .a_exponent_i   (past_a_exponent),
    .a_nan_i        (past_a_nan),
    .a_live_i       (past_a_live),
    .b_lanes_lo_i   (past_b_lanes_lo),
    .b_lanes_hi_i   (past_b_lanes_hi),
    .b_factors_i    (past_b_factors),
    .b_significand_i(past_b_significand),
    .b_exponent_i   (past_b_exponent),
    .b_nan_i        (past_b_nan),
    .b_live_i       (past_b_live),
    .dots_o         (dots),
    .multipliers_o  (multipliers),
    .exponent_o     (expected_exponent),
    .nan_o          (expected_nan)
  );

  fp4_block_term #(.Parts(Parts), .DotW(DotW), .MultiplierW(MultiplierW), .TermW(TermW)) u_term (
    .dots_i       (dots),
    .multipliers_i(multipliers),
    .term_o       (expected_term)
  );

  always_comb begin
    if (stage_q[2]) begin
      assert (term == expected_term);
      assert (exponent == expected_exponent);
      assert (nan == expected_nan);
    end
  end

endmodule
