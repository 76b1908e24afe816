/// Dot product of eight pairs of lanes, exact: in half-units of both sides it is in quarter-units.
///
/// Of a lane only the bits count that its formats need; those above repeat the sign. Products and
/// sums all have the width of the result, which none can leave. Exact widths at each level would
/// synthesize about a tenth smaller (yosys, generic cells) and simulate a third slower.
///
/// Example (FormatsA=1, FormatsB=1): a_lanes_i=64'hF40C, b_lanes_i=64'h0C02 -> dot_o=-120
/// Example (FormatsA=1, FormatsB=1): a_lanes_i={8{8'h0C}}, b_lanes_i={8{8'hF4}} -> dot_o=-1152
module fp4_dot8 #(
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT, // set of formats of A
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT, // set of formats of B
  localparam int DotW = fp4_formats::signed_width(8 * fp4_formats::lane_magnitude(FormatsA) // bits
                                                                                            // of
                                                                                            // the
                                                                                            // sum
                                                    * fp4_formats::lane_magnitude(FormatsB))
) (
  input  logic [63:0]            a_lanes_i, // eight lanes of A
  input  logic [63:0]            b_lanes_i, // eight lanes of B
  output logic signed [DotW-1:0] dot_o      // sum of products
);

  if (FormatsA == '0 || FormatsB == '0
      || ((FormatsA | FormatsB) & ~fp4_pkg::FORMAT_IN_RTL) != '0) begin : g_bad_formats
    fp4_error_format_not_in_rtl u_bad ();
  end

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
