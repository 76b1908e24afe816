/// The sign of a block's special value: that of the elements by which it saves more, the negative
/// one on a tie.
///
/// Example: gains_i={78'd0, 6'd49, 6'd7, 6'd8} -> negative_o=1; 8 + 7 - 15
/// Example: gains_i={90'd0, 6'd8} -> negative_o=0
module fp4_special_sign (
  input  logic [95:0] gains_i,   // gain k in [6*k +: 6], signed, -30 to 30
  output logic        negative_o // the special value is negative
);

  for (genvar k = 0; k < 8; k++) begin : g_sum2
    logic signed [9:0] sum;
    assign sum = 10'($signed(gains_i[12*k +: 6])) + 10'($signed(gains_i[12*k + 6 +: 6]));
  end
  for (genvar k = 0; k < 4; k++) begin : g_sum4
    logic signed [9:0] sum;
    assign sum = g_sum2[2*k].sum + g_sum2[2*k+1].sum;
  end

  logic signed [9:0] total;

  assign total      = (g_sum4[0].sum + g_sum4[1].sum) + (g_sum4[2].sum + g_sum4[3].sum);
  assign negative_o = total <= 10'sd0;

endmodule
