/// Quantizer of activations: sixteen values and the reciprocal of their tensor's scale in, codes
/// and scale byte of a block of nvfp4 or razer-a out; bit for bit golden's encoder `online`, of
/// which docs/01_formats.md states the rule. A block a cycle, 7 cycles from taken to offered.
///
/// stage | its registers hold
/// 0     | a block as it came, and which values are NaN
/// 1     | its largest magnitude
/// 2     | that times the divisor
/// 3     | the block scale; every value times the divisor
/// 4     | those in quarters of the scale's step, and the boundaries of codes
/// 5     | codes without the special value, and what it saves
/// 6     | the block
///
/// Values are binary32 (ValueW 32) or bfloat16 (16), the divisor likewise (DivisorW); the divisor
/// is positive and normal. Formats: a set of nvfp4 and razer-a, whose V1 is 5.0; a set of one
/// ignores x_format_i. NaN becomes 0x7, an infinity 0x7 or 0xF.
///
/// A block is taken where x_valid_i and x_ready_o are high, q_* is taken where q_valid_o and
/// q_ready_i are. x_ready_o follows q_ready_i; where it is low nothing moves.
module fp4_quantize #(
  parameter logic [31:0] Formats  = (32'd1 << fp4_pkg::FORMAT_NVFP4)
                                  | (32'd1 << fp4_pkg::FORMAT_RAZER_A), // nvfp4, razer-a or both
  parameter int          ValueW   = 32, // bits of a value: 32, binary32, or 16, bfloat16
  parameter int          DivisorW = 16 // bits of the divisor: 16, what `online` rounds it to, or 32
) (
  input  logic                         clk_i,       // clock
  input  logic                         rst_ni,      // reset, asynchronous, active low
  input  logic                         x_valid_i,   // a block of values is offered
  output logic                         x_ready_o,   // it is taken; follows q_ready_i
  input  logic [fp4_pkg::FORMAT_W-1:0] x_format_i,  // fp4_pkg::FORMAT_NVFP4 or FORMAT_RAZER_A
  input  logic [DivisorW-1:0]          x_divisor_i, // 2688 / amax of the tensor; positive, normal
  input  logic [16*ValueW-1:0]         x_values_i,  // element k in [ValueW*k +: ValueW]
  output logic                         q_valid_o,   // a block of codes is offered
  input  logic                         q_ready_i,   // it is taken
  output logic [63:0]                  q_codes_o,   // element k in [4*k +: 4]
  output logic [7:0]                   q_scale_o    // scale byte
);

  localparam logic [31:0] Nvfp4  = 32'd1 << fp4_pkg::FORMAT_NVFP4;
  localparam logic [31:0] RazerA = 32'd1 << fp4_pkg::FORMAT_RAZER_A;
  localparam bit HasSpecial = (Formats & RazerA) != '0;

  if ((Formats & ~(Nvfp4 | RazerA)) != '0 || Formats == '0) begin : g_bad_formats
    fp4_error_quantizer_does_not_make_format u_bad ();
  end
  if (ValueW != 16 && ValueW != 32) begin : g_bad_value
    fp4_error_value_neither_binary32_nor_bfloat16 u_bad ();
  end
  if (DivisorW != 16 && DivisorW != 32) begin : g_bad_divisor
    fp4_error_divisor_neither_binary32_nor_bfloat16 u_bad ();
  end

  // With the hidden bit.
  localparam int DivisorSignificandW = DivisorW - 8;
  localparam int AmaxProductW        = 24 + DivisorSignificandW;

  logic       advance;
  logic [6:0] valid_q;

  assign advance   = !valid_q[6] || q_ready_i;
  assign x_ready_o = advance;
  assign q_valid_o = valid_q[6];

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) valid_q <= '0;
    else if (advance) valid_q <= {valid_q[5:0], x_valid_i};
  end

  // What travels: in stages 0 to 2 the values, up to 2 the divisor, up to 5 the format.
  logic [5:0]           razer_q;
  logic [DivisorW-1:0]  divisor0_q, divisor1_q, divisor2_q;
  logic [16*ValueW-1:0] values0_q, values1_q, values2_q;

  if (!HasSpecial) begin : g_nvfp4
    assign razer_q = '0;
  end else if (Formats == RazerA) begin : g_razer
    assign razer_q = '1;
  end else begin : g_either
    always_ff @(posedge clk_i) begin
      if (advance)
        razer_q <= {razer_q[4:0], x_format_i == fp4_pkg::FORMAT_W'(fp4_pkg::FORMAT_RAZER_A)};
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      {divisor2_q, divisor1_q, divisor0_q} <= {divisor1_q, divisor0_q, x_divisor_i};
      {values2_q, values1_q, values0_q}    <= {values1_q, values0_q, x_values_i};
    end
  end

  // Stage 1: the largest magnitude. Which values are NaN is found on the way into stage 0.
  logic [15:0] nan_d, nan_q;
  logic [30:0] amax_d, amax_q;

  for (genvar k = 0; k < 16; k++) begin : g_nan
    assign nan_d[k] = x_values_i[ValueW*k + ValueW - 2 -: 8] == 8'hFF
                   && x_values_i[ValueW*k +: ValueW - 9] != '0;
  end

  fp4_amax #(.ValueW(ValueW)) u_amax (
    .values_i(values0_q),
    .nan_i   (nan_q),
    .amax_o  (amax_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance) begin
      nan_q  <= nan_d;
      amax_q <= amax_d;
    end
  end

  // Stage 2: that times the divisor.
  logic                    amax_subnormal;
  logic [7:0]              amax_field;
  logic [23:0]             amax_significand;
  logic [AmaxProductW-1:0] amax_product_q;
  logic signed [9:0]       amax_exponent_d, amax_exponent_q; // of the product's lowest bit

  assign amax_subnormal   = amax_q[30:23] == '0;
  assign amax_field       = amax_subnormal ? 8'd1 : amax_q[30:23];
  assign amax_significand = {!amax_subnormal, amax_q[22:0]};
  assign amax_exponent_d  = 10'(amax_field) + 10'(divisor1_q[DivisorW-2 -: 8])
                          - 10'(127 + 23 + 127 + DivisorSignificandW - 1);

  always_ff @(posedge clk_i) begin
    if (advance) begin
      amax_product_q  <= AmaxProductW'(amax_significand)
                       * AmaxProductW'({1'b1, divisor1_q[DivisorW-10:0]});
      amax_exponent_q <= amax_exponent_d;
    end
  end

  // Stage 3: the block scale, and every value times the divisor.
  logic [24:0]        leading;
  logic signed [10:0] leading_exponent;
  logic               leading_sticky;
  logic [6:0]         payload_d, payload3_q, payload4_q, payload5_q;

  fp4_normalize #(.W(AmaxProductW)) u_normalize (
    .en_i          (1'b1),
    .mag_i         (amax_product_q),
    .lsb_exponent_i(amax_exponent_q),
    .significand_o (leading),
    .exponent_o    (leading_exponent),
    .sticky_o      (leading_sticky)
  );

  fp4_block_scale u_block_scale (
    .leading_i (leading[24:18]),
    .sticky_i  (leading[17:0] != '0 || leading_sticky),
    .exponent_i(leading_exponent),
    .payload_o (payload_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance) begin
      payload3_q <= {payload_d[6:1], payload_d[0] || (razer_q[2] && payload_d == '0)};
      payload4_q <= payload3_q;
      payload5_q <= payload4_q;
    end
  end

  // Stage 4: boundaries.
  logic       scale_subnormal, scale_zero4_q;
  logic [3:0] scale_field, significand_d, significand_q;
  logic [5:0] times3_d, times3_q;
  logic [6:0] times5_d, times5_q, times7_d, times7_q;
  logic [7:0] times9_d, times9_q, times11_d, times11_q;

  assign scale_subnormal = payload3_q[6:3] == '0;
  assign scale_field     = scale_subnormal ? 4'd1 : payload3_q[6:3];
  assign significand_d   = {!scale_subnormal, payload3_q[2:0]};

  fp4_code_boundaries u_boundaries (
    .significand_i(significand_d),
    .times3_o     (times3_d),
    .times5_o     (times5_d),
    .times7_o     (times7_d),
    .times9_o     (times9_d),
    .times11_o    (times11_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance) begin
      scale_zero4_q <= payload3_q == '0;
      significand_q <= significand_d;
      times3_q      <= times3_d;
      times5_q      <= times5_d;
      times7_q      <= times7_d;
      times9_q      <= times9_d;
      times11_q     <= times11_d;
    end
  end

  // Stages 3 to 6 of every element, and the sign of the special value between 5 and 6.
  logic [95:0] gains_q;
  logic        special_negative;

  fp4_special_sign u_special_sign (
    .gains_i   (gains_q),
    .negative_o(special_negative)
  );

  always_ff @(posedge clk_i) begin
    if (advance) q_scale_o <= {HasSpecial && razer_q[5] && special_negative, payload5_q};
  end

  for (genvar k = 0; k < 16; k++) begin : g_element
    fp4_quantize_element #(
      .HasSpecial(HasSpecial),
      .ValueW    (ValueW),
      .DivisorW  (DivisorW)
    ) u_element (
      .clk_i,
      .advance_i         (advance),
      .value2_i          (values2_q[ValueW*k +: ValueW]),
      .divisor2_i        (divisor2_q[DivisorW-2:0]),
      .scale_field3_i    (scale_field),
      .scale_zero4_i     (scale_zero4_q),
      .significand4_i    (significand_q),
      .times3_i          (times3_q),
      .times5_i          (times5_q),
      .times7_i          (times7_q),
      .times9_i          (times9_q),
      .times11_i         (times11_q),
      .gain5_o           (gains_q[6*k +: 6]),
      .razer5_i          (razer_q[5]),
      .special_negative_i(special_negative),
      .code_o            (q_codes_o[4*k +: 4])
    );
  end

endmodule
