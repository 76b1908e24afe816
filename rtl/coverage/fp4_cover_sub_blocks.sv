/// What scale records of one operand say of parts of their blocks, as beats are taken: doublings of
/// every four elements (hif4) and the factor of every eight (m2xfp-w), in each sixteen of a block.
module fp4_cover_sub_blocks #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT,
  parameter  int          Vectors = 8,
  localparam int          RecordW = 8 * fp4_formats::record_bytes(Formats)
) (
  input logic                         clk_i,
  input logic                         rst_ni,
  input logic                         taken_i,
  input logic                         last_i, // the beat closes its tile
  input logic [fp4_pkg::FORMAT_W-1:0] format_i,
  input logic [RecordW*Vectors-1:0]   scales_i
);

  localparam logic [31:0] Doublings = Formats & fp4_pkg::FORMAT_DOUBLINGS;
  localparam logic [31:0] Quarters  = Formats & fp4_pkg::FORMAT_QUARTERS;

  logic [1:0] place_q; // of the beat in its block, in sixteens

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) place_q <= '0;
    else if (taken_i) place_q <= last_i ? '0 : place_q + 2'd1;
  end

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    for (genvar p = 0; p < 4; p++) begin : g_sixteen
      if (Doublings[f]) begin : g_doublings
        for (genvar n = 0; n < 4; n++) begin : g_four
          logic [3:0] seen; // of its eight doubled, of its own, in a set of four values
          always_comb begin
            seen = '0;
            for (int v = 0; v < Vectors; v++)
              seen[{scales_i[RecordW*v + 8 + 7 - (2*p + n/2)],
                    scales_i[RecordW*v + 16 + 8*(p/2) + 7 - (4*(p%2) + n)]}] = 1'b1;
          end
          plain: cover property (@(posedge clk_i)
            taken_i && format_i == f && place_q == p && seen[0]);
          doubled_alone: cover property (@(posedge clk_i)
            taken_i && format_i == f && place_q == p && seen[1]);
          doubled_with_its_eight: cover property (@(posedge clk_i)
            taken_i && format_i == f && place_q == p && seen[2]);
          doubled_twice: cover property (@(posedge clk_i)
            taken_i && format_i == f && place_q == p && seen[3]);
        end
      end else if (Quarters[f] && p < 2) begin : g_quarters
        for (genvar n = 0; n < 2; n++) begin : g_eight
          logic [3:0] seen;
          always_comb begin
            seen = '0;
            for (int v = 0; v < Vectors; v++)
              seen[scales_i[RecordW*v + 8 + 4*p + 2*n +: 2]] = 1'b1;
          end
          for (genvar m = 0; m < 4; m++) begin : g_quarters_more
            seen_factor: cover property (@(posedge clk_i)
              taken_i && format_i == f && 32'(place_q[0]) == p && seen[m]);
          end
        end
      end
    end
  end

endmodule
