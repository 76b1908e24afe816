/// fp4_block_dot on lanes as narrow as those of the formats, which in an array its decoders see to.
module fp4_syn_block_dot #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT,
  localparam int LaneAW        = fp4_formats::lane_magnitude(FormatsA) < 16 ? 5 : 6,
  localparam int LaneBW        = fp4_formats::lane_magnitude(FormatsB) < 16 ? 5 : 6,
  localparam int SignificandAW = fp4_formats::significand_width(
                                  FormatsA, fp4_formats::fraction_bits(FormatsA)),
  localparam int SignificandBW = fp4_formats::significand_width(
                                  FormatsB, fp4_formats::fraction_bits(FormatsB)),
  localparam int Parts         = fp4_formats::parts(FormatsA, FormatsB),
  localparam int DotW          = fp4_formats::dot_width(FormatsA, FormatsB),
  localparam int MultiplierW   = fp4_formats::multiplier_width(
                                  FormatsA, FormatsB, SignificandAW, SignificandBW)
) (
  input  logic [16*LaneAW-1:0]         a_lanes_i,
  input  logic [5:0]                   a_factors_i,
  input  logic [SignificandAW-1:0]     a_significand_i,
  input  logic signed [7:0]            a_exponent_i,
  input  logic                         a_nan_i,
  input  logic [15:0]                  a_live_i,
  input  logic [16*LaneBW-1:0]         b_lanes_i,
  input  logic [5:0]                   b_factors_i,
  input  logic [SignificandBW-1:0]     b_significand_i,
  input  logic signed [7:0]            b_exponent_i,
  input  logic                         b_nan_i,
  input  logic [15:0]                  b_live_i,
  output logic [Parts*DotW-1:0]        dots_o,
  output logic [Parts*MultiplierW-1:0] multipliers_o,
  output logic signed [8:0]            exponent_o,
  output logic                         nan_o
);

  logic [127:0] a_lanes, b_lanes;

  for (genvar k = 0; k < 16; k++) begin : g_lane
    assign a_lanes[8*k +: 8] = {{(8 - LaneAW) {a_lanes_i[LaneAW*k + LaneAW - 1]}},
                                a_lanes_i[LaneAW*k +: LaneAW]};
    assign b_lanes[8*k +: 8] = {{(8 - LaneBW) {b_lanes_i[LaneBW*k + LaneBW - 1]}},
                                b_lanes_i[LaneBW*k +: LaneBW]};
  end

  fp4_block_dot #(.FormatsA(FormatsA), .FormatsB(FormatsB)) u_dot (
    .a_lanes_lo_i(a_lanes[63:0]),
    .a_lanes_hi_i(a_lanes[127:64]),
    .a_factors_i,
    .a_significand_i,
    .a_exponent_i,
    .a_nan_i,
    .a_live_i,
    .b_lanes_lo_i(b_lanes[63:0]),
    .b_lanes_hi_i(b_lanes[127:64]),
    .b_factors_i,
    .b_significand_i,
    .b_exponent_i,
    .b_nan_i,
    .b_live_i,
    .dots_o,
    .multipliers_o,
    .exponent_o,
    .nan_o
  );

endmodule
