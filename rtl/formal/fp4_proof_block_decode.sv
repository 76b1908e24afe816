/// fp4_block_decode of a set of formats, holding a block of one of them, is golden's decoder: every
/// lane, the significand, the exponent, NaN. What the code book multiplies golden's lanes by is in
/// the cell's significand.
module fp4_proof_block_decode #(
  parameter  int          Format  = 0,
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT,
  localparam int FractionBits = fp4_formats::fraction_bits(Formats),
  localparam int SignificandW = fp4_formats::significand_width(Formats, FractionBits),
  localparam int RecordW      = 8 * fp4_formats::record_bytes(Formats)
) (
  input logic [63:0] codes_i,
  input logic [31:0] record_i,
  input logic [1:0]  place_i,
  input logic [4:0]  v1_halves_i,
  input logic [4:0]  v2_halves_i
);

  localparam int Padding = fp4_formats::padding(FractionBits, Format);

  logic [fp4_pkg::FORMATS-1:0] format_is;
  logic [63:0]         lanes_lo, lanes_hi;
  logic [5:0]              factors;
  logic [SignificandW-1:0] significand;
  logic signed [7:0]       exponent;
  logic                    nan;

  fp4_format_select #(.Formats(Formats)) u_format (
    .format_i   (fp4_pkg::FORMAT_W'(Format)),
    .format_is_o(format_is)
  );

  fp4_block_decode #(.Formats(Formats)) u_decode (
    .format_is_i  (format_is),
    .v1_halves_i,
    .v2_halves_i,
    .codes_i,
    .record_i     (record_i[RecordW-1:0]),
    .place_i,
    .lanes_lo_o   (lanes_lo),
    .lanes_hi_o   (lanes_hi),
    .factors_o    (factors),
    .significand_o(significand),
    .exponent_o   (exponent),
    .nan_o        (nan)
  );

  logic [3:0]        true_significand;
  logic signed [8:0] true_exponent;
  logic              true_nan;

  fp4_truth_scale #(.Format(Format)) u_scale (
    .scale_i      (record_i[7:0]),
    .significand_o(true_significand),
    .exponent_o   (true_exponent),
    .nan_o        (true_nan)
  );

  logic [8:0] bits; // of the scale byte; bit 8: none
  logic [3:0] multiplier;

  assign bits       = {1'b0, record_i[7:0]};
  assign multiplier = bits[fp4_pkg::FORMAT_CODE_BOOK_BITS[4*Format +: 4]]
                    ? fp4_pkg::FORMAT_OTHER_MULTIPLIERS[4*Format +: 4]
                    : fp4_pkg::FORMAT_MULTIPLIERS[4*Format +: 4];

  always_comb begin
    assume (32'(place_i) < 32'(fp4_pkg::FORMAT_BLOCKS[8*Format +: 8]) / 16);
    assert (9'(exponent) == true_exponent);
    assert (nan == true_nan);
    assert (16'(significand) == (16'(true_significand) * 16'(multiplier)) << Padding);
  end

  for (genvar k = 0; k < 16; k++) begin : g_element
    logic signed [7:0] lane;
    logic [2:0]              factor;
    logic signed [7:0]       true_lane;

    assign lane   = $signed(k < 8 ? lanes_lo[8*(k%8) +: 8] : lanes_hi[8*(k%8) +: 8]);
    assign factor = factors[3*(k/8) +: 3];

    fp4_truth_lane #(.Format(Format)) u_lane (
      .record_i,
      .place_i    ({place_i, 4'(k)}),
      .code_i     (codes_i[4*k +: 4]),
      .v1_halves_i,
      .v2_halves_i,
      .lane_o     (true_lane)
    );

    always_comb
      assert (12'(true_lane) == 12'(lane) * $signed({9'd0, factor}) * $signed({8'd0, multiplier}));
  end

endmodule
