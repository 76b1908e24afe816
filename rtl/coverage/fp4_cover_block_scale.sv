/// Block scales of the quantizer: every payload of either format, and products at, just below and
/// just above every value where the payload changes.
module fp4_cover_block_scale #(
  parameter logic [31:0] Formats = '0
) (
  input logic               clk_i,
  input logic               valid_i,
  input logic               razer_i,
  input logic [6:0]         leading_i, // as fp4_block_scale has them
  input logic               sticky_i,
  input logic signed [10:0] exponent_i,
  input logic [6:0]         payload_i  // after RaZeR's smallest scale
);

  // The value of a payload in steps of 2^-9.
  function automatic int steps(input int payload);
    steps = payload < 8 ? payload : (8 + payload % 8) << (payload / 8 - 1);
  endfunction

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    localparam bit Razer = f == fp4_pkg::FORMAT_RAZER_A;
    if (Formats[f]) begin : g_in
      // A RaZeR block has no scale of zero.
      for (genvar p = Razer ? 1 : 0; p < 127; p++) begin : g_payload
        seen: cover property (@(posedge clk_i)
          valid_i && razer_i == Razer && payload_i == 7'(p));
      end
    end
  end

  for (genvar p = 0; p < 126; p++) begin : g_payload
    // Six times the value halfway to the next one, which has seven significant bits.
    localparam int Boundary = 3 * (steps(p) + steps(p + 1));
    localparam int Exponent = $clog2(Boundary + 1) - 1;
    localparam int Leading  = (Boundary << 6) >> Exponent;
    logic here;
    assign here = valid_i && exponent_i == 11'(Exponent - 9);
    at_half: cover property (@(posedge clk_i) here && leading_i == 7'(Leading) && !sticky_i);
    above_half: cover property (@(posedge clk_i) here && leading_i == 7'(Leading) && sticky_i);
    if (Leading > 64) begin : g_same_exponent
      below_half: cover property (@(posedge clk_i) here && leading_i == 7'(Leading - 1));
    end
  end

  // 448 is the largest scale, 2688 six times that, 2784 where the next one would begin.
  zero: cover property (@(posedge clk_i) valid_i && leading_i == '0);
  vanishes: cover property (@(posedge clk_i)
    valid_i && leading_i != '0 && exponent_i < -11'sd8);
  largest: cover property (@(posedge clk_i)
    valid_i && exponent_i == 11'sd11 && leading_i == 7'd84 && !sticky_i);
  held_by_leading: cover property (@(posedge clk_i)
    valid_i && exponent_i == 11'sd11 && leading_i >= 7'd87);
  held_by_exponent: cover property (@(posedge clk_i) valid_i && exponent_i > 11'sd11);

endmodule
