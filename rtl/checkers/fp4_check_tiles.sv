/// The tiles of a tensor core, by counts of beats: they leave in the order in which they came, each
/// with its own tag, as Rows rows of which the last says so; no row leaves before its tile's last
/// beat was taken, nor, with C, before its C was. Fewer than sixteen tiles are on their way.
module fp4_check_tiles #(
  parameter int Rows     = 8,    // rows of a tile
  parameter bit TakesC   = 1'b0, // C comes while rows leave, not before the first fused step
  parameter int TagWidth = 32    // bits of a tag
) (
  input  logic                clk_i,      // clock
  input  logic                rst_ni,     // reset, asynchronous, active low
  input  logic                k_take_i,   // a beat is taken
  input  logic                k_last_i,   // it closes its tile
  input  logic                k_use_c_i,  // its tile adds C
  input  logic [TagWidth-1:0] k_tag_i,    // its tag
  input  logic                c_take_i,   // a row of C is taken
  input  logic                d_valid_i,  // a row of D is offered
  input  logic                d_take_i,   // it is taken
  input  logic                d_last_i,   // it is the last of its tile
  input  logic [TagWidth-1:0] d_tag_i,    // tag of its tile
  output logic                open_o,     // a tile's first beat was taken, and not its last
  output logic [3:0]          tiles_o,    // whose last beat was taken and whose D has not left
  output logic                c_missing_o // a tile that has begun waits for rows of C
);

  localparam int RowW = $clog2(Rows + 1);

  logic                   open_q;
  logic [3:0]             k_tile_q, d_tile_q, tiles_q; // numbers of tiles, their count
  logic [16*TagWidth-1:0] tags_q;                      // by numbers of tiles
  logic [15:0]            uses_c_q;
  logic [RowW-1:0]        d_row_q;
  logic signed [8:0]      c_owed_q;  // rows that tiles which have begun need and have not
  logic [7:0]             c_spare_q; // rows that were taken and whose D has not left
  logic [7:0]             rows_left;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      open_q    <= 1'b0;
      k_tile_q  <= '0;
      d_tile_q  <= '0;
      tiles_q   <= '0;
      tags_q    <= '0;
      uses_c_q  <= '0;
      d_row_q   <= '0;
      c_owed_q  <= '0;
      c_spare_q <= '0;
    end else begin
      if (k_take_i) begin
        open_q             <= !k_last_i;
        uses_c_q[k_tile_q] <= k_use_c_i;
        if (k_last_i) begin
          tags_q[TagWidth*k_tile_q +: TagWidth] <= k_tag_i;
          k_tile_q                              <= k_tile_q + 4'd1;
        end
      end
      if (d_take_i) d_row_q <= d_last_i ? '0 : d_row_q + RowW'(1);
      if (d_take_i && d_last_i) d_tile_q <= d_tile_q + 4'd1;
      tiles_q   <= tiles_q + 4'(k_take_i && k_last_i) - 4'(d_take_i && d_last_i);
      c_owed_q  <= c_owed_q - 9'(c_take_i)
                 + (k_take_i && !open_q && k_use_c_i ? 9'(Rows) : 9'd0);
      c_spare_q <= c_spare_q + 8'(c_take_i) - 8'(d_take_i && uses_c_q[d_tile_q]);
    end
  end

  assign open_o      = open_q;
  assign tiles_o     = tiles_q;
  assign c_missing_o = c_owed_q > 0;
  assign rows_left   = 8'(Rows) - 8'(d_row_q);

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (tiles_q != 4'd15);
      if (d_valid_i) begin
        assert (tiles_q != '0);
        assert (d_tag_i == tags_q[TagWidth*d_tile_q +: TagWidth]);
        assert (d_last_i == (d_row_q == RowW'(Rows - 1)));
        assert (!uses_c_q[d_tile_q] || c_spare_q >= (TakesC ? 8'd1 : rows_left));
      end
    end
  end

endmodule
