// A multiplier of yosys as a sum of shifted operands, the same gates wherever it is: yosys' own choice depends on names.
(* techmap_celltype = "$mul" *)
module fp4_multiply (A, B, Y);
  parameter A_SIGNED = 0;
  parameter B_SIGNED = 0;
  parameter A_WIDTH = 1;
  parameter B_WIDTH = 1;
  parameter Y_WIDTH = 1;
  input [A_WIDTH-1:0] A;
  input [B_WIDTH-1:0] B;
  output [Y_WIDTH-1:0] Y;

  // Of operands as wide as the product the sign is no matter.
  wire [Y_WIDTH-1:0] a, b;
  wire [Y_WIDTH*(Y_WIDTH+1)-1:0] sums;

  generate
    if (A_SIGNED && B_SIGNED) begin
      assign a = $signed(A);
      assign b = $signed(B);
    end else begin
      assign a = A;
      assign b = B;
    end
  endgenerate

  assign sums[Y_WIDTH-1:0] = 0;
  genvar i;
  generate
    for (i = 0; i < Y_WIDTH; i = i + 1) begin
      assign sums[Y_WIDTH*(i+1) +: Y_WIDTH] = sums[Y_WIDTH*i +: Y_WIDTH] + (b[i] ? a << i : 0);
    end
  endgenerate
  assign Y = sums[Y_WIDTH*Y_WIDTH +: Y_WIDTH];
endmodule
