/// fp4_block_dot: each product by shifting and adding, all of them one after another; the
/// multipliers; the exponent and NaN.
///
/// Sums of eight products are compared in their width, which is that of the largest one of the
/// formats' lanes.
module fp4_proof_block_dot #(
  parameter logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT,
  parameter bit ZeroProductsLeftOut = 1'b1,
  parameter int ZeroExponent        = -139,
  localparam int SignificandAW = fp4_formats::significand_width(
                                  FormatsA, fp4_formats::fraction_bits(FormatsA)),
  localparam int SignificandBW = fp4_formats::significand_width(
                                  FormatsB, fp4_formats::fraction_bits(FormatsB))
) (
  input logic [63:0]          a_lanes_lo_i,
  input logic [63:0]          a_lanes_hi_i,
  input logic [5:0]               a_factors_i,
  input logic [SignificandAW-1:0] a_significand_i,
  input logic signed [7:0]        a_exponent_i,
  input logic                     a_nan_i,
  input logic [15:0]              a_live_i,
  input logic [63:0]          b_lanes_lo_i,
  input logic [63:0]          b_lanes_hi_i,
  input logic [5:0]               b_factors_i,
  input logic [SignificandBW-1:0] b_significand_i,
  input logic signed [7:0]        b_exponent_i,
  input logic                     b_nan_i,
  input logic [15:0]              b_live_i
);

  localparam int LaneAW      = fp4_formats::lane_width(FormatsA);
  localparam int LaneBW      = fp4_formats::lane_width(FormatsB);
  localparam int Parts       = fp4_formats::parts(FormatsA, FormatsB);
  localparam int DotW        = fp4_formats::dot_width(FormatsA, FormatsB);
  localparam int MultiplierW = fp4_formats::multiplier_width(
                                FormatsA, FormatsB, SignificandAW, SignificandBW);
  localparam int Dot8W       = fp4_formats::signed_width(
                                8 * fp4_formats::lane_magnitude(FormatsA)
                                  * fp4_formats::lane_magnitude(FormatsB));

  logic [Parts*DotW-1:0]        dots;
  logic [Parts*MultiplierW-1:0] multipliers;
  logic signed [8:0]            exponent;
  logic                         nan;

  fp4_block_dot #(
    .FormatsA           (FormatsA),
    .FormatsB           (FormatsB),
    .ZeroProductsLeftOut(ZeroProductsLeftOut),
    .ZeroExponent       (ZeroExponent)
  ) u_dot (
    .a_lanes_lo_i,
    .a_lanes_hi_i,
    .a_factors_i,
    .a_significand_i,
    .a_exponent_i,
    .a_nan_i,
    .a_live_i,
    .b_lanes_lo_i,
    .b_lanes_hi_i,
    .b_factors_i,
    .b_significand_i,
    .b_exponent_i,
    .b_nan_i,
    .b_live_i,
    .dots_o       (dots),
    .multipliers_o(multipliers),
    .exponent_o   (exponent),
    .nan_o        (nan)
  );

  /// a * b of the bits of lanes that count; the bit of the sign of b counts negatively.
  function automatic logic [Dot8W-1:0] product(input logic [7:0] a, input logic [7:0] b);
    logic signed [Dot8W-1:0] wide;
    wide    = Dot8W'($signed(a[LaneAW-1:0]));
    product = b[LaneBW-1] ? -(wide <<< (LaneBW - 1)) : '0;
    for (int i = 0; i < LaneBW - 1; i++) product = product + (b[i] ? wide <<< i : '0);
  endfunction

  function automatic logic [MultiplierW-1:0] times(input logic [MultiplierW-1:0] a,
                                                   input logic [15:0] b);
    times = '0;
    for (int i = 0; i < 16; i++) if (b[i]) times = times + (a << i);
  endfunction

  logic signed [Dot8W-1:0] lo, hi;
  logic [MultiplierW-1:0]  significand;
  logic                    any;

  always_comb begin
    lo  = '0;
    hi  = '0;
    any = 1'b0;
    for (int k = 0; k < 8; k++) begin
      lo = lo + product(a_lanes_lo_i[8*k +: 8], b_lanes_lo_i[8*k +: 8]);
      hi = hi + product(a_lanes_hi_i[8*k +: 8], b_lanes_hi_i[8*k +: 8]);
    end
    for (int k = 0; k < 16; k++) if (a_live_i[k] && b_live_i[k]) any = 1'b1;
    significand = times(MultiplierW'(a_significand_i), 16'(b_significand_i));
    if (Parts == 1) begin
      assert (dots[DotW-1:0] == DotW'(lo) + DotW'(hi));
      assert (multipliers[MultiplierW-1:0] == significand);
    end else begin
      assert (dots[DotW-1:0] == lo);
      assert (dots[Parts*DotW-1 -: DotW] == hi);
      assert (multipliers[MultiplierW-1:0]
              == times(times(significand, 16'(a_factors_i[2:0])), 16'(b_factors_i[2:0])));
      assert (multipliers[Parts*MultiplierW-1 -: MultiplierW]
              == times(times(significand, 16'(a_factors_i[5:3])), 16'(b_factors_i[5:3])));
    end
    assert (nan == (a_nan_i || b_nan_i));
    if (ZeroProductsLeftOut && !any) assert (32'(exponent) == ZeroExponent);
    else assert (10'(exponent) == 10'(a_exponent_i) + 10'(b_exponent_i));
  end

endmodule
