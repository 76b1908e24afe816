/// How fast a tensor core is, in the words of docs/05.
///
/// Row 0 of D comes no sooner than Latency cycles after its tile's last beat was taken, and just
/// then, or later by the padding of its last step, where no other tile was on its way and it does
/// not add C. k_ready_o falls only for that padding, while a finished tile waits for the one before
/// it, or, with Steps, for rows of C; and never while all tiles have FullPace beats and no C, in
/// whole steps, and D is taken at once. With Whole every beat is followed by three cycles that look
/// like padding: the columns that take turns.
module fp4_check_pace #(
  parameter bit Steps    = 1'b1, // fused steps, of four beats
  parameter bit Blocks   = 1'b0, // a step ends with a block, padded; needs Steps
  parameter bit Whole    = 1'b0, // a beat is a step; needs Steps
  parameter int Latency  = 12,   // cycles from a tile's last beat to row 0
  parameter int FullPace = 12    // beats of a tile that never waits
) (
  input logic       clk_i,      // clock
  input logic       rst_ni,     // reset, asynchronous, active low
  input logic       k_valid_i,  // a beat is offered
  input logic       k_ready_i,  // it is taken
  input logic       k_last_i,   // it closes its tile
  input logic       k_use_c_i,  // its tile adds C
  input logic [1:0] k_block_i,  // sixteens of its block less one
  input logic       d_valid_i,  // a row of D is offered
  input logic       d_ready_i,  // it is taken
  input logic       open_i,     // a tile is being taken
  input logic [3:0] tiles_i,    // whose last beat was taken and whose D has not left
  input logic       c_missing_i // a tile that has begun waits for rows of C
);

  logic               takes, closes, ends, held;
  logic [Latency-2:0] closed_q;  // a tile was closed so many cycles ago, 1 in bit 0
  logic [3:0]         recent;    // tiles that were
  logic [1:0]         padding_q; // slots to come
  logic [1:0]         place_q;   // of the next beat in its step
  logic [7:0]         beats_q;   // of the open tile, up to FullPace
  logic [7:0]         due_q;     // cycles until a lonely tile's row 0; 0: none
  logic               quick_q;   // no tile yet that could make others wait
  logic [1:0]         padding;

  assign takes   = k_valid_i && k_ready_i;
  assign closes  = takes && k_last_i;
  assign ends    = closes || (Blocks && takes && place_q == k_block_i) || (Whole && takes);
  assign held    = tiles_i >= 4'd2 || (Steps && c_missing_i);
  assign padding = Steps && ends ? 2'd3 - place_q : 2'd0;

  always_comb begin
    recent = '0;
    for (int n = 0; n < Latency - 1; n++) recent = recent + 4'(closed_q[n]);
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      closed_q  <= '0;
      padding_q <= '0;
      place_q   <= '0;
      beats_q   <= '0;
      due_q     <= '0;
      quick_q   <= 1'b1;
    end else begin
      closed_q <= (Latency - 1)'({closed_q, closes});
      if (ends) padding_q <= padding;
      else if (padding_q != '0 && !held) padding_q <= padding_q - 2'd1;
      if (takes) begin
        place_q <= ends ? '0 : place_q + 2'd1;
        beats_q <= k_last_i ? '0 : beats_q + 8'(32'(beats_q) < FullPace);
      end
      if (closes && tiles_i == '0 && !k_use_c_i) due_q <= 8'(Latency) + (Whole ? 8'd0 : 8'(padding));
      else if (due_q != '0) due_q <= due_q - 8'd1;
      // All is well again once nothing is on its way.
      if (!k_valid_i && !open_i && tiles_i == '0 && padding_q == '0) quick_q <= 1'b1;
      else if ((d_valid_i && !d_ready_i) || (k_valid_i && k_use_c_i)
               || (!Whole && padding != '0)
               || (closes && 32'(beats_q) + 1 < FullPace)) quick_q <= 1'b0;
    end
  end

  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!d_valid_i || tiles_i > recent);
      assert (due_q != 8'd1 || d_valid_i);
      assert (k_ready_i || padding_q != '0 || held);
      assert (k_ready_i || !quick_q || (Whole && padding_q != '0));
    end
  end

endmodule
