// A design to check: 16 NVFP4 products, summed without rounding. Replace it by yours.
module dot16 (
  input  logic [63:0] a_i, b_i,   // element k in [4*k +: 4]
  input  logic [7:0]  sa_i, sb_i,
  output logic [31:0] d_o
);
  function automatic longint halves(input logic [3:0] code);
    longint mag;
    mag = code[2:1] == 0 ? {63'b0, code[0]} : {62'b0, 1'b1, code[0]} << (code[2:1] - 1);
    return code[3] ? -mag : mag;
  endfunction

  function automatic longint scale_q9(input logic [7:0] s);
    return s[6:3] == 0 ? {61'b0, s[2:0]} : {60'b0, 1'b1, s[2:0]} << (s[6:3] - 1);
  endfunction

  longint sum, mag_q20;
  always_comb begin
    sum = 0;
    for (int k = 0; k < 16; k++) sum += halves(a_i[4*k +: 4]) * halves(b_i[4*k +: 4]);
    mag_q20 = (sum < 0 ? -sum : sum) * scale_q9(sa_i) * scale_q9(sb_i);
    d_o = 0;
    for (int top = 0; top < 50; top++)  // 20 significant bits: exact in binary32
      if (mag_q20[top])
        d_o = {sum < 0, 8'(top - 20 + 127),
               23'(top > 23 ? mag_q20 >> (top - 23) : mag_q20 << (23 - top))};
    if (sa_i[6:0] == '1 || sb_i[6:0] == '1) d_o = 32'h7FFFFFFF;
  end
endmodule
