/// One fused step: four block terms and C, aligned to the largest exponent, cut, added, rounded.
///
/// Terms are values term * 2^(exponent - TermFractionBits); FractionBits bits are kept below the
/// largest exponent, each term is cut toward zero, the five are added exactly and rounded once. A
/// zero C has the exponent ZeroExponent. nan_i is any NaN scale of the step.
module fp4_fused_step #(
  parameter int TermW            = 23,
  parameter int TermFractionBits = 8,
  parameter int FractionBits     = 35,
  parameter int ZeroExponent     = -139,
  parameter bit NearestEven      = 1'b0
) (
  input  logic                    en_i,
  input  logic signed [TermW-1:0] term0_i,
  input  logic signed [TermW-1:0] term1_i,
  input  logic signed [TermW-1:0] term2_i,
  input  logic signed [TermW-1:0] term3_i,
  input  logic signed [8:0]       exponent0_i,
  input  logic signed [8:0]       exponent1_i,
  input  logic signed [8:0]       exponent2_i,
  input  logic signed [8:0]       exponent3_i,
  input  logic                    nan_i,
  input  logic [31:0]             c_i,
  output logic [31:0]             d_o
);

  localparam int MagW      = TermW - 1;
  localparam int TermGridW = MagW + FractionBits - TermFractionBits;
  localparam int CGridW    = FractionBits + 1;
  localparam int SumW      = (TermGridW > CGridW ? TermGridW : CGridW) + 4;

  logic                 c_negative, c_infinite, c_nan;
  logic [23:0]          c_significand;
  logic signed [8:0]    c_exponent, largest;
  logic [CGridW-1:0]    c_grid;
  logic [MagW-1:0]      mag0, mag1, mag2, mag3;
  logic [TermGridW-1:0] grid0, grid1, grid2, grid3;
  logic signed [SumW-1:0] sum;
  logic [SumW-1:0]        mag;
  logic [31:0]            rounded;

  fp4_unpack_fp32 #(.ZeroExponent(ZeroExponent)) u_unpack_c (
    .fp32_i       (c_i),
    .negative_o   (c_negative),
    .significand_o(c_significand),
    .exponent_o   (c_exponent),
    .infinite_o   (c_infinite),
    .nan_o        (c_nan)
  );

  always_comb begin
    largest = c_exponent;
    if (en_i) begin
      if (exponent0_i > largest) largest = exponent0_i;
      if (exponent1_i > largest) largest = exponent1_i;
      if (exponent2_i > largest) largest = exponent2_i;
      if (exponent3_i > largest) largest = exponent3_i;
    end
  end

  fp4_align #(.MagW(24), .MagFractionBits(23), .FractionBits(FractionBits)) u_align_c (
    .en_i,
    .mag_i     (c_significand),
    .exponent_i(c_exponent),
    .largest_i (largest),
    .grid_o    (c_grid)
  );

  assign mag0 = term0_i[TermW-1] ? MagW'(-term0_i) : MagW'(term0_i);
  assign mag1 = term1_i[TermW-1] ? MagW'(-term1_i) : MagW'(term1_i);
  assign mag2 = term2_i[TermW-1] ? MagW'(-term2_i) : MagW'(term2_i);
  assign mag3 = term3_i[TermW-1] ? MagW'(-term3_i) : MagW'(term3_i);

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits))
  u_align0 (
    .en_i,
    .mag_i     (mag0),
    .exponent_i(exponent0_i),
    .largest_i (largest),
    .grid_o    (grid0)
  );

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits))
  u_align1 (
    .en_i,
    .mag_i     (mag1),
    .exponent_i(exponent1_i),
    .largest_i (largest),
    .grid_o    (grid1)
  );

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits))
  u_align2 (
    .en_i,
    .mag_i     (mag2),
    .exponent_i(exponent2_i),
    .largest_i (largest),
    .grid_o    (grid2)
  );

  fp4_align #(.MagW(MagW), .MagFractionBits(TermFractionBits), .FractionBits(FractionBits))
  u_align3 (
    .en_i,
    .mag_i     (mag3),
    .exponent_i(exponent3_i),
    .largest_i (largest),
    .grid_o    (grid3)
  );

  always_comb begin
    sum = '0;
    if (en_i) begin
      sum = (c_negative ? -$signed(SumW'(c_grid)) : $signed(SumW'(c_grid)))
          + (term0_i[TermW-1] ? -$signed(SumW'(grid0)) : $signed(SumW'(grid0)))
          + (term1_i[TermW-1] ? -$signed(SumW'(grid1)) : $signed(SumW'(grid1)))
          + (term2_i[TermW-1] ? -$signed(SumW'(grid2)) : $signed(SumW'(grid2)))
          + (term3_i[TermW-1] ? -$signed(SumW'(grid3)) : $signed(SumW'(grid3)));
    end
    mag = sum[SumW-1] ? SumW'(-sum) : SumW'(sum);
  end

  fp4_round_fp32 #(.W(SumW)) u_round (
    .en_i,
    .nearest_even_i(NearestEven),
    .negative_i    (sum[SumW-1]),
    .mag_i         (mag),
    .lsb_exponent_i(10'(largest) - 10'(FractionBits)),
    .fp32_o        (rounded)
  );

  fp4_special_result u_special_result (
    .nan_i       (nan_i || c_nan),
    .c_infinite_i(c_infinite),
    .c_i,
    .rounded_i   (rounded),
    .d_o
  );

endmodule
