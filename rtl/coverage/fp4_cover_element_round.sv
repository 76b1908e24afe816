/// Elements of the quantizer: values at, just below and just above every boundary of codes, and of
/// the special value, in either sign and format; what the special value saves; values that no
/// boundary decides.
module fp4_cover_element_round #(
  parameter logic [31:0] Formats = '0
) (
  input logic              clk_i,
  input logic              valid3_i,       // there is a block in stage 3, and it moves
  input logic signed [9:0] shift_i,        // of stage 3, as fp4_quarter_steps has it
  input logic              valid_i,        // the same of stage 4, as all below
  input logic              razer_i,
  input logic              negative_i,
  input logic              forced_i,       // NaN or an infinity
  input logic              scale_zero_i,
  input logic [8:0]        position_i,     // as fp4_element_round has them
  input logic              more_i,
  input logic [3:0]        significand_i,
  input logic              in_window_i,
  input logic [4:0]        gain_i
);

  // The boundaries, multiples of the scale's significand.
  localparam logic [44:0] Codes  = {5'd22, 5'd18, 5'd20, 5'd14, 5'd10, 5'd7, 5'd5, 5'd3, 5'd1};
  localparam int          Window = 7; // the first one of the special value

  logic counts;
  assign counts = valid_i && !forced_i && !scale_zero_i;

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    localparam bit Razer = f == fp4_pkg::FORMAT_RAZER_A;
    if (Formats[f]) begin : g_in
      for (genvar s = 0; s < 2; s++) begin : g_negative
        logic here;
        assign here = counts && razer_i == Razer && negative_i == s;
        for (genvar b = 0; b < (Razer ? 9 : Window); b++) begin : g_boundary
          logic [8:0] boundary;
          assign boundary = 9'(significand_i) * 9'(Codes[5*b +: 5]);
          at: cover property (@(posedge clk_i) here && position_i == boundary && !more_i);
          above: cover property (@(posedge clk_i) here && position_i == boundary && more_i);
          below: cover property (@(posedge clk_i) here && position_i == boundary - 1'b1);
        end
        zero: cover property (@(posedge clk_i) here && position_i == '0 && !more_i);
        nearly_zero: cover property (@(posedge clk_i) here && position_i == '0 && more_i);
        beyond: cover property (@(posedge clk_i) here && position_i == '1);
        forced: cover property (@(posedge clk_i)
          valid_i && forced_i && razer_i == Razer && negative_i == s);
        if (Razer) begin : g_special
          for (genvar g = 0; g <= 30; g++) begin : g_gain
            saves: cover property (@(posedge clk_i) here && in_window_i && gain_i == 5'(g));
          end
        end else begin : g_zero_scale
          under_zero_scale: cover property (@(posedge clk_i)
            valid_i && scale_zero_i && !forced_i && negative_i == s
            && (position_i != '0 || more_i));
        end
      end
    end
  end

  for (genvar s = 1; s < 16; s++) begin : g_significand
    seen: cover property (@(posedge clk_i) counts && significand_i == s);
  end

  for (genvar n = 0; n < 16; n++) begin : g_places
    seen: cover property (@(posedge clk_i) valid3_i && shift_i == n);
  end
  no_places: cover property (@(posedge clk_i) valid3_i && shift_i < 10'sd0);
  many_places: cover property (@(posedge clk_i) valid3_i && shift_i > 10'sd15);

endmodule
