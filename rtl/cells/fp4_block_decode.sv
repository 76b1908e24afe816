/// Sixteen elements of one operand under their scale record, as lanes and a split scale: element =
/// lane * factor * significand_o * 2^(exponent_o - 3) in units of the set's fraction bits.
///
/// Element k is codes_i[4*k +: 4]; its lane leaves in bits [8*(k%8) +: 8] of lanes_lo_o (k <
/// 8) or lanes_hi_o. The factors of either are 4 to 7 in m2xfp-w, else 1. The
/// significand holds what all sixteen elements have in common: the scale's own 4 bits, times 7 or 6
/// in if4, times what brings a format of few fraction bits to those of the set.
///
/// record_i is the scale record in memory order, the scale byte lowest; place_i counts sixteens of
/// elements from the start of the block.
///
/// Example (Formats=1): format_is_i=1, codes_i=64'h1000_0000_0000_00F7, record_i=8'h3C
///   -> lanes_lo_o=64'hF40C, lanes_hi_o=64'h0100_0000_0000_0000, factors_o=6'o11, significand_o=12,
///   exponent_o=0, nan_o=0; 6.0, -6.0 and 0.5 under a scale of 1.5
module fp4_block_decode #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT, // set, a bit for each format
  localparam int FractionBits = fp4_formats::fraction_bits(Formats), // of elements
  localparam int SignificandW = // bits of significand_o
                                fp4_formats::significand_width(Formats, FractionBits),
  localparam int RecordW      = 8 * fp4_formats::record_bytes(Formats) // bits of a scale record
) (
  input  logic [fp4_pkg::FORMATS-1:0] format_is_i,   // format of the block, one-hot
  input  logic [4:0]                  v1_halves_i,   // first special magnitude
  input  logic [4:0]                  v2_halves_i,   // second special magnitude
  input  logic [63:0]                 codes_i,       // elements, four bits each
  input  logic [RecordW-1:0]          record_i,      // scale record
  input  logic [1:0]                  place_i,       // which sixteen of the block
  output logic [63:0]                 lanes_lo_o,    // lanes of elements 0 to 7
  output logic [63:0]                 lanes_hi_o,    // lanes of elements 8 to 15
  output logic [5:0]                  factors_o,     // of lanes_lo_o in [2:0]
  output logic [SignificandW-1:0]     significand_o, // of all sixteen
  output logic signed [7:0]           exponent_o,    // of the scale
  output logic                        nan_o          // the scale is NaN
);

  logic [8:0]                     bits; // of the scale byte; bit 8: none
  logic [fp4_pkg::CODE_BOOKS-1:0] code_book;
  logic                           other;
  logic [SignificandW-1:0]        multiplier;
  logic                           special_en;
  logic [7:0]                     special;
  logic [63:0]                    table_lo, table_hi;
  logic [3:0]                     significand;
  logic [7:0]                     doublings;

  fp4_sub_blocks #(.Formats(Formats)) u_sub_blocks (
    .format_is_i,
    .record_i,
    .place_i,
    .doublings_o(doublings),
    .factors_o
  );

  fp4_special_select #(.Formats(Formats)) u_special_select (
    .format_is_i,
    .scale_i     (record_i[7:0]),
    .v1_halves_i,
    .v2_halves_i,
    .special_en_o(special_en),
    .special_o   (special)
  );

  fp4_scale_decode #(.Formats(Formats)) u_scale_decode (
    .format_is_i,
    .scale_i      (record_i[7:0]),
    .significand_o(significand),
    .exponent_o,
    .nan_o
  );

  always_comb begin
    bits       = {1'b0, record_i[7:0]};
    code_book  = '0;
    other      = 1'b0;
    multiplier = '0;
    for (int f = 0; f < fp4_pkg::FORMATS; f++) begin
      if (Formats[f] && format_is_i[f]) begin
        other      = bits[fp4_pkg::FORMAT_CODE_BOOK_BITS[4*f +: 4]];
        multiplier = (other ? SignificandW'(fp4_pkg::FORMAT_OTHER_MULTIPLIERS[4*f +: 4])
                            : SignificandW'(fp4_pkg::FORMAT_MULTIPLIERS[4*f +: 4]))
                   << fp4_formats::padding(FractionBits, f);
        code_book  = other
                   ? fp4_pkg::FORMAT_OTHER_CODE_BOOKS[fp4_pkg::CODE_BOOKS*f +: fp4_pkg::CODE_BOOKS]
                   : fp4_pkg::FORMAT_CODE_BOOKS[fp4_pkg::CODE_BOOKS*f +: fp4_pkg::CODE_BOOKS];
      end
    end
  end

  assign significand_o = SignificandW'(significand) * multiplier;

  fp4_lane_table #(.Formats(Formats)) u_lane_table (
    .code_book_i (code_book),
    .special_en_i(special_en),
    .special_i   (special),
    .lo_o        (table_lo),
    .hi_o        (table_hi)
  );

  for (genvar k = 0; k < 8; k++) begin : g_element
    logic [7:0] lane_lo, lane_hi;

    fp4_element_decode u_lo (
      .code_i(codes_i[4*k +: 4]),
      .lo_i  (table_lo),
      .hi_i  (table_hi),
      .lane_o(lane_lo)
    );
    fp4_element_decode u_hi (
      .code_i(codes_i[32 + 4*k +: 4]),
      .lo_i  (table_lo),
      .hi_i  (table_hi),
      .lane_o(lane_hi)
    );
    assign lanes_lo_o[8*k +: 8] = lane_lo << doublings[2*(k/4) +: 2];
    assign lanes_hi_o[8*k +: 8] = lane_hi << doublings[4 + 2*(k/4) +: 2];
  end

endmodule
