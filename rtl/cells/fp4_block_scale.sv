/// The UE4M3 payload nearest to a sixth of a product, ties to even, at most 7'h7E (448): the
/// product is compared with six times the values halfway between payloads.
///
/// The product is (leading_i, sticky_i) * 2^(exponent_i - 6); leading_i[6] is its leading one and
/// low only in a zero. From 2^-3 on the sixths of a binade lie from 1.333 to 2.667 times a power of
/// two: fractions 3/8 to 7/8 under one exponent, then 0 to 3/8 under the next, which are
/// consecutive payloads. Below, a payload counts steps of 2^-9.
///
/// Example: leading_i=96, sticky_i=0, exponent_i=2 -> payload_o=7'h38; 6.0
/// Example: leading_i=102, sticky_i=0, exponent_i=2 -> payload_o=7'h38; 6.375, halfway to 7'h39
/// Example: leading_i=102, sticky_i=1, exponent_i=2 -> payload_o=7'h39
module fp4_block_scale (
  input  logic [6:0]         leading_i,  // leading bits of the product
  input  logic               sticky_i,   // something lies below them
  input  logic signed [10:0] exponent_i, // of the product
  output logic [6:0]         payload_o   // the scale byte without its sign bit
);

  // Whether the product rounds up at a boundary; a tie does where the payload below it is odd.
  function automatic logic [6:0] passes(input logic [6:0] leading, input logic sticky,
                                        input logic [6:0] boundary, input logic odd);
    passes = {6'd0, leading > boundary || (leading == boundary && (sticky || odd))};
  endfunction

  logic [6:0] l, normal, steps;
  logic       s;

  always_comb begin
    l      = leading_i;
    s      = sticky_i;
    normal = {exponent_i[3:0] + 4'd4, 3'd3}
           + passes(l, s, 7'd69, 1'b1) + passes(l, s, 7'd75, 1'b0) + passes(l, s, 7'd81, 1'b1)
           + passes(l, s, 7'd87, 1'b0) + passes(l, s, 7'd93, 1'b1) + passes(l, s, 7'd102, 1'b0)
           + passes(l, s, 7'd114, 1'b1) + passes(l, s, 7'd126, 1'b0);
    case (exponent_i)
      -11'sd4:
        steps = 7'd5 + passes(l, s, 7'd66, 1'b1) + passes(l, s, 7'd78, 1'b0)
              + passes(l, s, 7'd90, 1'b1) + passes(l, s, 7'd102, 1'b0)
              + passes(l, s, 7'd114, 1'b1) + passes(l, s, 7'd126, 1'b0);
      -11'sd5: steps = 7'd3 + passes(l, s, 7'd84, 1'b1) + passes(l, s, 7'd108, 1'b0);
      -11'sd6: steps = 7'd1 + passes(l, s, 7'd72, 1'b1) + passes(l, s, 7'd120, 1'b0);
      -11'sd7: steps = 7'd1;
      -11'sd8: steps = passes(l, s, 7'd96, 1'b0);
      default: steps = 7'd0;
    endcase
    payload_o = exponent_i > -11'sd4 ? normal : steps;
    if (exponent_i > 11'sd11
        || (exponent_i == 11'sd11 && (normal < 7'd123 || normal == 7'd127))) payload_o = 7'h7E;
    if (!leading_i[6]) payload_o = '0;
  end

endmodule
