/// One element code to its lane, by the table of its block (fp4_lane_table).
///
/// Example: code_i=4'hF, lo_i=64'h0C08060403020100, hi_i=64'hF4F8FAFCFDFEFF00 -> lane_o=8'hF4; -6.0
module fp4_element_decode (
  input  logic [3:0]  code_i, // element
  input  logic [63:0] lo_i,   // lanes of codes 0 to 7, a byte each
  input  logic [63:0] hi_i,   // lanes of codes 8 to 15
  output logic [7:0]  lane_o  // signed lane
);

  logic [63:0] half;

  assign half   = code_i[3] ? hi_i : lo_i;
  assign lane_o = half[{code_i[2:0], 3'b0} +: 8];

endmodule
