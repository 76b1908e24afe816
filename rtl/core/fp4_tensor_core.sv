/// Tensor core: D = A * B^T + C for tiles of Rows x Cols outputs, one or four 16-element blocks per
/// processing element and cycle.
///
/// Operands arrive as beats on k_*: block kb, or four of them, of every row of A and of every row
/// of B (a column of the product), with the scale record that each is under. What a beat of four
/// blocks has beyond K must be zero, elements and records. The format of either side and its
/// special magnitudes travel with the beat and stay the same for a tile; k_last_i closes the tile,
/// k_tag_i of that beat returns with its outputs. With k_use_c_i the tile takes Rows beats of C,
/// row 0 first; without it C is +0 and no beat is taken. D leaves as Rows beats, row 0 first.
///
/// The three streams are independent: a producer must not hold back one until another has moved. C
/// is taken before the first fused step or while D leaves (exact). No ready depends on a valid or
/// on data, but c_ready_o follows d_ready_i in profile exact.
///
/// Stages: 0, a beat as it came; 1, its operands decoded, once per row and column; 2, dots; 3,
/// terms, which exact adds to its sum. Fused steps take four terms; four columns share a unit of
/// four stages more, and, with four blocks per cycle, the processing element in front of it, so
/// that a beat then takes four cycles. A finished tile moves to the drain registers and leaves
/// while the next one is summed. All state but the valid bits and counters is without reset.
///
/// FractionBits and NearestEven are the profile's; with others fused steps keep so many bits, 8 to
/// 48, below the largest exponent of a step, and round so.
///
/// FormatsA and FormatsB are the sets of formats that either side decodes; what is left out leaves
/// no gates.
///
/// Limits: profile exact keeps its sum in 64 bits, exact for K up to 182,416 with any operands
/// (1,217,392 for nvfp4), or in as many bits as MaxK elements need, whatever they are; it takes
/// formats whose products 64 bits can hold. Fused steps take formats whose elements are binary
/// fractions.
module fp4_tensor_core #(
  parameter  int Rows     = 8, // rows of a tile: rows of A
  parameter  int Cols     = 8, // columns of a tile: rows of B
  parameter  int Profile  = fp4_pkg::PROFILE_EXACT, // arithmetic, fp4_pkg::PROFILE_...
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT, // of A: a bit for each
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT, // of B: a bit for each
  parameter  int BlocksPerCycle = 1, // 1 or 4: of a processing element, and of a beat
  parameter  int TagWidth = 32, // bits of the tag that returns with a tile
  parameter  int MaxK     = 0, // longest sum of exact, in elements; 0: what 64 bits hold
  parameter  int FractionBits = fp4_pkg::PROFILE_FRACTION_BITS[32*Profile +: 32], // kept in a step
  parameter  bit NearestEven  = fp4_pkg::PROFILE_NEAREST_EVEN[Profile], // or toward zero
  localparam int RecordAW = 8 * fp4_formats::record_bytes(FormatsA), // bits of a scale record of A
  localparam int RecordBW = 8 * fp4_formats::record_bytes(FormatsB), // bits of a scale record of B
  localparam int CodesW    = 64 * BlocksPerCycle, // bits of elements of a row in a beat
  localparam int RecordsAW = RecordAW * BlocksPerCycle, // of scale records, the scale byte lowest
  localparam int RecordsBW = RecordBW * BlocksPerCycle // the same of B
) (
  input  logic                         clk_i,         // clock
  input  logic                         rst_ni,        // reset, asynchronous, active low

  input  logic                         k_valid_i,     // a beat of operands is offered
  output logic                         k_ready_o,     // it is taken
  input  logic                         k_last_i,      // it closes its tile
  input  logic                         k_use_c_i,     // its tile adds C; the same for its beats
  input  logic [TagWidth-1:0]          k_tag_i,       // of the last beat: comes back as d_tag_o
  input  logic [fp4_pkg::FORMAT_W-1:0] a_format_i,    // fp4_pkg::FORMAT_..., the same for a tile
  input  logic [4:0]                   a_v1_halves_i, // first special magnitude, half-units
  input  logic [4:0]                   a_v2_halves_i, // second special magnitude, half-units
  input  logic [Rows*CodesW-1:0]      a_codes_i,     // element k of row r in [CodesW*r + 4*k +: 4]
  input  logic [Rows*RecordsAW-1:0]      a_scales_i,    // of row r in [RecordsAW*r +: RecordsAW]
  input  logic [fp4_pkg::FORMAT_W-1:0] b_format_i,    // fp4_pkg::FORMAT_..., the same for a tile
  input  logic [4:0]                   b_v1_halves_i, // first special magnitude, half-units
  input  logic [4:0]                   b_v2_halves_i, // second special magnitude, half-units
  input  logic [Cols*CodesW-1:0]      b_codes_i,     // element k of row c in [CodesW*c + 4*k +: 4]
  input  logic [Cols*RecordsBW-1:0]      b_scales_i,    // of row c in [RecordsBW*c +: RecordsBW]

  input  logic                         c_valid_i,     // a row of C is offered
  output logic                         c_ready_o,     // it is taken
  input  logic [Cols*32-1:0]           c_i,           // binary32; column c in [32*c +: 32]

  output logic                         d_valid_o,     // a row of D is offered
  input  logic                         d_ready_i,     // it is taken
  output logic                         d_last_o,      // it is the last of its tile
  output logic [TagWidth-1:0]          d_tag_o,       // the tag of its tile
  output logic [Cols*32-1:0]           d_o            // binary32; column c in [32*c +: 32]
);

  localparam bit Exact      = Profile == fp4_pkg::PROFILE_EXACT;
  localparam bit Sequential = fp4_pkg::PROFILE_SEQUENTIAL[Profile];
  localparam int ZeroExponent = Sequential ? -255 // below all others
                              : fp4_pkg::PROFILE_ZERO_EXPONENTS[32*Profile +: 32];
  localparam int FractionA = fp4_formats::fraction_bits(FormatsA);
  localparam int FractionB = fp4_formats::fraction_bits(FormatsB);
  localparam int SignificandAW = fp4_formats::significand_width(FormatsA, FractionA);
  localparam int SignificandBW = fp4_formats::significand_width(FormatsB, FractionB);
  localparam int TermW = fp4_formats::signed_width(16 * 225
    * fp4_formats::element_magnitude(FormatsA, FractionA)
    * fp4_formats::element_magnitude(FormatsB, FractionB));
  localparam int TermFractionBits = FractionA + FractionB + 6;
  localparam int SumW = MaxK == 0 ? 64 : fp4_formats::sum_width(FormatsA, FormatsB, MaxK);
  localparam int FinishStages = Exact ? 4 : 1;
  // Columns that take turns at processing elements, and how many of those a row has.
  localparam bit Whole    = !Exact && BlocksPerCycle == 4;
  localparam int Turns    = Whole ? 4 : 1;
  localparam int Elements = (Cols + Turns - 1) / Turns;

  if (Rows < 1 || Cols < 1) begin : g_bad_shape
    fp4_error_rows_and_cols_must_be_positive u_bad ();
  end
  if ((BlocksPerCycle != 1 && BlocksPerCycle != 4) || (Sequential && BlocksPerCycle != 1))
  begin : g_bad_blocks
    fp4_error_blocks_per_cycle_must_be_1_or_4_and_1_where_a_step_is_a_block u_bad ();
  end
  if (TagWidth < 1) begin : g_bad_tag
    fp4_error_tag_width_must_be_positive u_bad ();
  end
  if (Profile < 0 || Profile >= fp4_pkg::PROFILES || !fp4_pkg::PROFILE_IN_RTL[Profile])
  begin : g_bad_profile
    fp4_error_unknown_profile u_bad ();
  end
  if (Exact || Sequential ? FractionBits != 0 || !NearestEven
                          : FractionBits < 8 || FractionBits > 48) begin : g_bad_rounding
    fp4_error_fraction_bits_are_8_to_48_of_fused_steps_and_the_profile_s_of_others u_bad ();
  end
  if (MaxK < 0 || (!Exact && MaxK != 0) || SumW > 64) begin : g_bad_k
    fp4_error_max_k_needs_profile_exact_and_at_most_64_bits u_bad ();
  end
  if (((FormatsA | FormatsB)
       & ~fp4_pkg::PROFILE_FORMATS[32*Profile +: 32]) != '0)
  begin : g_bad_formats
    fp4_error_profile_does_not_take_format u_bad ();
  end

  logic                advance, finish, finish_use_c;
  logic [TagWidth-1:0] finish_tag;
  logic [1:0]          group; // stage 0
  logic                load;
  logic                term_valid, term_padding, term_first, term_last, term_use_c; // stage 3
  logic [1:0]          term_group;
  logic [TagWidth-1:0] term_tag;

  // Sixteens of a block less one.
  logic [1:0] k_block;

  if (BlocksPerCycle == 4) begin : g_whole_blocks
    assign k_block = '0;
  end else begin : g_sixteens
    always_comb begin
      k_block = '0;
      for (int f = 0; f < fp4_pkg::FORMATS; f++)
        if (FormatsA[f] && a_format_i == fp4_pkg::FORMAT_W'(f))
          k_block = 2'(fp4_pkg::FORMAT_BLOCKS[8*f +: 8] / 8'd16 - 8'd1);
    end
  end

  fp4_beat_control #(.Steps(!Exact), .Blocks(Sequential || Whole), .TagWidth(TagWidth))
  u_beat_control (
    .clk_i,
    .rst_ni,
    .advance_i(advance),
    .k_valid_i,
    .k_ready_o,
    .k_last_i,
    .k_block_i(k_block),
    .k_use_c_i,
    .k_tag_i,
    .group0_o (group),
    .valid_o  (term_valid),
    .padding_o(term_padding),
    .first_o  (term_first),
    .last_o   (term_last),
    .group_o  (term_group),
    .use_c_o  (term_use_c),
    .tag_o    (term_tag)
  );

  // Columns that take turns at the processing elements need the beat for as many cycles.
  assign load = Whole ? k_ready_o : advance;

  // Stage 0: the beat as it came, decoded once per row and column into the registers of stage 1.
  logic [fp4_pkg::FORMAT_W-1:0] a_format_q, b_format_q;
  logic [fp4_pkg::FORMATS-1:0]  a_format_is, b_format_is;
  logic [4:0]                   a_v1_halves_q, a_v2_halves_q, b_v1_halves_q, b_v2_halves_q;

  always_ff @(posedge clk_i) begin
    if (load) begin
      a_format_q    <= a_format_i;
      a_v1_halves_q <= a_v1_halves_i;
      a_v2_halves_q <= a_v2_halves_i;
      b_format_q    <= b_format_i;
      b_v1_halves_q <= b_v1_halves_i;
      b_v2_halves_q <= b_v2_halves_i;
    end
  end

  fp4_format_select #(.Formats(FormatsA)) u_a_format (
    .format_i   (a_format_q),
    .format_is_o(a_format_is)
  );

  fp4_format_select #(.Formats(FormatsB)) u_b_format (
    .format_i   (b_format_q),
    .format_is_o(b_format_is)
  );

  for (genvar r = 0; r < Rows; r++) begin : g_a
    for (genvar n = 0; n < BlocksPerCycle; n++) begin : g_block
      logic [63:0]              lanes_lo, lanes_hi;
      logic [5:0]               factors;
      logic [SignificandAW-1:0] significand;
      logic signed [7:0]        exponent;
      logic                     nan;
      logic [15:0]              live;

      fp4_operand_edge #(.Formats(FormatsA)) u_edge (
        .clk_i,
        .advance_i    (advance),
        .load_i       (load),
        .codes_i      (a_codes_i[CodesW*r + 64*n +: 64]),
        .records_i    (a_scales_i[RecordsAW*r + RecordAW*n +: RecordAW]),
        .turn_i       (2'd0),
        .format_is_i  (a_format_is),
        .v1_halves_i  (a_v1_halves_q),
        .v2_halves_i  (a_v2_halves_q),
        .place_i      (BlocksPerCycle == 4 ? 2'(n) : group),
        .lanes_lo_o   (lanes_lo),
        .lanes_hi_o   (lanes_hi),
        .factors_o    (factors),
        .significand_o(significand),
        .exponent_o   (exponent),
        .nan_o        (nan),
        .live_o       (live)
      );
    end
  end

  for (genvar e = 0; e < Elements; e++) begin : g_b
    localparam int Columns = Cols - Turns * e < Turns ? Cols - Turns * e : Turns;
    for (genvar n = 0; n < BlocksPerCycle; n++) begin : g_block
      logic [Columns*64-1:0]       codes;
      logic [Columns*RecordBW-1:0] records;
      for (genvar t = 0; t < Columns; t++) begin : g_turn
        assign codes[64*t +: 64] = b_codes_i[CodesW*(Turns*e + t) + 64*n +: 64];
        assign records[RecordBW*t +: RecordBW] =
          b_scales_i[RecordsBW*(Turns*e + t) + RecordBW*n +: RecordBW];
      end

      logic [63:0]              lanes_lo, lanes_hi;
      logic [5:0]               factors;
      logic [SignificandBW-1:0] significand;
      logic signed [7:0]        exponent;
      logic                     nan;
      logic [15:0]              live;

      fp4_operand_edge #(.Formats(FormatsB), .Turns(Columns)) u_edge (
        .clk_i,
        .advance_i    (advance),
        .load_i       (load),
        .codes_i      (codes),
        .records_i    (records),
        .turn_i       (group),
        .format_is_i  (b_format_is),
        .v1_halves_i  (b_v1_halves_q),
        .v2_halves_i  (b_v2_halves_q),
        .place_i      (BlocksPerCycle == 4 ? 2'(n) : group),
        .lanes_lo_o   (lanes_lo),
        .lanes_hi_o   (lanes_hi),
        .factors_o    (factors),
        .significand_o(significand),
        .exponent_o   (exponent),
        .nan_o        (nan),
        .live_o       (live)
      );
    end
  end

  // Stages 1 and 2: dots and terms.
  for (genvar r = 0; r < Rows; r++) begin : g_term
    for (genvar e = 0; e < Elements; e++) begin : g_element
      logic [BlocksPerCycle*TermW-1:0] terms;
      logic [BlocksPerCycle*9-1:0]     exponents;
      logic [BlocksPerCycle-1:0]       nan;

      for (genvar n = 0; n < BlocksPerCycle; n++) begin : g_block
        fp4_processing_element #(
          .FormatsA           (FormatsA),
          .FormatsB           (FormatsB),
          .ZeroProductsLeftOut(fp4_pkg::PROFILE_LEAVES_OUT_ZERO_PRODUCTS[Profile]),
          .ZeroExponent       (ZeroExponent),
          .TermW              (TermW)
        ) u_element (
          .clk_i,
          .advance_i      (advance),
          .a_lanes_lo_i   (g_a[r].g_block[n].lanes_lo),
          .a_lanes_hi_i   (g_a[r].g_block[n].lanes_hi),
          .a_factors_i    (g_a[r].g_block[n].factors),
          .a_significand_i(g_a[r].g_block[n].significand),
          .a_exponent_i   (g_a[r].g_block[n].exponent),
          .a_nan_i        (g_a[r].g_block[n].nan),
          .a_live_i       (g_a[r].g_block[n].live),
          .b_lanes_lo_i   (g_b[e].g_block[n].lanes_lo),
          .b_lanes_hi_i   (g_b[e].g_block[n].lanes_hi),
          .b_factors_i    (g_b[e].g_block[n].factors),
          .b_significand_i(g_b[e].g_block[n].significand),
          .b_exponent_i   (g_b[e].g_block[n].exponent),
          .b_nan_i        (g_b[e].g_block[n].nan),
          .b_live_i       (g_b[e].g_block[n].live),
          .term_o         (terms[TermW*n +: TermW]),
          .exponent_o     (exponents[9*n +: 9]),
          .nan_o          (nan[n])
        );
      end
    end
  end

  // The rows of a finished tile on their way out.
  logic                    drain_busy, drain_move, drain_take, drain_use_c;
  logic [FinishStages-1:0] drain_valid;
  logic                    drain_c_ready;
  logic [Cols*32-1:0]      d_row, d_q;

  fp4_drain_control #(.Rows(Rows), .TakesC(Exact), .Stages(FinishStages), .TagWidth(TagWidth))
  u_drain_control (
    .clk_i,
    .rst_ni,
    .start_i  (finish),
    .use_c_i  (finish_use_c),
    .tag_i    (finish_tag),
    .busy_o   (drain_busy),
    .move_o   (drain_move),
    .take_o   (drain_take),
    .use_c_o  (drain_use_c),
    .valid_o  (drain_valid),
    .c_valid_i,
    .c_ready_o(drain_c_ready),
    .d_valid_o,
    .d_ready_i,
    .d_last_o,
    .d_tag_o
  );

  always_ff @(posedge clk_i) begin
    if (drain_move && drain_valid[FinishStages-1]) d_q <= d_row;
  end

  assign d_o = d_q;

  // Below, rows are built from the last one on, so that each shifts in the one behind it.
  if (Exact) begin : g_exact
    assign advance      = !(term_valid && term_last && drain_busy);
    assign finish       = term_valid && term_last && advance;
    assign finish_use_c = term_use_c;
    assign finish_tag   = term_tag;
    assign c_ready_o    = drain_c_ready;

    for (genvar i = 0; i < Rows; i++) begin : g_row
      for (genvar c = 0; c < Cols; c++) begin : g_col
        logic signed [SumW-1:0] behind_q20, sum_q20;
        logic                   behind_nan, nan;
        if (i == 0) begin : g_last
          assign behind_q20 = '0;
          assign behind_nan = 1'b0;
        end else begin : g_inner
          assign behind_q20 = g_row[i-1].g_col[c].sum_q20;
          assign behind_nan = g_row[i-1].g_col[c].nan;
        end
        fp4_accumulate_exact #(
          .Blocks          (BlocksPerCycle),
          .TermW           (TermW),
          .TermFractionBits(TermFractionBits),
          .SumW            (SumW)
        ) u_accumulate (
          .clk_i,
          .advance_i      (advance),
          .first_i        (term_first),
          .add_i          (term_valid),
          .finish_i       (finish),
          .shift_i        (drain_take),
          .terms_i        (g_term[Rows-1-i].g_element[c].terms),
          .exponents_i    (g_term[Rows-1-i].g_element[c].exponents),
          .nan_i          (g_term[Rows-1-i].g_element[c].nan),
          .drain_sum_q20_i(behind_q20),
          .drain_nan_i    (behind_nan),
          .drain_sum_q20_o(sum_q20),
          .drain_nan_o    (nan)
        );
      end
    end

    for (genvar c = 0; c < Cols; c++) begin : g_finish
      logic [31:0] d;
      fp4_exact_finish #(.SumW(SumW)) u_finish (
        .clk_i,
        .move_i   (drain_move),
        .valid_i  (drain_valid[2:0]),
        .sum_q20_i(g_row[Rows-1].g_col[c].sum_q20),
        .nan_i    (g_row[Rows-1].g_col[c].nan),
        .c_i      (drain_use_c ? c_i[32*c +: 32] : 32'd0),
        .d_o      (d)
      );
      assign d_row[32*c +: 32] = d;
    end
  end else begin : g_fused
    localparam int W = TermW + 10; // a term with its exponent and NaN

    logic       unit_advance, c_full, c_take, c_release, from_c, from_d, write_last;
    logic [2:0] unit_valid;
    logic [3:0] arrives, write; // by columns
    logic [3:0] column_is;

    fp4_step_control #(.Columns(Cols < 4 ? Cols : 4), .Whole(Whole), .TagWidth(TagWidth))
    u_step_control (
      .clk_i,
      .rst_ni,
      .valid_i       (term_valid),
      .first_i       (term_first),
      .last_i        (term_last),
      .group_i       (term_group),
      .use_c_i       (term_use_c),
      .tag_i         (term_tag),
      .c_full_i      (c_full),
      .drain_busy_i  (drain_busy),
      .advance_o     (advance),
      .arrives_o     (arrives),
      .unit_advance_o(unit_advance),
      .unit_valid_o  (unit_valid),
      .column_is_o   (column_is),
      .from_c_o      (from_c),
      .from_d_o      (from_d),
      .write_o       (write),
      .write_last_o  (write_last),
      .c_release_o   (c_release),
      .finish_o      (finish),
      .use_c_o       (finish_use_c),
      .tag_o         (finish_tag)
    );

    fp4_c_staging #(.Rows(Rows)) u_c_staging (
      .clk_i,
      .rst_ni,
      .c_valid_i,
      .c_ready_o,
      .take_o   (c_take),
      .full_o   (c_full),
      .release_i(c_release)
    );

    for (genvar i = 0; i < Rows; i++) begin : g_row
      for (genvar c = 0; c < Cols; c++) begin : g_col
        logic [31:0] behind, drain, c_behind, c_here, d_here;
        if (!Whole) begin : g_gathered
          logic [W-1:0] term, term0, term1, term2, term3;
          // An empty block: zero under zero scales.
          assign term = term_padding
                      ? {1'b0, 9'(2 * fp4_pkg::ZERO_SCALE_EXPONENT), TermW'(0)}
                      : {g_term[Rows-1-i].g_element[c].nan, g_term[Rows-1-i].g_element[c].exponents,
                         g_term[Rows-1-i].g_element[c].terms};
          fp4_step_gather #(.W(W), .Delay(c % 4)) u_gather (
            .clk_i,
            .advance_i(advance),
            .arrives_i(arrives[c % 4]),
            .term_i   (term),
            .term0_o  (term0),
            .term1_o  (term1),
            .term2_o  (term2),
            .term3_o  (term3)
          );
        end
        if (i == 0) begin : g_last
          assign behind   = '0;
          assign c_behind = c_i[32*c +: 32];
        end else begin : g_inner
          assign behind   = g_row[i-1].g_col[c].drain;
          assign c_behind = g_row[i-1].g_col[c].c_here;
        end
        fp4_fused_output u_output (
          .clk_i,
          .take_c_i(c_take),
          .c_i     (c_behind),
          .c_o     (c_here),
          .write_i (write[c % 4]),
          .last_i  (write_last),
          .d_i     (g_unit[c / 4].d),
          .d_o     (d_here),
          .shift_i (drain_take),
          .drain_i (behind),
          .drain_o (drain)
        );
      end

      for (genvar u = 0; u < (Cols + 3) / 4; u++) begin : g_unit
        // Its columns; where there are fewer than four, others are never asked for.
        localparam int C0 = 4 * u;
        localparam int C1 = C0 + 1 < Cols ? C0 + 1 : C0;
        localparam int C2 = C0 + 2 < Cols ? C0 + 2 : C0;
        localparam int C3 = C0 + 3 < Cols ? C0 + 3 : C0;
        logic [4*W-1:0] terms;
        logic [31:0]    c_here, d_here, d;
        always_comb begin
          unique case (1'b1)
            column_is[0]: {c_here, d_here} = {g_col[C0].c_here, g_col[C0].d_here};
            column_is[1]: {c_here, d_here} = {g_col[C1].c_here, g_col[C1].d_here};
            column_is[2]: {c_here, d_here} = {g_col[C2].c_here, g_col[C2].d_here};
            column_is[3]: {c_here, d_here} = {g_col[C3].c_here, g_col[C3].d_here};
            default: {c_here, d_here} = '0;
          endcase
        end
        if (Whole) begin : g_whole
          for (genvar n = 0; n < 4; n++) begin : g_block
            assign terms[W*n +: W] = {g_term[Rows-1-i].g_element[u].nan[n],
                                      g_term[Rows-1-i].g_element[u].exponents[9*n +: 9],
                                      g_term[Rows-1-i].g_element[u].terms[TermW*n +: TermW]};
          end
        end else begin : g_gathered
          logic [4*W-1:0] terms0, terms1, terms2, terms3; // of its columns
          assign terms0 = {g_col[C0].g_gathered.term3, g_col[C0].g_gathered.term2,
                           g_col[C0].g_gathered.term1, g_col[C0].g_gathered.term0};
          assign terms1 = {g_col[C1].g_gathered.term3, g_col[C1].g_gathered.term2,
                           g_col[C1].g_gathered.term1, g_col[C1].g_gathered.term0};
          assign terms2 = {g_col[C2].g_gathered.term3, g_col[C2].g_gathered.term2,
                           g_col[C2].g_gathered.term1, g_col[C2].g_gathered.term0};
          assign terms3 = {g_col[C3].g_gathered.term3, g_col[C3].g_gathered.term2,
                           g_col[C3].g_gathered.term1, g_col[C3].g_gathered.term0};
          always_comb begin
            unique case (1'b1)
              column_is[0]: terms = terms0;
              column_is[1]: terms = terms1;
              column_is[2]: terms = terms2;
              column_is[3]: terms = terms3;
              default: terms = '0;
            endcase
          end
        end
        fp4_fused_unit #(
          .TermW           (TermW),
          .TermFractionBits(TermFractionBits),
          .FractionBits    (Sequential ? TermFractionBits + 28 : FractionBits),
          .ZeroExponent    (ZeroExponent),
          .NearestEven     (NearestEven),
          .Sequential      (Sequential)
        ) u_unit (
          .clk_i,
          .advance_i(unit_advance),
          .valid_i  (unit_valid),
          .term0_i  (terms[W*0 +: W]),
          .term1_i  (terms[W*1 +: W]),
          .term2_i  (terms[W*2 +: W]),
          .term3_i  (terms[W*3 +: W]),
          .c_i      (from_c ? c_here : from_d ? d_here : 32'd0),
          .d_o      (d)
        );
      end
    end

    for (genvar c = 0; c < Cols; c++) begin : g_out
      assign d_row[32*c +: 32] = g_row[Rows-1].g_col[c].drain;
    end
  end

endmodule
