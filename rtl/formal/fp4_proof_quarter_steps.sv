/// fp4_quarter_steps divides by a power of two: quotient and whether a rest is left, up to 511. A
/// shift below -W leaves the quotient above that all the more.
module fp4_proof_quarter_steps #(
  parameter int W = 32
) (
  input logic [W-1:0]      product_i,
  input logic signed [9:0] shift_i
);

  localparam logic signed [9:0] LowestShift = -W;

  logic [8:0]        position;
  logic              more;
  logic signed [9:0] shift;
  logic [6:0]        places;
  logic [W+13:0]     dividend, quotient; // in 2^-14 of the product's lowest bit; whole

  fp4_quarter_steps #(.W(W)) u_quarter_steps (
    .product_i,
    .shift_i,
    .position_o(position),
    .more_o    (more)
  );

  always_comb begin
    assume (shift_i >= 10'sd0 || product_i[W-1:W-2] != '0);
    shift    = shift_i < LowestShift ? LowestShift : shift_i;
    places   = shift > 10'sd31 ? 7'd95 : 7'(shift - LowestShift);
    dividend = {product_i, 14'd0};
    quotient = dividend >> places;
    if (quotient >= (W+14)'(511)) assert (position == 9'd511);
    else begin
      assert ((W+14)'(position) == quotient);
      assert (more == ((quotient << places) != dividend));
    end
  end

endmodule
