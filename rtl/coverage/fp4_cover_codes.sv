/// Element codes of one operand as its beats are taken: every code of every format of the set under
/// a NaN, a zero, a subnormal and a normal scale, as far as the scale type has them.
module fp4_cover_codes #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT,
  parameter  int          Vectors = 8,
  localparam int          RecordW = 8 * fp4_formats::record_bytes(Formats)
) (
  input logic                         clk_i,
  input logic                         taken_i, // a beat is, with what all ports below hold
  input logic [fp4_pkg::FORMAT_W-1:0] format_i,
  input logic [64*Vectors-1:0]        codes_i,
  input logic [RecordW*Vectors-1:0]   scales_i
);

  // Codes present under scales of each kind.
  logic [15:0] under_nan, under_zero, under_subnormal, under_normal;
  logic [15:0] in_vector [Vectors];
  logic [6:0]  scale_class [Vectors];

  for (genvar v = 0; v < Vectors; v++) begin : g_vector
    fp4_cover_scale_class u_class (
      .format_i,
      .scale_i(scales_i[RecordW*v +: 8]),
      .class_o(scale_class[v])
    );
    always_comb begin
      in_vector[v] = '0;
      for (int k = 0; k < 16; k++) in_vector[v][codes_i[64*v + 4*k +: 4]] = 1'b1;
    end
  end

  always_comb begin
    {under_nan, under_zero, under_subnormal, under_normal} = '0;
    for (int v = 0; v < Vectors; v++) begin
      if (scale_class[v][0]) under_nan = under_nan | in_vector[v];
      if (scale_class[v][1]) under_zero = under_zero | in_vector[v];
      if (scale_class[v][3:2] != '0) under_subnormal = under_subnormal | in_vector[v];
      if (scale_class[v][6:4] != '0) under_normal = under_normal | in_vector[v];
    end
  end

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    localparam int ScaleType = 32'(fp4_pkg::FORMAT_SCALES[4*f +: 4]);
    for (genvar c = 0; c < 16; c++) begin : g_code
      if (Formats[f]) begin : g_in
        under_normal_scale: cover property (@(posedge clk_i)
          taken_i && format_i == f && under_normal[c]);
        if (fp4_pkg::SCALE_SUBNORMALS[ScaleType]) begin : g_subnormals
          under_zero_scale: cover property (@(posedge clk_i)
            taken_i && format_i == f && under_zero[c]);
          under_subnormal_scale: cover property (@(posedge clk_i)
            taken_i && format_i == f && under_subnormal[c]);
        end
        if (fp4_pkg::SCALE_NAN_PAYLOADS[9*ScaleType +: 9] != 9'd256) begin : g_nan
          under_nan_scale: cover property (@(posedge clk_i)
            taken_i && format_i == f && under_nan[c]);
        end
      end
    end
  end

endmodule
