/// Dot product of eight pairs of lanes, exact: in half-units of both sides it is in quarter-units.
///
/// Of a lane only the bits count that its formats need; those above repeat the sign. Products and
/// sums all have the width of the result, which none can leave. Exact widths at each level would
/// synthesize about a tenth smaller (yosys, generic cells) and simulate a third slower.
module fp4_dot8 #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT,
  localparam int DotW = fp4_formats::signed_width(8 * fp4_formats::lane_magnitude(FormatsA)
                                                    * fp4_formats::lane_magnitude(FormatsB))
) (
  input  logic [63:0]            a_lanes_i,
  input  logic [63:0]            b_lanes_i,
  output logic signed [DotW-1:0] dot_o
);

  localparam int LaneAW = fp4_formats::lane_width(FormatsA);
  localparam int LaneBW = fp4_formats::lane_width(FormatsB);

  for (genvar k = 0; k < 8; k++) begin : g_product
    logic signed [DotW-1:0] product;
    assign product = $signed(a_lanes_i[8*k +: LaneAW]) * $signed(b_lanes_i[8*k +: LaneBW]);
  end

  for (genvar k = 0; k < 4; k++) begin : g_sum2
    logic signed [DotW-1:0] sum;
    assign sum = g_product[2*k].product + g_product[2*k+1].product;
  end

  for (genvar k = 0; k < 2; k++) begin : g_sum4
    logic signed [DotW-1:0] sum;
    assign sum = g_sum2[2*k].sum + g_sum2[2*k+1].sum;
  end

  assign dot_o = g_sum4[0].sum + g_sum4[1].sum;

endmodule
