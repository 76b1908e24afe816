/// Tensor core: D = A * B^T + C for tiles of Rows x Cols outputs, one 16-element block per output
/// and cycle.
///
/// Operands arrive as beats on k_*: block kb of every row of A and of every row of B (a column of
/// the product), with the scale record of the block that it is in. The format of either side and
/// its special magnitudes travel with the beat and stay the same for a tile; k_last_i closes the
/// tile, k_tag_i of that beat returns with its outputs. With k_use_c_i the tile takes Rows beats of C, row 0 first;
/// without it C is +0 and no beat is taken. D leaves as Rows beats, row 0 first.
///
/// The three streams are independent: a producer must not hold back one until another has moved. C
/// is taken before the first fused step or while D leaves (exact). No ready depends
/// on a valid or on data, but c_ready_o follows d_ready_i in profile exact.
///
/// Stage 0 holds a beat as it came and decodes it, once per row and column; stage 1 forms block
/// terms; stage 2 accumulates. A finished tile moves to the drain registers and leaves while the
/// next one is summed. All state but the valid bits and counters is without reset.
///
/// FormatsA and FormatsB are the sets of formats that either side decodes; what is left out leaves
/// no gates.
///
/// Limits: profile exact keeps its sum in 64 bits, exact for K up to 182,416 with any operands
/// (1,217,392 for nvfp4), and takes formats whose products such a sum can hold. Fused steps take
/// formats whose elements are binary fractions.
module fp4_tensor_core #(
  parameter  int Rows     = 8,
  parameter  int Cols     = 8,
  parameter  int Profile  = fp4_pkg::PROFILE_EXACT,
  parameter  logic [31:0] FormatsA = fp4_pkg::FORMATS_DEFAULT,
  parameter  logic [31:0] FormatsB = fp4_pkg::FORMATS_DEFAULT,
  parameter  int TagWidth = 32,
  localparam int RecordAW = 8 * fp4_formats::record_bytes(FormatsA),
  localparam int RecordBW = 8 * fp4_formats::record_bytes(FormatsB)
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,

  input  logic                         k_valid_i,
  output logic                         k_ready_o,
  input  logic                         k_last_i,
  input  logic                         k_use_c_i,
  input  logic [TagWidth-1:0]          k_tag_i,
  input  logic [fp4_pkg::FORMAT_W-1:0] a_format_i,
  input  logic [4:0]                   a_v1_halves_i,
  input  logic [4:0]                   a_v2_halves_i,
  input  logic [Rows*64-1:0]           a_codes_i,
  input  logic [Rows*RecordAW-1:0]     a_scales_i,
  input  logic [fp4_pkg::FORMAT_W-1:0] b_format_i,
  input  logic [4:0]                   b_v1_halves_i,
  input  logic [4:0]                   b_v2_halves_i,
  input  logic [Cols*64-1:0]           b_codes_i,
  input  logic [Cols*RecordBW-1:0]     b_scales_i,

  input  logic                         c_valid_i,
  output logic                         c_ready_o,
  input  logic [Cols*32-1:0]           c_i,

  output logic                         d_valid_o,
  input  logic                         d_ready_i,
  output logic                         d_last_o,
  output logic [TagWidth-1:0]          d_tag_o,
  output logic [Cols*32-1:0]           d_o
);

  localparam int RowW = $clog2(Rows + 1);
  localparam bit Exact = Profile == fp4_pkg::PROFILE_EXACT;
  localparam int ZeroExponent = fp4_pkg::PROFILE_ZERO_EXPONENTS[32*Profile +: 32];
  localparam int LaneAW = fp4_formats::lane_width(FormatsA);
  localparam int LaneBW = fp4_formats::lane_width(FormatsB);
  localparam int FractionA = fp4_formats::fraction_bits(FormatsA);
  localparam int FractionB = fp4_formats::fraction_bits(FormatsB);
  localparam int SignificandAW = fp4_formats::significand_width(FormatsA, FractionA);
  localparam int SignificandBW = fp4_formats::significand_width(FormatsB, FractionB);
  localparam int TermW = fp4_formats::signed_width(16 * 225
    * fp4_formats::element_magnitude(FormatsA, FractionA)
    * fp4_formats::element_magnitude(FormatsB, FractionB));
  localparam int TermFractionBits = FractionA + FractionB + 6;

  if (Rows < 1 || Cols < 1) begin : g_bad_shape
    fp4_error_rows_and_cols_must_be_positive u_bad ();
  end
  if (Profile < 0 || Profile >= fp4_pkg::PROFILES || !fp4_pkg::PROFILE_IN_RTL[Profile])
  begin : g_bad_profile
    fp4_error_unknown_profile u_bad ();
  end
  if (((FormatsA | FormatsB)
       & ~fp4_pkg::PROFILE_FORMATS[32*Profile +: 32]) != '0)
  begin : g_bad_formats
    fp4_error_profile_does_not_take_format u_bad ();
  end

  // Control: one beat per stage, and the stall that holds all of them.
  logic                s0_valid_q, s0_last_q, s0_use_c_q;
  logic                s1_valid_q, s1_last_q, s1_use_c_q;
  logic                s2_valid_q, s2_last_q, s2_use_c_q;
  logic [1:0]          s2_group_q;
  logic [TagWidth-1:0] s0_tag_q, s1_tag_q, s2_tag_q;
  logic                s2_step, s2_first_step_q;
  logic                advance, finish, drain_busy, c_full, wait_for_c;
  logic                add;

  assign s2_step    = s2_last_q || s2_group_q == 2'(fp4_pkg::STEP_BLOCKS - 1);
  assign wait_for_c = !Exact && s2_first_step_q && s2_use_c_q && !c_full;
  assign advance    = !(s2_valid_q && ((s2_last_q && drain_busy) || wait_for_c));
  assign add        = s2_valid_q && advance;
  assign finish     = add && s2_last_q;
  assign k_ready_o  = advance;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      s0_valid_q      <= 1'b0;
      s1_valid_q      <= 1'b0;
      s2_valid_q      <= 1'b0;
      s2_first_step_q <= 1'b1;
      s2_group_q      <= '0;
    end else if (advance) begin
      s0_valid_q <= k_valid_i;
      s1_valid_q <= s0_valid_q;
      s2_valid_q <= s1_valid_q;
      if (s2_valid_q) begin // what the next beat in stage 2 will be to its tile
        s2_group_q <= s2_step ? '0 : s2_group_q + 2'd1;
        if (s2_step) s2_first_step_q <= s2_last_q;
      end
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance) begin
      s0_last_q  <= k_last_i;
      s0_use_c_q <= k_use_c_i;
      s0_tag_q   <= k_tag_i;
      s1_last_q  <= s0_last_q;
      s1_use_c_q <= s0_use_c_q;
      s1_tag_q   <= s0_tag_q;
      s2_last_q  <= s1_last_q;
      s2_use_c_q <= s1_use_c_q;
      s2_tag_q   <= s1_tag_q;
    end
  end

  // Stage 0: the beat as it came, decoded once per row and column into the registers of stage 1.
  logic [fp4_pkg::FORMAT_W-1:0] a_format_q, b_format_q;
  logic [fp4_pkg::FORMATS-1:0]  a_format_is, b_format_is;
  logic [4:0]                   a_v1_halves_q, a_v2_halves_q, b_v1_halves_q, b_v2_halves_q;
  logic [1:0]                   place_q, next_place_q; // of sixteen elements in their block

  always_ff @(posedge clk_i) begin
    if (advance) begin
      a_format_q    <= a_format_i;
      a_v1_halves_q <= a_v1_halves_i;
      a_v2_halves_q <= a_v2_halves_i;
      b_format_q    <= b_format_i;
      b_v1_halves_q <= b_v1_halves_i;
      b_v2_halves_q <= b_v2_halves_i;
      place_q       <= next_place_q;
    end
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      next_place_q <= '0;
    end else if (advance && k_valid_i) begin
      next_place_q <= k_last_i ? '0 : next_place_q + 2'd1;
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
    logic [8*LaneAW-1:0]      lanes_lo, lanes_hi;
    logic [5:0]               factors;
    logic [SignificandAW-1:0] significand;
    logic signed [7:0]        exponent;
    logic                     nan;
    logic [15:0]              live;

    fp4_operand_edge #(.Formats(FormatsA)) u_edge (
      .clk_i,
      .advance_i    (advance),
      .codes_i      (a_codes_i[64*r +: 64]),
      .record_i     (a_scales_i[RecordAW*r +: RecordAW]),
      .format_is_i  (a_format_is),
      .v1_halves_i  (a_v1_halves_q),
      .v2_halves_i  (a_v2_halves_q),
      .place_i      (place_q),
      .lanes_lo_o   (lanes_lo),
      .lanes_hi_o   (lanes_hi),
      .factors_o    (factors),
      .significand_o(significand),
      .exponent_o   (exponent),
      .nan_o        (nan),
      .live_o       (live)
    );
  end

  for (genvar c = 0; c < Cols; c++) begin : g_b
    logic [8*LaneBW-1:0]      lanes_lo, lanes_hi;
    logic [5:0]               factors;
    logic [SignificandBW-1:0] significand;
    logic signed [7:0]        exponent;
    logic                     nan;
    logic [15:0]              live;

    fp4_operand_edge #(.Formats(FormatsB)) u_edge (
      .clk_i,
      .advance_i    (advance),
      .codes_i      (b_codes_i[64*c +: 64]),
      .record_i     (b_scales_i[RecordBW*c +: RecordBW]),
      .format_is_i  (b_format_is),
      .v1_halves_i  (b_v1_halves_q),
      .v2_halves_i  (b_v2_halves_q),
      .place_i      (place_q),
      .lanes_lo_o   (lanes_lo),
      .lanes_hi_o   (lanes_hi),
      .factors_o    (factors),
      .significand_o(significand),
      .exponent_o   (exponent),
      .nan_o        (nan),
      .live_o       (live)
    );
  end

  // Stage 1: the block term of every output, into the registers of stage 2.
  for (genvar r = 0; r < Rows; r++) begin : g_term
    for (genvar c = 0; c < Cols; c++) begin : g_col
      logic signed [TermW-1:0] term_d, term_q;
      logic signed [8:0]       exponent_d, exponent_q;
      logic                    nan_d, nan_q;

      fp4_block_term #(
        .FormatsA           (FormatsA),
        .FormatsB           (FormatsB),
        .ZeroProductsLeftOut(fp4_pkg::PROFILE_LEAVES_OUT_ZERO_PRODUCTS[Profile]),
        .ZeroExponent       (ZeroExponent)
      ) u_block_term (
        .a_lanes_lo_i   (g_a[r].lanes_lo),
        .a_lanes_hi_i   (g_a[r].lanes_hi),
        .a_factors_i    (g_a[r].factors),
        .a_significand_i(g_a[r].significand),
        .a_exponent_i   (g_a[r].exponent),
        .a_nan_i        (g_a[r].nan),
        .a_live_i       (g_a[r].live),
        .b_lanes_lo_i   (g_b[c].lanes_lo),
        .b_lanes_hi_i   (g_b[c].lanes_hi),
        .b_factors_i    (g_b[c].factors),
        .b_significand_i(g_b[c].significand),
        .b_exponent_i   (g_b[c].exponent),
        .b_nan_i        (g_b[c].nan),
        .b_live_i       (g_b[c].live),
        .term_o         (term_d),
        .exponent_o     (exponent_d),
        .nan_o          (nan_d)
      );

      always_ff @(posedge clk_i) begin
        if (advance) begin
          term_q     <= term_d;
          exponent_q <= exponent_d;
          nan_q      <= nan_d;
        end
      end
    end
  end

  // Drain: the rows of a finished tile move up through the array's drain registers to row 0 and
  // leave there.
  logic                drain_active_q, drain_use_c_q;
  logic [RowW-1:0]     drain_left_q;
  logic [TagWidth-1:0] drain_tag_q;
  logic                d_free, drain_take;
  logic [Cols*32-1:0]  d_row;

  assign drain_busy = drain_active_q;
  assign d_free     = !d_valid_o || d_ready_i;
  assign drain_take = drain_active_q && d_free && (!Exact || !drain_use_c_q || c_valid_i);

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      drain_active_q <= 1'b0;
      d_valid_o      <= 1'b0;
    end else begin
      if (finish) begin
        drain_active_q <= 1'b1;
      end else if (drain_take && drain_left_q == RowW'(1)) begin
        drain_active_q <= 1'b0;
      end
      if (d_free) d_valid_o <= drain_take;
    end
  end

  always_ff @(posedge clk_i) begin
    if (finish) begin
      drain_left_q  <= RowW'(Rows);
      drain_use_c_q <= s2_use_c_q;
      drain_tag_q   <= s2_tag_q;
    end else if (drain_take) begin
      drain_left_q  <= drain_left_q - RowW'(1);
    end
    if (drain_take) begin
      d_o      <= d_row;
      d_tag_o  <= drain_tag_q;
      d_last_o <= drain_left_q == RowW'(1);
    end
  end

  if (Exact) begin : g_exact
    assign c_full    = 1'b1;
    assign c_ready_o = drain_active_q && drain_use_c_q && d_free;

    // Rows are built from the last one on, so that each shifts in the one behind it.
    for (genvar i = 0; i < Rows; i++) begin : g_row
      for (genvar c = 0; c < Cols; c++) begin : g_col
        logic signed [63:0] behind_q20, sum_q20;
        logic               behind_nan, nan;
        if (i == 0) begin : g_last
          assign behind_q20 = '0;
          assign behind_nan = 1'b0;
        end else begin : g_inner
          assign behind_q20 = g_row[i-1].g_col[c].sum_q20;
          assign behind_nan = g_row[i-1].g_col[c].nan;
        end
        fp4_accumulate_exact #(
          .TermW           (TermW),
          .TermFractionBits(TermFractionBits)
        ) u_accumulate (
          .clk_i,
          .advance_i      (advance),
          .first_i        (s2_first_step_q && s2_group_q == '0),
          .add_i          (s2_valid_q),
          .finish_i       (finish),
          .shift_i        (drain_take),
          .term_i         (g_term[Rows-1-i].g_col[c].term_q),
          .exponent_i     (g_term[Rows-1-i].g_col[c].exponent_q),
          .nan_i          (g_term[Rows-1-i].g_col[c].nan_q),
          .drain_sum_q20_i(behind_q20),
          .drain_nan_i    (behind_nan),
          .drain_sum_q20_o(sum_q20),
          .drain_nan_o    (nan)
        );
      end
    end

    for (genvar c = 0; c < Cols; c++) begin : g_finish
      logic [31:0] c_value, d_value;
      assign c_value = drain_use_c_q ? c_i[32*c +: 32] : '0;
      fp4_exact_finish u_finish (
        .en_i     (drain_active_q),
        .sum_q20_i(g_row[Rows-1].g_col[c].sum_q20),
        .nan_i    (g_row[Rows-1].g_col[c].nan),
        .c_i      (c_value),
        .d_o      (d_value)
      );
      assign d_row[32*c +: 32] = d_value;
    end
  end else begin : g_fused
    // C rows enter at the last row's registers and move up until row 0 is in place.
    logic [RowW-1:0] c_left_q;
    logic            c_take, c_release;

    assign c_full    = c_left_q == '0;
    assign c_ready_o = !c_full;
    assign c_take    = c_valid_i && c_ready_o;
    assign c_release = add && s2_step && s2_first_step_q && s2_use_c_q;

    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) begin
        c_left_q <= RowW'(Rows);
      end else if (c_release) begin
        c_left_q <= RowW'(Rows);
      end else if (c_take) begin
        c_left_q <= c_left_q - RowW'(1);
      end
    end

    for (genvar i = 0; i < Rows; i++) begin : g_row
      for (genvar c = 0; c < Cols; c++) begin : g_col
        logic [31:0] behind, drain, c_behind, c_q;
        if (i == 0) begin : g_last
          assign behind   = '0;
          assign c_behind = c_i[32*c +: 32];
        end else begin : g_inner
          assign behind   = g_row[i-1].g_col[c].drain;
          assign c_behind = g_row[i-1].g_col[c].c_q;
        end
        always_ff @(posedge clk_i) begin
          if (c_take) c_q <= c_behind;
        end
        fp4_accumulate_fused #(
          .TermW           (TermW),
          .TermFractionBits(TermFractionBits),
          .FractionBits    (fp4_pkg::PROFILE_FRACTION_BITS[32*Profile +: 32]),
          .ZeroExponent    (ZeroExponent),
          .NearestEven     (fp4_pkg::PROFILE_NEAREST_EVEN[Profile])
        ) u_accumulate (
          .clk_i,
          .advance_i      (advance),
          .add_i          (s2_valid_q),
          .group_i        (s2_group_q),
          .step_i         (s2_step),
          .first_step_i   (s2_first_step_q),
          .finish_i       (finish),
          .shift_i        (drain_take),
          .term_i         (g_term[Rows-1-i].g_col[c].term_q),
          .exponent_i     (g_term[Rows-1-i].g_col[c].exponent_q),
          .nan_i          (g_term[Rows-1-i].g_col[c].nan_q),
          .c_i            (s2_use_c_q ? c_q : 32'd0),
          .drain_i        (behind),
          .drain_o        (drain)
        );
      end
    end

    for (genvar c = 0; c < Cols; c++) begin : g_out
      assign d_row[32*c +: 32] = g_row[Rows-1].g_col[c].drain;
    end
  end

endmodule
