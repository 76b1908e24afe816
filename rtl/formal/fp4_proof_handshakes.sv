/// The three streams of fp4_tensor_core, against a count of beats: tiles leave in the order in which
/// they came, each with its own tag, as Rows rows of which the last says so; no row leaves before its
/// tile's last beat was taken, nor, with C, before its C was. What is offered stays until it is
/// taken. Where everything is offered and taken, no stream rests for Patience cycles.
///
/// The state before the first reset is any; reset may come at any time.
module fp4_proof_handshakes #(
  parameter int Rows     = 2,
  parameter int Cols     = 2,
  parameter int Profile  = fp4_pkg::PROFILE_EXACT,
  parameter int Patience = 16
) (
  input logic clk_i,
  input logic rst_ni,
  input logic k_valid_i,
  input logic k_last_i,
  input logic k_use_c_i,
  input logic c_valid_i,
  input logic d_ready_i,
  input logic eager_i    // all is offered and taken from now on
);

  localparam int TagW = 4;

  logic            k_ready, c_ready, d_valid, d_last;
  logic [TagW-1:0] k_tag_q, d_tag;

  fp4_tensor_core #(
    .Rows    (Rows),
    .Cols    (Cols),
    .Profile (Profile),
    .FormatsA(32'd1),
    .FormatsB(32'd1),
    .TagWidth(TagW)
  ) u_core (
    .clk_i,
    .rst_ni,
    .k_valid_i,
    .k_ready_o    (k_ready),
    .k_last_i,
    .k_use_c_i,
    .k_tag_i      (k_tag_q),
    .a_format_i   ('0),
    .a_v1_halves_i('0),
    .a_v2_halves_i('0),
    .a_codes_i    ('0),
    .a_scales_i   ('0),
    .b_format_i   ('0),
    .b_v1_halves_i('0),
    .b_v2_halves_i('0),
    .b_codes_i    ('0),
    .b_scales_i   ('0),
    .c_valid_i,
    .c_ready_o    (c_ready),
    .c_i          ('0),
    .d_valid_o    (d_valid),
    .d_ready_i,
    .d_last_o     (d_last),
    .d_tag_o      (d_tag),
    .d_o          ()
  );

  // What was taken so far. Tags count tiles, so that they tell which has come; more than eight
  // tiles are never on their way.
  logic [TagW-1:0] d_tile_q;         // the tile whose rows come next
  logic [3:0]      tiles_q;          // whose last beat was taken and whose D has not left
  logic [15:0]     uses_c_q;         // by tag: such a tile, or the one being taken, uses C
  logic            open_q;           // a tile is being taken
  logic [3:0]      d_row_q;          // rows of it that have left
  logic [7:0]      c_rows_q;         // rows of C that were taken and whose D has not left
  logic            past_q, k_waits_q, k_last_q, k_use_c_q, c_waits_q, d_waits_q, d_last_q, eager_q;
  logic [TagW-1:0] d_tag_q;
  logic [7:0]      k_rest_q, d_rest_q;
  logic            k_take, c_take, d_take, d_tile_done;

  assign k_take      = k_valid_i && k_ready;
  assign c_take      = c_valid_i && c_ready;
  assign d_take      = d_valid && d_ready_i;
  assign d_tile_done = d_take && d_last;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      k_tag_q   <= '0;
      d_tile_q  <= '0;
      tiles_q   <= '0;
      uses_c_q  <= '0;
      open_q    <= 1'b0;
      d_row_q   <= '0;
      c_rows_q  <= '0;
      past_q    <= 1'b0;
      k_waits_q <= 1'b0;
      c_waits_q <= 1'b0;
      d_waits_q <= 1'b0;
      eager_q   <= 1'b0;
      k_rest_q  <= '0;
      d_rest_q  <= '0;
    end else begin
      past_q    <= 1'b1;
      eager_q   <= eager_i;
      k_waits_q <= k_valid_i && !k_ready;
      c_waits_q <= c_valid_i && !c_ready;
      d_waits_q <= d_valid && !d_ready_i;
      if (k_take) begin
        open_q            <= !k_last_i;
        uses_c_q[k_tag_q] <= k_use_c_i;
        if (k_last_i) k_tag_q <= k_tag_q + 1'b1;
      end
      if (d_take) d_row_q <= d_last ? '0 : d_row_q + 4'd1;
      if (d_tile_done) d_tile_q <= d_tile_q + 1'b1;
      tiles_q  <= tiles_q + 4'(k_take && k_last_i) - 4'(d_tile_done);
      c_rows_q <= c_rows_q + 8'(c_take) - 8'(d_take && uses_c_q[d_tag]);
      k_rest_q <= k_take || !eager_i ? '0 : k_rest_q + 8'd1;
      d_rest_q <= d_take || !eager_i || tiles_q == '0 ? '0 : d_rest_q + 8'd1;
    end
  end

  always_ff @(posedge clk_i) begin
    k_last_q  <= k_last_i;
    k_use_c_q <= k_use_c_i;
    d_last_q  <= d_last;
    d_tag_q   <= d_tag;
  end

  // Begins with a reset.
  logic begun_q;
  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  always_comb begin
    assume (begun_q || !rst_ni);
    // The producers keep the rules.
    assume (!k_waits_q || (k_valid_i && k_last_i == k_last_q && k_use_c_i == k_use_c_q));
    assume (!c_waits_q || c_valid_i);
    assume (!(open_q && k_valid_i) || k_use_c_i == uses_c_q[k_tag_q]);
    assume (!(past_q && eager_q) || eager_i);
    assume (!eager_i || (k_valid_i && c_valid_i && d_ready_i));

    if (rst_ni) begin
      assert (tiles_q != 4'd15);
      if (d_valid) begin
        assert (tiles_q != '0);
        assert (d_tag == d_tile_q);
        assert (d_last == (d_row_q == 4'(Rows - 1)));
        // Exact takes a row of C with that of D, fused steps all of a tile's C before.
        if (uses_c_q[d_tag])
          assert (32'(c_rows_q) >= (Profile == fp4_pkg::PROFILE_EXACT ? 1 : Rows - 32'(d_row_q)));
      end
      if (past_q && d_waits_q) assert (d_valid && d_last == d_last_q && d_tag == d_tag_q);
      assert (32'(k_rest_q) < Patience);
      assert (32'(d_rest_q) < Patience);
    end
  end

endmodule
