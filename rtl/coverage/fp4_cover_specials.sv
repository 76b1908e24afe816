/// Special values of one operand as its beats are taken: the code that stands for one is there,
/// under a scale that is neither zero nor NaN, with every magnitude and sign, as V1 and, where the
/// format chooses, as V2.
module fp4_cover_specials #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT,
  parameter  int          Vectors = 8,
  localparam int          RecordW = 8 * fp4_formats::record_bytes(Formats)
) (
  input logic                         clk_i,
  input logic                         taken_i,
  input logic [fp4_pkg::FORMAT_W-1:0] format_i,
  input logic [4:0]                   v1_halves_i,
  input logic [4:0]                   v2_halves_i,
  input logic [64*Vectors-1:0]        codes_i,
  input logic [RecordW*Vectors-1:0]   scales_i
);

  logic [6:0] scale_class [Vectors];

  for (genvar v = 0; v < Vectors; v++) begin : g_vector
    fp4_cover_scale_class u_class (
      .format_i,
      .scale_i(scales_i[RecordW*v +: 8]),
      .class_o(scale_class[v])
    );
  end

  logic       present, negative, second;
  logic [8:0] bits; // of the scale byte; bit 8: none
  logic [3:0] seen; // V1, negative V1, V2, negative V2

  always_comb begin
    {seen, bits, present, negative, second} = '0;
    for (int v = 0; v < Vectors; v++) begin
      bits     = {1'b0, scales_i[RecordW*v +: 8]};
      negative = bits[fp4_pkg::FORMAT_SIGN_BITS[4*format_i +: 4]];
      second   = bits[fp4_pkg::FORMAT_SELECT_BITS[4*format_i +: 4]];
      present  = 1'b0;
      for (int k = 0; k < 16; k++)
        if (codes_i[64*v + 4*k +: 4] == fp4_pkg::SENTINEL) present = 1'b1;
      if (present && scale_class[v][1:0] == '0) seen[{second, negative}] = 1'b1;
    end
  end

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    if (Formats[f] && fp4_pkg::FORMAT_HAS_SPECIALS[f]) begin : g_in
      for (genvar m = 0; m < 32; m++) begin : g_halves
        v1_positive: cover property (@(posedge clk_i)
          taken_i && format_i == f && v1_halves_i == m && seen[0]);
        v1_negative: cover property (@(posedge clk_i)
          taken_i && format_i == f && v1_halves_i == m && seen[1]);
        if (fp4_pkg::FORMAT_SELECT_BITS[4*f +: 4] != 4'd8) begin : g_second
          v2_positive: cover property (@(posedge clk_i)
            taken_i && format_i == f && v2_halves_i == m && seen[2]);
          v2_negative: cover property (@(posedge clk_i)
            taken_i && format_i == f && v2_halves_i == m && seen[3]);
        end
      end
    end
  end

endmodule
