/// fp4_quantize_element, from any state: a value's code and what 5.0 saves in it are what
/// fp4_quarter_steps and fp4_element_round make of its product with the divisor; NaN is 0x7 and
/// infinities the largest, a zero scale's elements zero, and the special value stands where it is
/// at least as close and has the sign of the value. What belongs to the block comes with the stage
/// that its port names.
module fp4_proof_quantize_element #(
  parameter  bit HasSpecial = 1'b1,
  parameter  int ValueW     = 32,
  parameter  int DivisorW   = 16,
  localparam int SignificandW = ValueW - 8,
  localparam int ProductW     = SignificandW + DivisorW - 8
) (
  input  logic                clk_i,
  input  logic                advance_i,
  input  logic [ValueW-1:0]   value2_i,
  input  logic [DivisorW-2:0] divisor2_i,
  input  logic [3:0]          scale_field3_i,
  input  logic [40:0]         scale4_i,    // zero, significand, its multiples
  input  logic                razer5_i,
  input  logic                special_negative_i,
  output logic                premise_o    // a value has come through
);

  logic [4:0] stage_q; // of the value that is looked at, one-hot, from 2 on

  initial stage_q = 5'b00001;
  always_ff @(posedge clk_i) if (advance_i) stage_q <= stage_q << 1;

  assign premise_o = stage_q[4];

  logic [5:0] gain, past_gain;
  logic [3:0] code;

  fp4_quantize_element #(.HasSpecial(HasSpecial), .ValueW(ValueW), .DivisorW(DivisorW)) u_element (
    .clk_i,
    .advance_i,
    .value2_i,
    .divisor2_i,
    .scale_field3_i,
    .scale_zero4_i (scale4_i[40]),
    .significand4_i(scale4_i[39:36]),
    .times3_i      (scale4_i[35:30]),
    .times5_i      (scale4_i[29:23]),
    .times7_i      (scale4_i[22:16]),
    .times9_i      (scale4_i[15:8]),
    .times11_i     (scale4_i[7:0]),
    .gain5_o       (gain),
    .razer5_i,
    .special_negative_i,
    .code_o        (code)
  );

  logic [ValueW-1:0]   value;
  logic [DivisorW-2:0] divisor;
  logic [3:0]          scale_field, significand;
  logic [5:0]          times3;
  logic [6:0]          times5, times7;
  logic [7:0]          times9, times11;
  logic                scale_zero, razer, special_negative;

  fp4_past #(.W(ValueW + DivisorW - 1), .Cycles(4)) u_past2 (
    .clk_i, .advance_i, .now_i({value2_i, divisor2_i}), .past_o({value, divisor})
  );
  fp4_past #(.W(4), .Cycles(3)) u_past3 (
    .clk_i, .advance_i, .now_i(scale_field3_i), .past_o(scale_field)
  );
  fp4_past #(.W(41), .Cycles(2)) u_past4 (
    .clk_i, .advance_i, .now_i(scale4_i),
    .past_o({scale_zero, significand, times3, times5, times7, times9, times11})
  );
  fp4_past #(.W(8)) u_past5 (
    .clk_i, .advance_i, .now_i({razer5_i, special_negative_i, gain}),
    .past_o({razer, special_negative, past_gain})
  );

  // Its fields, as in binary32.
  logic [7:0]        value_field, divisor_field;
  logic [SignificandW-2:0] fraction;
  logic              infinite, nan, negative, more, in_window;
  logic [ProductW-1:0] product;
  logic signed [9:0] shift;
  logic [8:0]        position;
  logic [2:0]        mag_code, expected_mag_code;
  logic [4:0]        mag_gain;

  assign {value_field, fraction} = value[ValueW-2:0];
  assign divisor_field           = divisor[DivisorW-2 -: 8];
  assign infinite                = value_field == 8'hFF && fraction == '0;
  assign nan                     = value_field == 8'hFF && fraction != '0;
  assign negative                = value[ValueW-1] && !nan;
  assign product = ProductW'({value_field != '0, fraction})
                 * ProductW'({1'b1, divisor[DivisorW-10:0]});
  assign shift   = 10'sd254 - 10'(value_field == '0 ? 8'd1 : value_field) - 10'(divisor_field)
                 + 10'(scale_field);

  fp4_quarter_steps #(.W(ProductW)) u_quarter_steps (
    .product_i (product),
    .shift_i   (shift),
    .position_o(position),
    .more_o    (more)
  );

  fp4_element_round #(.HasSpecial(HasSpecial)) u_round (
    .position_i   (position),
    .more_i       (more),
    .significand_i(significand),
    .times3_i     (times3),
    .times5_i     (times5),
    .times7_i     (times7),
    .times9_i     (times9),
    .times11_i    (times11),
    .mag_code_o   (mag_code),
    .in_window_o  (in_window),
    .gain_o       (mag_gain)
  );

  always_comb begin
    expected_mag_code = mag_code;
    if (scale_zero) expected_mag_code = 3'd0;
    if (infinite || nan) expected_mag_code = 3'd7;
    if (stage_q[4]) begin
      if (infinite || nan) assert (past_gain == 6'd0);
      else assert (past_gain == (negative ? 6'd0 - 6'(mag_gain) : 6'(mag_gain)));
      if (razer && in_window && !infinite && !nan && negative == special_negative)
        assert (code == fp4_pkg::SENTINEL);
      else if (razer && expected_mag_code == '0) assert (code == 4'd0);
      else assert (code == {negative, expected_mag_code});
    end
  end

endmodule
