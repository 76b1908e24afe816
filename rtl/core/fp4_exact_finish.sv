/// End of an output in profile exact: D = RNE(C + sum), one rounding, in four stages: C; total;
/// leading bits; rounding.
///
/// sum_q20_i counts units of 2^-20. C meets it in a register whose lowest bit is 2^-48
/// (fp4_c_grid). A zero sum passes C through, -0 as +0. valid_i[n]: there is an output in stage n.
/// The output in stage 3 gives d_o.
module fp4_exact_finish #(
  parameter int SumW = 64 // bits of the sum
) (
  input  logic                   clk_i,     // clock
  input  logic                   move_i,    // the stages move
  input  logic [2:0]             valid_i,   // there is an output in stage n
  input  logic signed [SumW-1:0] sum_q20_i, // sum, 2^-20 each
  input  logic                   nan_i,     // a scale is NaN
  input  logic [31:0]            c_i,       // binary32 C
  output logic [31:0]            d_o        // binary32 D of the output in stage 3
);

  localparam int GuardBits   = 28; // below the sum's unit
  localparam int ShiftMax    = GuardBits + SumW + 3;
  localparam int GridW       = 24 + ShiftMax;
  localparam int W           = GridW + 2; // a carry, a sign
  localparam int LsbExponent = -(fp4_pkg::EXACT_FRACTION_BITS + GuardBits);

  // Stage 0: C.
  logic               c_negative, c_infinite, c_nan;
  logic [23:0]        c_significand;
  logic signed [8:0]  c_exponent;
  logic [GridW-1:0]   grid, c_ones_q;
  logic [7:0]         beyond_d, beyond1_q, beyond2_q;
  logic               c_negative_q;
  logic signed [SumW-1:0] sum_q20_q;
  logic [31:0]        c1_q, c2_q, c3_q;
  logic [2:0]         nan_q, pass_c_q; // of stages 1 to 3

  fp4_unpack_fp32 u_unpack_c (
    .fp32_i       (c_i),
    .negative_o   (c_negative),
    .significand_o(c_significand),
    .exponent_o   (c_exponent),
    .infinite_o   (c_infinite),
    .nan_o        (c_nan)
  );

  fp4_c_grid #(.LsbExponent(LsbExponent), .ShiftMax(ShiftMax)) u_c_grid (
    .en_i         (valid_i[0]),
    .significand_i(c_significand),
    .exponent_i   (c_exponent),
    .grid_o       (grid),
    .beyond_o     (beyond_d)
  );

  always_ff @(posedge clk_i) begin
    if (move_i && valid_i[0]) begin
      c_ones_q        <= grid ^ {GridW{c_negative}};
      c_negative_q    <= c_negative;
      beyond1_q       <= beyond_d;
      sum_q20_q       <= sum_q20_i;
      c1_q            <= c_significand == '0 ? '0 : c_i;
    end
    if (move_i) begin
      nan_q    <= {nan_q[1:0], nan_i | c_nan};
      pass_c_q <= {pass_c_q[1:0], sum_q20_i == '0 || c_infinite};
    end
  end

  // Stage 1: total, as sign and magnitude.
  logic         negative1_d, negative1_q;
  logic [W-1:0] mag_d, mag_q;

  fp4_exact_total #(.SumW(SumW), .GuardBits(GuardBits), .GridW(GridW)) u_total (
    .en_i        (valid_i[1]),
    .sum_q20_i   (sum_q20_q),
    .c_negative_i(c_negative_q),
    .c_ones_i    (c_ones_q),
    .negative_o  (negative1_d),
    .mag_o       (mag_d)
  );

  always_ff @(posedge clk_i) begin
    if (move_i && valid_i[1]) begin
      mag_q       <= mag_d;
      negative1_q <= negative1_d;
      beyond2_q   <= beyond1_q;
      c2_q        <= c1_q;
    end
  end

  // Stage 2: leading bits.
  logic               negative2_q, sticky_d, sticky_q;
  logic [24:0]        significand_d, significand_q;
  logic signed [10:0] exponent_d, exponent_q;

  fp4_normalize #(.W(W)) u_normalize (
    .en_i          (valid_i[2]),
    .mag_i         (mag_q),
    .lsb_exponent_i(10'(LsbExponent) + 10'(beyond2_q)),
    .significand_o (significand_d),
    .exponent_o    (exponent_d),
    .sticky_o      (sticky_d)
  );

  always_ff @(posedge clk_i) begin
    if (move_i && valid_i[2]) begin
      negative2_q   <= negative1_q;
      significand_q <= significand_d;
      exponent_q    <= exponent_d;
      sticky_q      <= sticky_d;
      c3_q          <= c2_q;
    end
  end

  // Stage 3: rounding.
  logic [31:0] rounded;

  fp4_round u_round (
    .nearest_even_i(1'b1),
    .negative_i    (negative2_q),
    .significand_i (significand_q),
    .exponent_i    (exponent_q),
    .sticky_i      (sticky_q),
    .fp32_o        (rounded)
  );

  fp4_special_result u_special_result (
    .nan_i    (nan_q[2]),
    .pass_c_i (pass_c_q[2]),
    .c_i      (c3_q),
    .rounded_i(rounded),
    .d_o
  );

endmodule
