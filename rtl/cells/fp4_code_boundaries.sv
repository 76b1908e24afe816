/// Where codes change under a block scale, in quarters of its step: multiples of its significand.
/// E2M1 values change at 1, 3, 5, 7, 10, 14 and 20 of them, the special value 5.0 begins at 18 and
/// ends at 22; what is left after powers of two are these odd ones.
///
/// Example: significand_i=8 -> times3_o=24, times5_o=40, times7_o=56, times9_o=72, times11_o=88
module fp4_code_boundaries (
  input  logic [3:0] significand_i, // 1 to 15; of a subnormal scale without the hidden bit
  output logic [5:0] times3_o,      // 3 times it
  output logic [6:0] times5_o,      // 5 times it
  output logic [6:0] times7_o,      // 7 times it
  output logic [7:0] times9_o,      // 9 times it
  output logic [7:0] times11_o      // 11 times it
);

  assign times3_o  = {1'b0, significand_i, 1'b0} + 6'(significand_i);
  assign times5_o  = {1'b0, significand_i, 2'b00} + 7'(significand_i);
  assign times7_o  = {significand_i, 3'b000} - 7'(significand_i);
  assign times9_o  = {1'b0, significand_i, 3'b000} + 8'(significand_i);
  assign times11_o = {1'b0, significand_i, 3'b000} + 8'(times3_o);

endmodule
