/// The E2M1 magnitude nearest to a position under a block scale, ties to even, and what the special
/// value 5.0 is worth there.
///
/// Position and more are those of fp4_quarter_steps, boundaries those of fp4_code_boundaries.
/// in_window_o: 5.0 is at least as close; gain_o, 0 to 30, then is the squared error that it saves,
/// in a unit that the block's elements share (8 times the significand, in squared quarters of the
/// scale's step); else 0. HasSpecial 0: neither.
///
/// Example: position_i=40, more_i=0, significand_i=8, times3_i=24, times5_i=40, times7_i=56,
///   times9_i=72, times11_i=88 -> mag_code_o=2, in_window_o=0, gain_o=0; 1.25
/// Example: position_i=152, more_i=0, significand_i=8, times3_i=24, times5_i=40, times7_i=56,
///   times9_i=72, times11_i=88 -> mag_code_o=6, in_window_o=1, gain_o=8; 4.75
module fp4_element_round #(
  parameter bit HasSpecial = 1'b1 // the block may have the special value
) (
  input  logic [8:0] position_i,    // quarters of the scale's step
  input  logic       more_i,        // something lies above that
  input  logic [3:0] significand_i, // of the scale
  input  logic [5:0] times3_i,      // 3 times it
  input  logic [6:0] times5_i,      // 5 times it
  input  logic [6:0] times7_i,      // 7 times it
  input  logic [7:0] times9_i,      // 9 times it
  input  logic [7:0] times11_i,     // 11 times it
  output logic [2:0] mag_code_o,    // code of the magnitude
  output logic       in_window_o,   // 5.0 is at least as close
  output logic [4:0] gain_o         // squared error that 5.0 saves
);

  logic       up1, up2, up3, up4, up5, up6, up7; // the code is at least that
  logic [8:0] at20;

  assign at20 = {times5_i, 2'b00};

  // Ties go to codes 2, 4 and 6 from below and stay at 0, 2, 4 and 6 from above.
  assign up1 = position_i > 9'(significand_i) || (position_i == 9'(significand_i) && more_i);
  assign up2 = position_i >= 9'(times3_i);
  assign up3 = position_i > 9'(times5_i) || (position_i == 9'(times5_i) && more_i);
  assign up4 = position_i >= 9'(times7_i);
  assign up5 = position_i > {1'b0, times5_i, 1'b0}
            || (position_i == {1'b0, times5_i, 1'b0} && more_i);
  assign up6 = position_i >= {1'b0, times7_i, 1'b0};
  assign up7 = position_i > at20 || (position_i == at20 && more_i);

  assign mag_code_o = {up4, up4 ? up6 : up2,
                       up7 || (up5 && !up6) || (up3 && !up4) || (up1 && !up2)};

  if (HasSpecial) begin : g_special
    logic [8:0] at18, at22;
    assign at18 = {times9_i, 1'b0};
    assign at22 = {times11_i, 1'b0};
    assign in_window_o = position_i >= at18
                      && (position_i < at22 || (position_i == at22 && !more_i));
    assign gain_o = !in_window_o ? 5'd0
                  : position_i < at20 ? position_i[4:0] - at18[4:0] : at22[4:0] - position_i[4:0];
  end else begin : g_none
    assign in_window_o = 1'b0;
    assign gain_o      = '0;
  end

endmodule
