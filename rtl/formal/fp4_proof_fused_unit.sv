/// fp4_fused_unit, from any state: three cycles of advance_i after a step came, d_o is what the
/// cells make of its terms and its C when nothing but wires is between them; what the other steps
/// are, and in which cycles there is none, is all the same. The cells have proofs of their own;
/// what that of fp4_round assumes is asserted.
module fp4_proof_fused_unit #(
  parameter  int TermW            = 23,
  parameter  int TermFractionBits = 8,
  parameter  int FractionBits     = 35,
  parameter  int ZeroExponent     = -139,
  parameter  bit NearestEven      = 1'b0,
  parameter  bit Sequential       = 1'b0,
  localparam int W = TermW + 10
) (
  input  logic           clk_i,
  input  logic           advance_i,
  input  logic [2:0]     valid_i,
  input  logic [4*W-1:0] terms_i,   // {NaN scale, exponent, term} each, the first one lowest
  input  logic [31:0]    c_i,
  output logic           premise_o  // a step has come through
);

  localparam int MagW  = Sequential ? TermW + 1 : TermW - 1;
  localparam int GridW = MagW + FractionBits - TermFractionBits;
  localparam int SumW  = (GridW > FractionBits + 1 ? GridW : FractionBits + 1) + 4;
  localparam int DownW = GridW > 63 ? 7 : 6;

  logic [31:0] d;
  logic [3:0]  stage_q; // of the step that is looked at, one-hot

  initial stage_q = 4'b0001;
  always_ff @(posedge clk_i) if (advance_i) stage_q <= stage_q << 1;

  fp4_fused_unit #(
    .TermW           (TermW),
    .TermFractionBits(TermFractionBits),
    .FractionBits    (FractionBits),
    .ZeroExponent    (ZeroExponent),
    .NearestEven     (NearestEven),
    .Sequential      (Sequential)
  ) u_unit (
    .clk_i,
    .advance_i,
    .valid_i(valid_i | stage_q[2:0]),
    .term0_i(terms_i[0*W +: W]),
    .term1_i(terms_i[1*W +: W]),
    .term2_i(terms_i[2*W +: W]),
    .term3_i(terms_i[3*W +: W]),
    .c_i,
    .d_o    (d)
  );

  logic [4*W-1:0] terms;
  logic [31:0]    c;

  fp4_past #(.W(4*W + 32), .Cycles(3)) u_past (
    .clk_i,
    .advance_i,
    .now_i ({terms_i, c_i}),
    .past_o({terms, c})
  );

  assign premise_o = stage_q[3];

  logic [3:0]        negative;
  logic [35:0]       exponents;
  logic [4*MagW-1:0] mags;

  if (Sequential) begin : g_block
    logic            sum_negative;
    logic [MagW-1:0] sum_mag;

    fp4_block_sum #(.TermW(TermW)) u_block_sum (
      .en_i      (1'b1),
      .term0_i   (terms[0*W +: TermW]),
      .term1_i   (terms[1*W +: TermW]),
      .term2_i   (terms[2*W +: TermW]),
      .term3_i   (terms[3*W +: TermW]),
      .negative_o(sum_negative),
      .mag_o     (sum_mag)
    );

    assign negative  = {3'b0, sum_negative};
    assign mags      = (4*MagW)'(sum_mag);
    assign exponents = {{3{9'(ZeroExponent)}},
                        sum_mag == '0 ? 9'(ZeroExponent) : terms[TermW +: 9]};
  end else begin : g_terms
    for (genvar i = 0; i < 4; i++) begin : g_term
      logic signed [TermW-1:0] term;
      assign term                    = $signed(terms[W*i +: TermW]);
      assign negative[i]             = term < 0;
      assign mags[MagW*i +: MagW]    = MagW'(term < 0 ? -term : term);
      assign exponents[9*i +: 9]     = terms[W*i + TermW +: 9];
    end
  end

  logic               c_negative, c_infinite, c_nan, sum_negative, sticky;
  logic [23:0]        c_significand;
  logic signed [8:0]  c_exponent, largest;
  logic [DownW-1:0]   down0, down1, down2, down3, c_down;
  logic [SumW-1:0]    sum_mag;
  logic [24:0]        significand;
  logic signed [10:0] exponent;
  logic [31:0]        rounded, expected;

  fp4_unpack_fp32 #(.ZeroExponent(ZeroExponent)) u_unpack_c (
    .fp32_i       (c),
    .negative_o   (c_negative),
    .significand_o(c_significand),
    .exponent_o   (c_exponent),
    .infinite_o   (c_infinite),
    .nan_o        (c_nan)
  );

  fp4_step_exponents #(.DownW(DownW)) u_exponents (
    .en_i        (1'b1),
    .exponent0_i (exponents[0 +: 9]),
    .exponent1_i (exponents[9 +: 9]),
    .exponent2_i (exponents[18 +: 9]),
    .exponent3_i (exponents[27 +: 9]),
    .c_exponent_i(c_exponent),
    .largest_o   (largest),
    .down0_o     (down0),
    .down1_o     (down1),
    .down2_o     (down2),
    .down3_o     (down3),
    .c_down_o    (c_down)
  );

  fp4_step_sum #(.MagW(MagW), .TermFractionBits(TermFractionBits), .FractionBits(FractionBits),
                 .DownW(DownW), .ToOdd(Sequential))
  u_sum (
    .en_i           (1'b1),
    .negative_i     ({c_negative, negative}),
    .mag0_i         (mags[0*MagW +: MagW]),
    .mag1_i         (mags[1*MagW +: MagW]),
    .mag2_i         (mags[2*MagW +: MagW]),
    .mag3_i         (mags[3*MagW +: MagW]),
    .c_significand_i(c_significand),
    .down0_i        (down0),
    .down1_i        (down1),
    .down2_i        (down2),
    .down3_i        (down3),
    .c_down_i       (c_down),
    .negative_o     (sum_negative),
    .mag_o          (sum_mag)
  );

  fp4_normalize #(.W(SumW)) u_normalize (
    .en_i          (1'b1),
    .mag_i         (sum_mag),
    .lsb_exponent_i(10'(largest) - 10'(FractionBits)),
    .significand_o (significand),
    .exponent_o    (exponent),
    .sticky_o      (sticky)
  );

  fp4_round u_round (
    .nearest_even_i(NearestEven),
    .negative_i    (sum_negative),
    .significand_i (significand),
    .exponent_i    (exponent),
    .sticky_i      (sticky),
    .fp32_o        (rounded)
  );

  fp4_special_result u_special_result (
    .nan_i    (c_nan || terms[1*W-1] || terms[2*W-1] || terms[3*W-1] || terms[4*W-1]),
    .pass_c_i (c_infinite),
    .c_i      (c),
    .rounded_i(rounded),
    .d_o      (expected)
  );

  always_comb begin
    assert (!stage_q[3] || d == expected);
    assert (significand[24] || (significand == '0 && !sticky));
  end

endmodule
