/// Fused steps, one a cycle, in four stages: exponents; sum; leading bits; rounding.
///
/// Four block terms and C are aligned to the largest exponent, cut toward zero FractionBits below
/// it, added exactly and rounded once. A term_i is {NaN scale, exponent, term}, of the value term *
/// 2^(exponent - TermFractionBits). A zero C has the exponent ZeroExponent. valid_i[n]: there is a
/// step in stage n. The step in stage 3 gives d_o.
///
/// With Sequential the terms are those of one block, of the exponent in term0_i, and what shorter
/// blocks leave over is zero. They are added exactly, then C, and rounded as if nothing had been
/// cut: only the lesser of the two is, to odd, and 28 more bits than terms have reach below the bit
/// that decides the rounding. A zero sum has the exponent ZeroExponent, too, which must be below
/// all.
module fp4_fused_unit #(
  parameter  int TermW            = 23, // bits of a term
  parameter  int TermFractionBits = 8, // fraction bits of a term
  parameter  int FractionBits     = 35, // fraction bits of the step's grid
  parameter  int ZeroExponent     = -139, // exponent of a zero C
  parameter  bit NearestEven      = 1'b0, // rounding: 1 nearest even, 0 toward zero
  parameter  bit Sequential       = 1'b0, // a step is a block, and loses nothing
  localparam int W = TermW + 10 // bits of a term with its exponent and NaN
) (
  input  logic         clk_i,     // clock
  input  logic         advance_i, // the stages move
  input  logic [2:0]   valid_i,   // there is a step in stage n
  input  logic [W-1:0] term0_i,   // {NaN scale, exponent, term}
  input  logic [W-1:0] term1_i,   // the second
  input  logic [W-1:0] term2_i,   // the third
  input  logic [W-1:0] term3_i,   // the fourth
  input  logic [31:0]  c_i,       // binary32 C
  output logic [31:0]  d_o        // binary32 D of the step in stage 3
);

  localparam int MagW  = Sequential ? TermW + 1 : TermW - 1;
  localparam int GridW = MagW + FractionBits - TermFractionBits;
  localparam int DownW = MagW + FractionBits - TermFractionBits > 63 ? 7 : 6;
  localparam int SumW  = (GridW > FractionBits + 1 ? GridW : FractionBits + 1) + 4;

  // Stage 0: exponents.
  logic [MagW-1:0]   mag0_d, mag1_d, mag2_d, mag3_d, mag0_q, mag1_q, mag2_q, mag3_q;
  logic signed [8:0] exponent0, exponent1, exponent2, exponent3;
  logic [4:0]        negative_d, negative_q;
  logic [23:0]       c_significand_d, c_significand_q;
  logic signed [8:0] c_exponent, largest_d, largest1_q, largest2_q;
  logic [DownW-1:0]  down0_d, down1_d, down2_d, down3_d, c_down_d;
  logic [DownW-1:0]  down0_q, down1_q, down2_q, down3_q, c_down_q;
  logic              c_nan, c_infinite;
  logic [2:0]        nan_q, c_infinite_q, c_negative_q; // of stages 1 to 3

  fp4_unpack_fp32 #(.ZeroExponent(ZeroExponent)) u_unpack_c (
    .fp32_i       (c_i),
    .negative_o   (negative_d[4]),
    .significand_o(c_significand_d),
    .exponent_o   (c_exponent),
    .infinite_o   (c_infinite),
    .nan_o        (c_nan)
  );

  fp4_step_exponents #(.DownW(DownW)) u_exponents (
    .en_i        (valid_i[0]),
    .exponent0_i (exponent0),
    .exponent1_i (exponent1),
    .exponent2_i (exponent2),
    .exponent3_i (exponent3),
    .c_exponent_i(c_exponent),
    .largest_o   (largest_d),
    .down0_o     (down0_d),
    .down1_o     (down1_d),
    .down2_o     (down2_d),
    .down3_o     (down3_d),
    .c_down_o    (c_down_d)
  );

  if (Sequential) begin : g_block
    if (FractionBits < TermFractionBits + 28 || !NearestEven) begin : g_bad_rounding
      fp4_error_a_block_needs_28_bits_below_its_terms u_bad ();
    end

    fp4_block_sum #(.TermW(TermW)) u_block_sum (
      .en_i      (valid_i[0]),
      .term0_i   (term0_i[TermW-1:0]),
      .term1_i   (term1_i[TermW-1:0]),
      .term2_i   (term2_i[TermW-1:0]),
      .term3_i   (term3_i[TermW-1:0]),
      .negative_o(negative_d[0]),
      .mag_o     (mag0_d)
    );

    assign {mag1_d, mag2_d, mag3_d, negative_d[3:1]} = '0;
    assign exponent0 = mag0_d == '0 ? 9'(ZeroExponent) : term0_i[TermW +: 9];
    assign {exponent1, exponent2, exponent3} = {3{9'(ZeroExponent)}};
  end else begin : g_terms
    assign negative_d[3:0] = {term3_i[TermW-1], term2_i[TermW-1], term1_i[TermW-1],
                              term0_i[TermW-1]};
    assign mag0_d    = MagW'(negative_d[0] ? -term0_i[TermW-1:0] : term0_i[TermW-1:0]);
    assign mag1_d    = MagW'(negative_d[1] ? -term1_i[TermW-1:0] : term1_i[TermW-1:0]);
    assign mag2_d    = MagW'(negative_d[2] ? -term2_i[TermW-1:0] : term2_i[TermW-1:0]);
    assign mag3_d    = MagW'(negative_d[3] ? -term3_i[TermW-1:0] : term3_i[TermW-1:0]);
    assign exponent0 = term0_i[TermW +: 9];
    assign exponent1 = term1_i[TermW +: 9];
    assign exponent2 = term2_i[TermW +: 9];
    assign exponent3 = term3_i[TermW +: 9];
  end

  always_ff @(posedge clk_i) begin
    if (advance_i && valid_i[0]) begin
      mag0_q          <= mag0_d;
      mag1_q          <= mag1_d;
      mag2_q          <= mag2_d;
      mag3_q          <= mag3_d;
      negative_q      <= negative_d;
      c_significand_q <= c_significand_d;
      largest1_q      <= largest_d;
      down0_q         <= down0_d;
      down1_q         <= down1_d;
      down2_q         <= down2_d;
      down3_q         <= down3_d;
      c_down_q        <= c_down_d;
    end
    if (advance_i) begin
      nan_q        <= {nan_q[1:0],
                       term0_i[W-1] | term1_i[W-1] | term2_i[W-1] | term3_i[W-1] | c_nan};
      c_infinite_q <= {c_infinite_q[1:0], c_infinite};
      c_negative_q <= {c_negative_q[1:0], negative_d[4]};
    end
  end

  // Stage 1: sum.
  logic            sum_negative_d, sum_negative1_q, sum_negative2_q;
  logic [SumW-1:0] sum_mag_d, sum_mag_q;

  fp4_step_sum #(.MagW(MagW), .TermFractionBits(TermFractionBits), .FractionBits(FractionBits),
                 .DownW(DownW), .ToOdd(Sequential))
  u_sum (
    .en_i           (valid_i[1]),
    .negative_i     (negative_q),
    .mag0_i         (mag0_q),
    .mag1_i         (mag1_q),
    .mag2_i         (mag2_q),
    .mag3_i         (mag3_q),
    .c_significand_i(c_significand_q),
    .down0_i        (down0_q),
    .down1_i        (down1_q),
    .down2_i        (down2_q),
    .down3_i        (down3_q),
    .c_down_i       (c_down_q),
    .negative_o     (sum_negative_d),
    .mag_o          (sum_mag_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i && valid_i[1]) begin
      sum_negative1_q <= sum_negative_d;
      sum_mag_q       <= sum_mag_d;
      largest2_q      <= largest1_q;
    end
  end

  // Stage 2: leading bits.
  logic               sticky_d, sticky_q;
  logic [24:0]        significand_d, significand_q;
  logic signed [10:0] exponent_d, exponent_q;

  fp4_normalize #(.W(SumW)) u_normalize (
    .en_i          (valid_i[2]),
    .mag_i         (sum_mag_q),
    .lsb_exponent_i(10'(largest2_q) - 10'(FractionBits)),
    .significand_o (significand_d),
    .exponent_o    (exponent_d),
    .sticky_o      (sticky_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i && valid_i[2]) begin
      sum_negative2_q <= sum_negative1_q;
      significand_q   <= significand_d;
      exponent_q      <= exponent_d;
      sticky_q        <= sticky_d;
    end
  end

  // Stage 3: rounding.
  logic [31:0] rounded;

  fp4_round u_round (
    .nearest_even_i(NearestEven),
    .negative_i    (sum_negative2_q),
    .significand_i (significand_q),
    .exponent_i    (exponent_q),
    .sticky_i      (sticky_q),
    .fp32_o        (rounded)
  );

  fp4_special_result u_special_result (
    .nan_i    (nan_q[2]),
    .pass_c_i (c_infinite_q[2]),
    .c_i      ({c_negative_q[2], 31'h7F80_0000}),
    .rounded_i(rounded),
    .d_o
  );

endmodule
