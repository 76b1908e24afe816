/// End of an output in profile exact: D = RNE(C + sum), one rounding.
///
/// sum_q20_i counts units of 2^-20. C meets it in a register whose lowest bit is 2^-48: a C that
/// reaches below leaves a sticky bit there, one that starts more than 67 places above is held at
/// that distance, where only the sign of the sum still matters. Neither changes the rounded result
/// while the sum is not zero; a zero sum passes C through.
module fp4_exact_finish (
  input  logic               en_i,
  input  logic signed [63:0] sum_q20_i,
  input  logic               nan_i,
  input  logic [31:0]        c_i,
  output logic [31:0]        d_o
);

  localparam int GuardBits = 28;                     // below the sum's unit
  localparam int CShiftMax = GuardBits + 67;
  localparam int W         = 24 + CShiftMax + 2;     // C, a carry, a sign
  localparam int LsbExponent = -(fp4_pkg::EXACT_FRACTION_BITS + GuardBits);

  logic                c_negative, c_infinite, c_nan;
  logic [23:0]         c_significand;
  logic signed [8:0]   c_exponent;
  logic signed [9:0]   c_shift, c_beyond;
  logic [23:0]         c_down;
  logic [W-1:0]        c_grid;
  logic signed [W-1:0] total;
  logic [W-1:0]        mag;
  logic [31:0]         rounded;

  fp4_unpack_fp32 u_unpack_c (
    .fp32_i       (c_i),
    .negative_o   (c_negative),
    .significand_o(c_significand),
    .exponent_o   (c_exponent),
    .infinite_o   (c_infinite),
    .nan_o        (c_nan)
  );

  always_comb begin
    c_shift  = '0;
    c_beyond = '0;
    c_down   = '0;
    c_grid   = '0;
    total    = '0;
    mag      = '0;
    if (en_i) begin
      c_shift = 10'(c_exponent) - 10'sd23 - 10'(LsbExponent); // of C's lowest bit above 2^-48
      if (c_shift < 0) begin
        c_down = c_significand >> 10'(-c_shift);
        c_grid = W'(c_down);
        if ((c_down << 10'(-c_shift)) != c_significand) c_grid[0] = 1'b1;
      end else begin
        if (c_shift > 10'(CShiftMax)) begin
          c_beyond = c_shift - 10'(CShiftMax);
          c_shift  = 10'(CShiftMax);
        end
        c_grid = W'(c_significand) << 7'(c_shift);
      end
      total = $signed({{(W - 64 - GuardBits) {sum_q20_i[63]}}, sum_q20_i, {GuardBits{1'b0}}});
      total = c_negative ? total - $signed(c_grid) : total + $signed(c_grid);
      mag   = total[W-1] ? -total : total;
    end
  end

  fp4_round_fp32 #(.W(W)) u_round (
    .en_i,
    .nearest_even_i(1'b1),
    .negative_i    (total[W-1]),
    .mag_i         (mag),
    .lsb_exponent_i(10'(LsbExponent) + c_beyond),
    .fp32_o        (rounded)
  );

  // With nothing to add C is the result, and -0 becomes +0.
  fp4_special_result u_special_result (
    .nan_i       (nan_i || c_nan),
    .c_infinite_i(c_infinite),
    .c_i,
    .rounded_i   (sum_q20_i != '0 ? rounded : c_significand == '0 ? '0 : c_i),
    .d_o
  );

endmodule
