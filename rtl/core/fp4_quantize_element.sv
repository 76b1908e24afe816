/// One element of fp4_quantize from its stage 3 to its code in stage 6. A digit in a port's name is
/// the stage whose registers it comes from or goes to.
module fp4_quantize_element #(
  parameter  bit HasSpecial   = 1'b1, // the block may have the special value
  parameter  int ValueW       = 32, // bits of a value
  parameter  int DivisorW     = 16, // bits of the divisor
  localparam int SignificandW = ValueW - 8, // bits of a value's significand
  localparam int ProductW     = SignificandW + DivisorW - 8 // bits of the product
) (
  input  logic                clk_i,              // clock
  input  logic                advance_i,          // the stages move
  input  logic [ValueW-1:0]   value2_i,           // value
  input  logic [DivisorW-2:0] divisor2_i,         // divisor without its sign
  input  logic [3:0]          scale_field3_i,     // exponent field of the scale, at least 1
  input  logic                scale_zero4_i,      // the scale is zero
  input  logic [3:0]          significand4_i,     // of the scale
  input  logic [5:0]          times3_i,           // 3 times it
  input  logic [6:0]          times5_i,           // 5 times it
  input  logic [6:0]          times7_i,           // 7 times it
  input  logic [7:0]          times9_i,           // 9 times it
  input  logic [7:0]          times11_i,          // 11 times it
  output logic [5:0]          gain5_o,            // squared error that 5.0 saves, signed
  input  logic                razer5_i,           // the block may have the special value
  input  logic                special_negative_i, // sign of the special value
  output logic [3:0]          code_o              // code
);

  // Stage 3: the product, and 254 less both exponent fields, which leaves its point where
  // fp4_quarter_steps counts from but for the scale's field. A NaN is positive; codes of NaN and
  // infinities are forced.
  logic                    subnormal, special, nan;
  logic [7:0]              field;
  logic signed [9:0]       shift3_q;
  logic [SignificandW-1:0] significand;
  logic [ProductW-1:0]     product_q;
  logic                    negative3_q, forced3_q;

  assign subnormal   = value2_i[ValueW-2 -: 8] == '0;
  assign special     = value2_i[ValueW-2 -: 8] == 8'hFF;
  assign nan         = special && value2_i[ValueW-10:0] != '0;
  assign field       = subnormal ? 8'd1 : value2_i[ValueW-2 -: 8];
  assign significand = {!subnormal, value2_i[ValueW-10:0]};

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      product_q   <= ProductW'(significand) * ProductW'({1'b1, divisor2_i[DivisorW-10:0]});
      shift3_q    <= 10'sd254 - 10'(field) - 10'(divisor2_i[DivisorW-2 -: 8]);
      negative3_q <= value2_i[ValueW-1] && !nan;
      forced3_q   <= special;
    end
  end

  // Stage 4: quarters of the scale's step.
  logic [8:0] position_d, position_q;
  logic       more_d, more_q, negative4_q, forced4_q;

  fp4_quarter_steps #(.W(ProductW)) u_quarter_steps (
    .product_i (product_q),
    .shift_i   (shift3_q + 10'(scale_field3_i)),
    .position_o(position_d),
    .more_o    (more_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      position_q  <= position_d;
      more_q      <= more_d;
      negative4_q <= negative3_q;
      forced4_q   <= forced3_q;
    end
  end

  // Stage 5: the code without the special value.
  logic [2:0] mag_code_d, mag_code_q;
  logic [4:0] gain_d;
  logic       in_window_d, in_window_q, negative5_q;

  fp4_element_round #(.HasSpecial(HasSpecial)) u_round (
    .position_i   (position_q),
    .more_i       (more_q),
    .significand_i(significand4_i),
    .times3_i,
    .times5_i,
    .times7_i,
    .times9_i,
    .times11_i,
    .mag_code_o   (mag_code_d),
    .in_window_o  (in_window_d),
    .gain_o       (gain_d)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      mag_code_q  <= forced4_q ? 3'd7 : scale_zero4_i ? 3'd0 : mag_code_d;
      in_window_q <= in_window_d && !forced4_q;
      gain5_o     <= forced4_q ? 6'd0 : negative4_q ? 6'd0 - 6'(gain_d) : 6'(gain_d);
      negative5_q <= negative4_q;
    end
  end

  // Stage 6: RaZeR formats have the special value in the place of -0.
  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      code_o <= {negative5_q && !(razer5_i && mag_code_q == '0), mag_code_q};
      if (razer5_i && in_window_q && negative5_q == special_negative_i) code_o <= fp4_pkg::SENTINEL;
    end
  end

endmodule
