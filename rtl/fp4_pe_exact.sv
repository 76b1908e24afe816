/// One output of the array, profile exact: block term, 64-bit accumulator in units of 2^-20, and the drain register.
///
/// Stage 1 (operands in registers at the array's edge) forms the term; stage 2 adds it. On the last term of a tile the
/// finished sum goes to the drain register, which shifts from the row above, so a tile leaves while the next is summed.
module fp4_pe_exact (
  input  logic               clk_i,
  input  logic               advance_i,       // both stages move
  input  logic               first_i,         // the term in stage 2 opens a tile
  input  logic               add_i,           // stage 2 holds a term
  input  logic               finish_i,        // ... the last of its tile
  input  logic               shift_i,         // drain: take the row above
  input  logic [47:0]        a_halves_lo_i,
  input  logic [47:0]        a_halves_hi_i,
  input  logic [3:0]         a_significand_i,
  input  logic signed [7:0]  a_exponent_i,
  input  logic               a_nan_i,
  input  logic [47:0]        b_halves_lo_i,
  input  logic [47:0]        b_halves_hi_i,
  input  logic [3:0]         b_significand_i,
  input  logic signed [7:0]  b_exponent_i,
  input  logic               b_nan_i,
  input  logic signed [63:0] drain_sum_q20_i,
  input  logic               drain_nan_i,
  output logic signed [63:0] drain_sum_q20_o,
  output logic               drain_nan_o
);

  // A term's weight above 2^-20; the shift only matters where neither scale is zero, and is then 0 to 28.
  localparam int ShiftBias = fp4_pkg::EXACT_FRACTION_BITS - fp4_pkg::TERM_FRACTION_BITS;

  logic signed [22:0] term, term_q;
  logic signed [8:0]  exponent;
  logic [4:0]         shift_q;
  logic               nan_q;
  logic signed [63:0] sum_q20_d, sum_q20_q;
  logic               sum_nan_d, sum_nan_q;

  fp4_block_term u_block_term (
    .a_halves_lo_i,
    .a_halves_hi_i,
    .a_significand_i,
    .a_exponent_i,
    .b_halves_lo_i,
    .b_halves_hi_i,
    .b_significand_i,
    .b_exponent_i,
    .term_o    (term),
    .exponent_o(exponent)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i) begin
      term_q  <= term;
      shift_q <= 5'(exponent + 9'(ShiftBias));
      nan_q   <= a_nan_i | b_nan_i;
    end
  end

  assign sum_q20_d = (first_i ? 64'sd0 : sum_q20_q) + (64'(term_q) <<< shift_q);
  assign sum_nan_d = (!first_i && sum_nan_q) || nan_q;

  always_ff @(posedge clk_i) begin
    if (advance_i && add_i) begin
      sum_q20_q <= sum_q20_d;
      sum_nan_q <= sum_nan_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance_i && finish_i) begin
      drain_sum_q20_o <= sum_q20_d;
      drain_nan_o     <= sum_nan_d;
    end else if (shift_i) begin
      drain_sum_q20_o <= drain_sum_q20_i;
      drain_nan_o     <= drain_nan_i;
    end
  end

endmodule
