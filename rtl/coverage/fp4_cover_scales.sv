/// Scale bytes of one operand as its beats are taken: every class of scale of every format of the
/// set, under each value of the bits above the payload: the sign of a special value, the choice
/// between two, the code book, or ignored.
module fp4_cover_scales #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT,
  parameter  int          Vectors = 8,
  localparam int          RecordW = 8 * fp4_formats::record_bytes(Formats)
) (
  input logic                         clk_i,
  input logic                         taken_i,
  input logic [fp4_pkg::FORMAT_W-1:0] format_i,
  input logic [RecordW*Vectors-1:0]   scales_i
);

  logic [6:0] scale_class [Vectors];
  logic [3:0] selectors [7]; // by class, those present; a set of values 0 to 3

  for (genvar v = 0; v < Vectors; v++) begin : g_vector
    fp4_cover_scale_class u_class (
      .format_i,
      .scale_i(scales_i[RecordW*v +: 8]),
      .class_o(scale_class[v])
    );
  end

  logic [3:0] scale_type, payload_bits;
  logic [1:0] selector;

  always_comb begin
    scale_type   = fp4_pkg::FORMAT_SCALES[4*format_i +: 4];
    payload_bits = fp4_pkg::SCALE_EXPONENT_BITS[4*scale_type +: 4]
                 + fp4_pkg::SCALE_FRACTION_BITS[4*scale_type +: 4];
    selector     = '0;
    for (int n = 0; n < 7; n++) begin
      selectors[n] = '0;
      for (int v = 0; v < Vectors; v++) begin
        selector = 2'(scales_i[RecordW*v +: 8] >> payload_bits);
        if (scale_class[v][n]) selectors[n][selector] = 1'b1;
      end
    end
  end

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    if (Formats[f]) begin : g_in
      localparam int ScaleType = 32'(fp4_pkg::FORMAT_SCALES[4*f +: 4]);
      localparam int Bits = 32'(fp4_pkg::SCALE_EXPONENT_BITS[4*ScaleType +: 4])
                          + 32'(fp4_pkg::SCALE_FRACTION_BITS[4*ScaleType +: 4]);
      for (genvar s = 0; s < 256 >> Bits; s++) begin : g_selector
        smallest_normal: cover property (@(posedge clk_i)
          taken_i && format_i == f && selectors[4][s]);
        normal: cover property (@(posedge clk_i) taken_i && format_i == f && selectors[5][s]);
        largest: cover property (@(posedge clk_i) taken_i && format_i == f && selectors[6][s]);
        if (fp4_pkg::SCALE_SUBNORMALS[ScaleType]) begin : g_subnormals
          zero: cover property (@(posedge clk_i) taken_i && format_i == f && selectors[1][s]);
          smallest_subnormal: cover property (@(posedge clk_i)
            taken_i && format_i == f && selectors[2][s]);
          subnormal: cover property (@(posedge clk_i)
            taken_i && format_i == f && selectors[3][s]);
        end
        if (fp4_pkg::SCALE_NAN_PAYLOADS[9*ScaleType +: 9] != 9'd256) begin : g_nan
          nan: cover property (@(posedge clk_i) taken_i && format_i == f && selectors[0][s]);
        end
      end
    end
  end

endmodule
