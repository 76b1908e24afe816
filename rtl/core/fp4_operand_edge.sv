/// The edge of the array for one row of A or B: a block as it came (stage 0), then decoded (stage
/// 1). Rows that take turns are loaded together and decoded one after another.
module fp4_operand_edge #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT, // set, a bit for each format
  parameter  int Turns        = 1, // rows that take turns, 1 to 4
  localparam int SignificandW = fp4_formats::significand_width( // bits of a significand
                                 Formats, fp4_formats::fraction_bits(Formats)),
  localparam int RecordW      = 8 * fp4_formats::record_bytes(Formats) // bits of a scale record
) (
  input  logic                        clk_i,         // clock
  input  logic                        advance_i,     // the stages move
  input  logic                        load_i,        // a block comes for every row
  input  logic [Turns*64-1:0]         codes_i,       // elements of row n in [64*n +: 64]
  input  logic [Turns*RecordW-1:0]    records_i,     // scale records, the same way
  input  logic [1:0]                  turn_i,        // the row that is decoded
  input  logic [fp4_pkg::FORMATS-1:0] format_is_i,   // of the block in stage 0, as the next three
  input  logic [4:0]                  v1_halves_i,   // first special magnitude
  input  logic [4:0]                  v2_halves_i,   // second special magnitude
  input  logic [1:0]                  place_i,       // which sixteen of its block
  output logic [63:0]                 lanes_lo_o,    // stage 1: lanes of elements 0 to 7
  output logic [63:0]                 lanes_hi_o,    // lanes of elements 8 to 15
  output logic [5:0]                  factors_o,     // factors of either eight
  output logic [SignificandW-1:0]     significand_o, // of the scale
  output logic signed [7:0]           exponent_o,    // of the scale
  output logic                        nan_o,         // the scale is NaN
  output logic [15:0]                 live_o         // elements whose value is not zero
);

  if (Turns < 1 || Turns > 4) begin : g_bad_turns
    fp4_error_turns_must_be_1_to_4 u_bad ();
  end

  logic [Turns*64-1:0]      codes_q;
  logic [Turns*RecordW-1:0] records_q;
  logic [63:0]              codes;
  logic [RecordW-1:0]       record;
  logic [63:0]             lanes_lo_d, lanes_lo_q, lanes_hi_d, lanes_hi_q;
  logic [5:0]              factors_d, factors_q;
  logic [SignificandW-1:0] significand_d, significand_q;
  logic signed [7:0]       exponent_d, exponent_q;
  logic                    nan_d, nan_q;
  logic [15:0]             live_d, live_q;

  always_comb begin
    codes  = '0;
    record = '0;
    for (int n = 0; n < Turns; n++) begin
      codes  = codes | (codes_q[64*n +: 64] & {64{Turns == 1 || turn_i == 2'(n)}});
      record = record | (records_q[RecordW*n +: RecordW]
                         & {RecordW{Turns == 1 || turn_i == 2'(n)}});
    end
  end

  fp4_block_decode #(.Formats(Formats)) u_decode (
    .format_is_i,
    .v1_halves_i,
    .v2_halves_i,
    .codes_i      (codes),
    .record_i     (record),
    .place_i,
    .lanes_lo_o   (lanes_lo_d),
    .lanes_hi_o   (lanes_hi_d),
    .factors_o    (factors_d),
    .significand_o(significand_d),
    .exponent_o   (exponent_d),
    .nan_o        (nan_d)
  );

  for (genvar k = 0; k < 8; k++) begin : g_live
    assign live_d[k]     = lanes_lo_d[8*k +: 8] != '0 && significand_d != '0;
    assign live_d[8 + k] = lanes_hi_d[8*k +: 8] != '0 && significand_d != '0;
  end

  always_ff @(posedge clk_i) begin
    if (load_i) begin
      codes_q   <= codes_i;
      records_q <= records_i;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      lanes_lo_q    <= lanes_lo_d;
      lanes_hi_q    <= lanes_hi_d;
      factors_q     <= factors_d;
      significand_q <= significand_d;
      exponent_q    <= exponent_d;
      nan_q         <= nan_d;
      live_q        <= live_d;
    end
  end

  assign lanes_lo_o    = lanes_lo_q;
  assign lanes_hi_o    = lanes_hi_q;
  assign factors_o     = factors_q;
  assign significand_o = significand_q;
  assign exponent_o    = exponent_q;
  assign nan_o         = nan_q;
  assign live_o        = live_q;

endmodule
