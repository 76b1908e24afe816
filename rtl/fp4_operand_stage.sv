/// The edge of the array for one row of A or B: a block as it came (stage 0), then decoded (stage
/// 1).
module fp4_operand_stage (
  input  logic              clk_i,
  input  logic              advance_i,
  input  logic [63:0]       codes_i,
  input  logic [7:0]        scale_i,
  input  fp4_pkg::format_e  format_i,      // of the block in stage 0, like the special magnitudes
  input  logic [4:0]        v1_halves_i,
  input  logic [4:0]        v2_halves_i,
  output logic [47:0]       halves_lo_o,
  output logic [47:0]       halves_hi_o,
  output logic [3:0]        significand_o,
  output logic signed [7:0] exponent_o,
  output logic              nan_o,
  output logic [15:0]       live_o         // elements that are not zero, all 0 under a zero scale
);

  logic [63:0]       codes_q;
  logic [7:0]        scale_q;
  logic [47:0]       halves_lo, halves_hi;
  logic [3:0]        significand;
  logic signed [7:0] exponent;
  logic              nan;
  logic [15:0]       live;

  fp4_block_decode u_decode (
    .format_i,
    .v1_halves_i,
    .v2_halves_i,
    .codes_i      (codes_q),
    .scale_i      (scale_q),
    .halves_lo_o  (halves_lo),
    .halves_hi_o  (halves_hi),
    .significand_o(significand),
    .exponent_o   (exponent),
    .nan_o        (nan)
  );

  for (genvar k = 0; k < 8; k++) begin : g_live
    assign live[k]     = halves_lo[6*k +: 6] != '0 && significand != '0;
    assign live[8 + k] = halves_hi[6*k +: 6] != '0 && significand != '0;
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      codes_q       <= codes_i;
      scale_q       <= scale_i;
      halves_lo_o   <= halves_lo;
      halves_hi_o   <= halves_hi;
      significand_o <= significand;
      exponent_o    <= exponent;
      nan_o         <= nan;
      live_o        <= live;
    end
  end

endmodule
