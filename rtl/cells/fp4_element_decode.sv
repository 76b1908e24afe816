/// One element code to its lane, by the table of its block (fp4_lane_table).
module fp4_element_decode (
  input  logic [3:0]  code_i,
  input  logic [63:0] lo_i,
  input  logic [63:0] hi_i,
  output logic [7:0]  lane_o
);

  logic [63:0] half;

  assign half   = code_i[3] ? hi_i : lo_i;
  assign lane_o = half[{code_i[2:0], 3'b0} +: 8];

endmodule
