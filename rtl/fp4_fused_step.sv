/// One fused step of a profile such as nv-blackwell: four block terms and C, aligned to the largest
/// exponent, cut, added, rounded.
///
/// Terms are values term * 2^(exponent - 8); FractionBits bits are kept below the largest exponent,
/// each term is cut toward zero, the five are added exactly and rounded toward zero. A zero C has
/// the exponent ZeroExponent. nan_i is any NaN scale of the step.
module fp4_fused_step #(
  parameter int FractionBits = 35, // 23 or more
  parameter int ZeroExponent = -139
) (
  input  logic               en_i,
  input  logic signed [22:0] term0_i,
  input  logic signed [22:0] term1_i,
  input  logic signed [22:0] term2_i,
  input  logic signed [22:0] term3_i,
  input  logic signed [8:0]  exponent0_i,
  input  logic signed [8:0]  exponent1_i,
  input  logic signed [8:0]  exponent2_i,
  input  logic signed [8:0]  exponent3_i,
  input  logic               nan_i,
  input  logic [31:0]        c_i,
  output logic [31:0]        d_o
);

  localparam int TermShift = FractionBits - fp4_pkg::TERM_FRACTION_BITS;
  localparam int CShift    = FractionBits - 23;
  localparam int TermW     = 22 + TermShift;
  localparam int SumW      = TermW + 4;

  // A term on the common grid: magnitude moved up to FractionBits, then down to the largest
  // exponent and cut there.
  function automatic logic signed [SumW-1:0] aligned(
    input logic signed [22:0] t,
    input logic signed [8:0]  e,
    input logic signed [8:0]  largest
  );
    logic [21:0]      term_mag;
    logic [9:0]       down;
    logic [SumW-1:0]  grid;
    term_mag = t[22] ? 22'(-t) : 22'(t);
    down     = 10'(10'(largest) - 10'(e));
    grid     = down > 10'(TermW) ? '0 : (SumW'({term_mag, {TermShift{1'b0}}}) >> down);
    aligned  = t[22] ? -$signed(grid) : $signed(grid);
  endfunction

  logic [23:0]             c_significand;
  logic signed [8:0]       c_exponent, exponent_max;
  logic [9:0]              c_down;
  logic [23+CShift:0]      c_grid;
  logic signed [SumW-1:0]  sum;
  logic [SumW-1:0]         mag;
  logic [31:0]             rounded;

  always_comb begin
    c_significand = {c_i[30:23] != 8'd0, c_i[22:0]};
    c_exponent    = c_i[30:23] != 8'd0 ? $signed({1'b0, c_i[30:23]}) - 9'sd127 : -9'sd126;
    if (c_significand == '0) c_exponent = 9'(ZeroExponent);
    exponent_max  = '0;
    c_down        = '0;
    c_grid        = '0;
    sum           = '0;
    if (en_i) begin
      exponent_max = c_exponent;
      if (exponent0_i > exponent_max) exponent_max = exponent0_i;
      if (exponent1_i > exponent_max) exponent_max = exponent1_i;
      if (exponent2_i > exponent_max) exponent_max = exponent2_i;
      if (exponent3_i > exponent_max) exponent_max = exponent3_i;
      c_down = 10'(10'(exponent_max) - 10'(c_exponent));
      c_grid = c_down > 10'(24 + CShift) ? '0 : ({c_significand, {CShift{1'b0}}} >> c_down);
      sum    = $signed(SumW'(c_grid));
      if (c_i[31]) sum = -sum;
      sum = sum + aligned(term0_i, exponent0_i, exponent_max)
                + aligned(term1_i, exponent1_i, exponent_max)
                + aligned(term2_i, exponent2_i, exponent_max)
                + aligned(term3_i, exponent3_i, exponent_max);
    end
    mag = sum[SumW-1] ? SumW'(-sum) : SumW'(sum);
  end

  fp4_round_fp32 #(.W(SumW)) u_round (
    .en_i,
    .nearest_even_i(1'b0),
    .negative_i    (sum[SumW-1]),
    .mag_i         (mag),
    .lsb_exponent_i(10'(exponent_max) - 10'(FractionBits)),
    .fp32_o        (rounded)
  );

  // NaN in C or a scale wins, then an infinite C, which passes through.
  always_comb begin
    d_o = rounded;
    if (nan_i || (c_i[30:23] == 8'hFF && c_i[22:0] != '0)) begin
      d_o = fp4_pkg::FP32_NAN;
    end else if (c_i[30:23] == 8'hFF) begin
      d_o = c_i;
    end
  end

endmodule
