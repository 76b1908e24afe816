/// fp4_tensor_core and its checkers under random beats and stalls, in spells of 256 cycles that
/// differ in length of tiles, use of C and pace of either side; between spells all tiles leave.
/// What is not offered is unknown.
module fp4_checkers_bench #(
  parameter int Profile = fp4_pkg::PROFILE_EXACT,
  parameter int Rows    = 2,
  parameter int Cols    = 2,
  parameter int Spells  = 16
);

  localparam logic [31:0] Formats = 32'd1;
  localparam int TagWidth = 5;
  localparam int FormatW  = 2 * fp4_pkg::FORMAT_W + 20;
  localparam int AW       = Rows * 72;
  localparam int OperandW = AW + Cols * 72;

  logic                clk = 1'b0;
  logic                rst_n = 1'b0;
  logic                k_valid, k_ready, k_last, k_use_c, c_valid, c_ready;
  logic                d_valid, d_ready, d_last;
  logic [TagWidth-1:0] k_tag, d_tag;
  logic [FormatW-1:0]  formats;
  logic [OperandW-1:0] operands;
  logic [Cols*32-1:0]  c, d;

  always #5 clk = !clk;

  fp4_tensor_core #(
    .Rows(Rows), .Cols(Cols), .Profile(Profile), .FormatsA(Formats), .FormatsB(Formats),
    .TagWidth(TagWidth)
  ) u_core (
    .clk_i        (clk),
    .rst_ni       (rst_n),
    .k_valid_i    (k_valid),
    .k_ready_o    (k_ready),
    .k_last_i     (k_last),
    .k_use_c_i    (k_use_c),
    .k_tag_i      (k_tag),
    .a_format_i   (formats[3:0]),
    .a_v1_halves_i(formats[12:8]),
    .a_v2_halves_i(formats[17:13]),
    .a_codes_i    (operands[Rows*64-1:0]),
    .a_scales_i   (operands[AW-1:Rows*64]),
    .b_format_i   (formats[7:4]),
    .b_v1_halves_i(formats[22:18]),
    .b_v2_halves_i(formats[27:23]),
    .b_codes_i    (operands[AW +: Cols*64]),
    .b_scales_i   (operands[OperandW-1 -: Cols*8]),
    .c_valid_i    (c_valid),
    .c_ready_o    (c_ready),
    .c_i          (c),
    .d_valid_o    (d_valid),
    .d_ready_i    (d_ready),
    .d_last_o     (d_last),
    .d_tag_o      (d_tag),
    .d_o          (d)
  );

  fp4_check_tensor_core #(
    .Rows(Rows), .Cols(Cols), .Exact(Profile == fp4_pkg::PROFILE_EXACT),
    .Blocks(fp4_pkg::PROFILE_SEQUENTIAL[Profile]), .OperandW(OperandW), .FormatW(FormatW), .TagWidth(TagWidth)
  ) u_check (
    .clk_i     (clk),
    .rst_ni    (rst_n),
    .k_valid_i (k_valid),
    .k_ready_i (k_ready),
    .k_last_i  (k_last),
    .k_use_c_i (k_use_c),
    .k_tag_i   (k_tag),
    .k_block_i (2'd0),
    .formats_i (formats),
    .operands_i(operands),
    .c_valid_i (c_valid),
    .c_ready_i (c_ready),
    .c_i       (c),
    .d_valid_i (d_valid),
    .d_ready_i (d_ready),
    .d_last_i  (d_last),
    .d_tag_i   (d_tag),
    .d_i       (d)
  );

  // What is to come, and the paces of a spell, in 1/4.
  integer              cycle, beats_left, longest, shortest, c_rows_left, tiles_out;
  logic                use_c, open;
  logic [TagWidth-1:0] tag;
  logic [FormatW-1:0]  tile_formats;
  integer              k_pace, c_pace, d_pace, c_share;

  task choose_spell;
    k_pace   = ($urandom % 2 != 0) ? 4 : 1 + $urandom % 4;
    c_pace   = ($urandom % 2 != 0) ? 4 : 1 + $urandom % 4;
    d_pace   = ($urandom % 2 != 0) ? 4 : 1 + $urandom % 4;
    c_share  = ($urandom % 2 != 0) ? 0 : 1 + $urandom % 4;
    shortest = ($urandom % 2 != 0) ? 1 : (Rows + Cols + 3) / 4 * 4;
    longest  = shortest + $urandom % 12;
  endtask

  task choose_tile;
    beats_left   = shortest + $urandom % (longest - shortest + 1);
    use_c        = $urandom % 4 < c_share;
    tag          = $urandom;
    tile_formats = {$urandom} & {20'hFFFFF, 8'h11};
    open         = 1'b1;
    if (use_c) c_rows_left = c_rows_left + Rows;
  endtask

  // After a beat was taken, or while none is offered, perhaps the next one.
  task offer_beat;
    k_valid  = 1'b0;
    {k_last, k_use_c, k_tag, formats, operands} = 'x;
    if ((open || cycle % 256 < 180) && $urandom % 4 < k_pace) begin
      if (!open) choose_tile;
      k_valid    = 1'b1;
      k_last     = beats_left == 1;
      k_use_c    = use_c;
      k_tag      = tag;
      formats    = tile_formats;
      for (int n = 0; n < OperandW; n += 8) operands[n +: 8] = $urandom;
      beats_left = beats_left - 1;
      open       = !k_last;
    end
  endtask

  task offer_row;
    c_valid = 1'b0;
    c       = 'x;
    if (c_rows_left > 0 && $urandom % 4 < c_pace) begin
      c_valid     = 1'b1;
      c_rows_left = c_rows_left - 1;
      for (int n = 0; n < Cols; n++) c[32*n +: 32] = $urandom;
    end
  endtask

  logic k_done, c_done, d_done;

  initial begin
    {k_valid, c_valid, d_ready, open, use_c} = '0;
    cycle       = 0;
    c_rows_left = 0;
    tiles_out   = 0;
    choose_spell;
    #12 rst_n = 1'b1;
    for (cycle = 0; cycle < 256 * Spells; cycle = cycle + 1) begin
      @(posedge clk);
      k_done = k_ready || !k_valid;
      c_done = c_ready || !c_valid;
      d_done = d_valid && d_ready && d_last;
      #1;
      if (d_done) tiles_out = tiles_out + 1;
      if (k_done) offer_beat;
      if (c_done) offer_row;
      d_ready = $urandom % 4 < d_pace;
      if (cycle % 256 == 255) choose_spell;
    end
    $display("%0d tiles", tiles_out);
    $finish;
  end

endmodule
