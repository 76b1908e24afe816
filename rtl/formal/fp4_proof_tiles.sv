/// The three streams of fp4_tensor_core, for ever: of any two tiles the one that came first leaves
/// first, each once, as Rows rows with its tag of which the last says so, and none before its last
/// beat was taken; a row of D with C leaves after its row of C was taken (exact), or all of its
/// tile's (fused steps). An offer stays.
///
/// What the core does does not depend on tags, so that two marked tiles stand for any two. The state
/// before the first reset is any; reset may come at any time.
module fp4_proof_tiles #(
  parameter int Rows     = 2,
  parameter int Cols     = 2,
  parameter int Profile  = fp4_pkg::PROFILE_EXACT,
  parameter bit CountsC  = 1'b0 // what is said of C, or the rest
) (
  input  logic clk_i,
  input  logic rst_ni,
  input  logic k_valid_i,
  input  logic k_last_i,
  input  logic k_use_c_i,
  input  logic mark_i,    // the tile is one of the two
  input  logic c_valid_i,
  input  logic d_ready_i,
  output logic premise_o  // both have left
);

  typedef enum logic [1:0] {None, First, Both} marks_e;

  logic       k_ready, c_ready, d_valid, d_last, k_take, c_take, d_take;
  logic [2:0] k_tag, d_tag; // {second, first, uses C}
  marks_e     came_q, left_q;

  assign k_tag = {came_q == First && mark_i, came_q == None && mark_i, k_use_c_i};

  fp4_tensor_core #(
    .Rows    (Rows),
    .Cols    (Cols),
    .Profile (Profile),
    .FormatsA(32'd1),
    .FormatsB(32'd1),
    .TagWidth(3)
  ) u_core (
    .clk_i,
    .rst_ni,
    .k_valid_i,
    .k_ready_o    (k_ready),
    .k_last_i,
    .k_use_c_i,
    .k_tag_i      (k_tag),
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

  assign k_take    = k_valid_i && k_ready;
  assign c_take    = c_valid_i && c_ready;
  assign d_take    = d_valid && d_ready_i;
  assign premise_o = left_q == Both;

  logic       any_q;      // a tile has come
  logic       open_q, use_c_q; // a tile is being taken; it uses C
  logic [1:0] uses_c_q;   // the first, the second
  logic [1:0] d_row_q;    // rows of the tile that leaves
  logic [2:0] tile_tag_q; // its tag
  logic [3:0] c_rows_q;   // rows of C that were taken and whose D has not left
  logic       k_waits_q, k_last_q, k_use_c_q, mark_q, c_waits_q, d_waits_q, d_last_q;
  logic [2:0] d_tag_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      came_q    <= None;
      left_q    <= None;
      any_q     <= 1'b0;
      open_q    <= 1'b0;
      d_row_q   <= '0;
      c_rows_q  <= '0;
      k_waits_q <= 1'b0;
      c_waits_q <= 1'b0;
      d_waits_q <= 1'b0;
    end else begin
      k_waits_q <= k_valid_i && !k_ready;
      c_waits_q <= c_valid_i && !c_ready;
      d_waits_q <= d_valid && !d_ready_i;
      if (k_take) begin
        open_q <= !k_last_i;
        if (k_last_i) any_q <= 1'b1;
        if (k_last_i && k_tag[1]) came_q <= First;
        if (k_last_i && k_tag[2]) came_q <= Both;
      end
      if (d_take) d_row_q <= d_last ? '0 : d_row_q + 2'd1;
      if (d_take && d_last && d_tag[1]) left_q <= First;
      if (d_take && d_last && d_tag[2]) left_q <= Both;
      c_rows_q <= c_rows_q + 4'(c_take) - 4'(d_take && d_tag[0]);
    end
  end

  always_ff @(posedge clk_i) begin
    if (k_take) use_c_q <= k_use_c_i;
    if (k_take && k_tag[1]) uses_c_q[0] <= k_use_c_i;
    if (k_take && k_tag[2]) uses_c_q[1] <= k_use_c_i;
    if (d_take) tile_tag_q <= d_tag;
    k_last_q  <= k_last_i;
    k_use_c_q <= k_use_c_i;
    mark_q    <= mark_i;
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
    assume (!k_waits_q || (k_valid_i && k_last_i == k_last_q && k_use_c_i == k_use_c_q
                           && mark_i == mark_q));
    assume (!c_waits_q || c_valid_i);
    assume (!(open_q && k_valid_i) || k_use_c_i == use_c_q);

    if (rst_ni) begin
      if (!CountsC && d_valid) begin
        assert (any_q);
        assert (d_last == (d_row_q == 2'(Rows - 1)));
        assert (d_row_q == '0 || d_tag == tile_tag_q);
        if (d_tag[1])
          assert (!d_tag[2] && came_q != None && left_q == None && d_tag[0] == uses_c_q[0]);
        if (d_tag[2]) assert (came_q == Both && left_q == First && d_tag[0] == uses_c_q[1]);
      end
      if (!CountsC && d_waits_q) assert (d_valid && d_last == d_last_q && d_tag == d_tag_q);
      if (CountsC && d_valid && d_tag[0])
        assert (32'(c_rows_q) >= (Profile == fp4_pkg::PROFILE_EXACT ? 1 : Rows - 32'(d_row_q)));
    end
  end

endmodule
