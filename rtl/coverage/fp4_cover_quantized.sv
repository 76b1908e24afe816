/// Blocks as they leave the quantizer: every code of either format under every class of scale, the
/// special value in either sign, and formats after each other.
module fp4_cover_quantized #(
  parameter logic [31:0] Formats = '0
) (
  input logic        clk_i,
  input logic        rst_ni,
  input logic        advance_i,
  input logic        razer_i,  // of the block in the stage before
  input logic        taken_i,
  input logic [63:0] codes_i,
  input logic [7:0]  scale_i
);

  logic        razer_q, before_q, taken_q; // before_q: of the block that was taken last
  logic [4:0]  kind; // smallest subnormal, other subnormal, smallest normal, other normal, largest
  logic [15:0] seen;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) taken_q <= 1'b0;
    else if (taken_i) taken_q <= 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) razer_q <= razer_i;
    if (taken_i) before_q <= razer_q;
  end

  always_comb begin
    kind = {scale_i[6:0] == 7'h7E, scale_i[6:0] > 7'h08 && scale_i[6:0] < 7'h7E,
            scale_i[6:0] == 7'h08, scale_i[6:0] > 7'h01 && scale_i[6:0] < 7'h08,
            scale_i[6:0] == 7'h01};
    seen = '0;
    for (int k = 0; k < 16; k++) seen[codes_i[4*k +: 4]] = 1'b1;
  end

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    localparam bit Razer = f == fp4_pkg::FORMAT_RAZER_A;
    if (Formats[f]) begin : g_in
      for (genvar c = 0; c < 16; c++) begin : g_code
        logic here;
        assign here = taken_i && razer_q == Razer && seen[c];
        smallest_subnormal_scale: cover property (@(posedge clk_i) here && kind[0]);
        subnormal_scale: cover property (@(posedge clk_i) here && kind[1]);
        smallest_normal_scale: cover property (@(posedge clk_i) here && kind[2]);
        normal_scale: cover property (@(posedge clk_i) here && kind[3]);
        largest_scale: cover property (@(posedge clk_i) here && kind[4]);
        // Zeros of either sign, and a NaN.
        if (!Razer && (c % 8 == 0 || c == 7)) begin : g_zero_scale
          zero_scale: cover property (@(posedge clk_i) here && scale_i == '0);
        end
      end
      for (genvar g = 0; g < fp4_pkg::FORMATS; g++) begin : g_after_format
        if (Formats[g]) begin : g_in
          seen: cover property (@(posedge clk_i) taken_i && taken_q && razer_q == Razer
            && before_q == (g == fp4_pkg::FORMAT_RAZER_A));
        end
      end
      if (Razer) begin : g_special
        for (genvar s = 0; s < 2; s++) begin : g_negative
          used: cover property (@(posedge clk_i)
            taken_i && razer_q && scale_i[7] == s && seen[fp4_pkg::SENTINEL]);
        end
        // Without an element that it saves something at, the special value is negative.
        unused: cover property (@(posedge clk_i)
          taken_i && razer_q && !seen[fp4_pkg::SENTINEL]);
      end
    end
  end

endmodule
