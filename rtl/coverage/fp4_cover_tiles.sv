/// Tiles as their beats are taken: lengths, whether they use C, in pairs of neighbors, and every
/// pair of formats that have blocks of one length.
module fp4_cover_tiles #(
  parameter logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT
) (
  input logic                         clk_i,
  input logic                         rst_ni,
  input logic                         taken_i,
  input logic                         last_i,
  input logic                         use_c_i,
  input logic [fp4_pkg::FORMAT_W-1:0] a_format_i,
  input logic [fp4_pkg::FORMAT_W-1:0] b_format_i
);

  logic [3:0] beats_q;               // before this one, up to 15
  logic       tile_q, tile_use_c_q;  // there was a tile before this one; it used C

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      beats_q      <= '0;
      tile_q       <= 1'b0;
      tile_use_c_q <= 1'b0;
    end else if (taken_i) begin
      beats_q <= last_i ? '0 : beats_q == '1 ? beats_q : beats_q + 4'd1;
      if (last_i) begin
        tile_q       <= 1'b1;
        tile_use_c_q <= use_c_i;
      end
    end
  end

  for (genvar n = 0; n < 8; n++) begin : g_beats
    with_c: cover property (@(posedge clk_i)
      taken_i && last_i && use_c_i && 32'(beats_q) == n);
    without_c: cover property (@(posedge clk_i)
      taken_i && last_i && !use_c_i && 32'(beats_q) == n);
  end

  c_after_c: cover property (@(posedge clk_i)
    taken_i && last_i && use_c_i && tile_q && tile_use_c_q);
  c_after_none: cover property (@(posedge clk_i)
    taken_i && last_i && use_c_i && tile_q && !tile_use_c_q);
  none_after_c: cover property (@(posedge clk_i)
    taken_i && last_i && !use_c_i && tile_q && tile_use_c_q);
  none_after_none: cover property (@(posedge clk_i)
    taken_i && last_i && !use_c_i && tile_q && !tile_use_c_q);

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_a_format
    for (genvar g = 0; g < fp4_pkg::FORMATS; g++) begin : g_b_format
      if (FormatsA[f] && FormatsB[g]
          && fp4_pkg::FORMAT_BLOCKS[8*f +: 8] == fp4_pkg::FORMAT_BLOCKS[8*g +: 8])
      begin : g_in
        multiplied: cover property (@(posedge clk_i)
          taken_i && 32'(a_format_i) == f && 32'(b_format_i) == g);
      end
    end
  end

endmodule
