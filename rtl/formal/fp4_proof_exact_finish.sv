/// fp4_exact_finish, from any state: three cycles of move_i after a sum and its C came, d_o is what
/// the cells make of them when nothing but wires is between them; what other outputs there are, and
/// in which cycles there is none, is all the same. The cells have proofs of their own; what that of
/// fp4_round assumes is asserted.
module fp4_proof_exact_finish #(
  parameter int SumW = 64
) (
  input  logic                   clk_i,
  input  logic                   advance_i,
  input  logic [2:0]             valid_i,
  input  logic signed [SumW-1:0] sum_q20_i,
  input  logic                   nan_i,
  input  logic [31:0]            c_i,
  output logic                   premise_o  // an output has come through
);

  // C reaches from 2^-48 to one bit more than the sum and two guards.
  localparam int ShiftMax = SumW + 31;
  localparam int GridW    = SumW + 55;
  localparam int W        = SumW + 57;

  logic [31:0] d;
  logic [3:0]  stage_q; // of the output that is looked at, one-hot

  initial stage_q = 4'b0001;
  always_ff @(posedge clk_i) if (advance_i) stage_q <= stage_q << 1;

  assign premise_o = stage_q[3];

  fp4_exact_finish #(.SumW(SumW)) u_finish (
    .clk_i,
    .move_i (advance_i),
    .valid_i(valid_i | stage_q[2:0]),
    .sum_q20_i,
    .nan_i,
    .c_i,
    .d_o    (d)
  );

  logic signed [SumW-1:0] sum_q20;
  logic                   nan;
  logic [31:0]            c;

  fp4_past #(.W(SumW + 33), .Cycles(3)) u_past (
    .clk_i,
    .advance_i,
    .now_i ({sum_q20_i, nan_i, c_i}),
    .past_o({sum_q20, nan, c})
  );

  logic               c_negative, c_infinite, c_nan, negative, sticky;
  logic [23:0]        c_significand;
  logic signed [8:0]  c_exponent;
  logic [GridW-1:0]   grid;
  logic [7:0]         beyond;
  logic [W-1:0]       mag;
  logic [24:0]        significand;
  logic signed [10:0] exponent;
  logic [31:0]        rounded, expected;

  fp4_unpack_fp32 u_unpack_c (
    .fp32_i       (c),
    .negative_o   (c_negative),
    .significand_o(c_significand),
    .exponent_o   (c_exponent),
    .infinite_o   (c_infinite),
    .nan_o        (c_nan)
  );

  fp4_c_grid #(.LsbExponent(-48), .ShiftMax(ShiftMax)) u_c_grid (
    .en_i         (1'b1),
    .significand_i(c_significand),
    .exponent_i   (c_exponent),
    .grid_o       (grid),
    .beyond_o     (beyond)
  );

  fp4_exact_total #(.SumW(SumW), .GuardBits(28), .GridW(GridW)) u_total (
    .en_i        (1'b1),
    .sum_q20_i   (sum_q20),
    .c_negative_i(c_negative),
    .c_ones_i    (c_negative ? ~grid : grid),
    .negative_o  (negative),
    .mag_o       (mag)
  );

  fp4_normalize #(.W(W)) u_normalize (
    .en_i          (1'b1),
    .mag_i         (mag),
    .lsb_exponent_i(10'(beyond) - 10'd48),
    .significand_o (significand),
    .exponent_o    (exponent),
    .sticky_o      (sticky)
  );

  fp4_round u_round (
    .nearest_even_i(1'b1),
    .negative_i    (negative),
    .significand_i (significand),
    .exponent_i    (exponent),
    .sticky_i      (sticky),
    .fp32_o        (rounded)
  );

  // A zero sum passes C through, a zero C then being +0.
  fp4_special_result u_special_result (
    .nan_i    (nan || c_nan),
    .pass_c_i (c_infinite || sum_q20 == '0),
    .c_i      (c[30:0] == '0 ? 32'd0 : c),
    .rounded_i(rounded),
    .d_o      (expected)
  );

  always_comb begin
    if (stage_q[3]) assert (d == expected);
    assert (significand[24] || (significand == '0 && !sticky));
  end

endmodule
