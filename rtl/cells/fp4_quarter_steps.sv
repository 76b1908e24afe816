/// A product in quarters of a block scale's step, cut: position_o of them, and whether more_o is
/// left. 511 stands for all positions from there on, with any more_o.
///
/// A quarter step is 2^(W - 14 + shift_i) times the product's lowest bit. shift_i is negative only
/// where one of the product's two highest bits is set; the position then is beyond 511.
///
/// Example (W=16): product_i=16'h4000, shift_i=7 -> position_o=32, more_o=0; 1.0, a step is 1/8
module fp4_quarter_steps #(
  parameter int W = 32 // bits of the product
) (
  input  logic [W-1:0]      product_i,  // of significands
  input  logic signed [9:0] shift_i,    // of a quarter step
  output logic [8:0]        position_o, // quarter steps, 511 for all above
  output logic              more_o      // something is left
);

  logic [13:0] top, shifted;
  logic [3:0]  places;

  always_comb begin
    top        = product_i[W-1 -: 14];
    places     = shift_i > 10'sd15 ? 4'd15 : shift_i[3:0];
    shifted    = top >> places;
    more_o     = (shifted << places) != top || product_i[W-15:0] != '0;
    position_o = shifted[8:0];
    if (shift_i < 10'sd0 || shifted[13:9] != '0) position_o = 9'h1FF;
  end

endmodule
