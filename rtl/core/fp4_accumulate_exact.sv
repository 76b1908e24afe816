/// One output in profile exact: an accumulator in units of 2^-20, and the drain register.
///
/// On the last term of a tile the finished sum goes to the drain register, which shifts from the
/// row behind, so a tile leaves while the next is summed. Terms come from formats whose scales and
/// lanes such a sum can hold; their weight above 2^-20 is then 0 to 28 bits.
module fp4_accumulate_exact #(
  parameter int TermW            = 23, // bits of a term
  parameter int TermFractionBits = 8,  // fraction bits of a term
  parameter int SumW             = 64  // bits of the sum
) (
  input  logic                    clk_i,           // clock
  input  logic                    advance_i,       // the stages move
  input  logic                    first_i,         // the term opens a tile
  input  logic                    add_i,           // there is a term
  input  logic                    finish_i,        // it is the last of its tile
  input  logic                    shift_i,         // drain: take the row behind
  input  logic signed [TermW-1:0] term_i,          // term, before its exponent
  input  logic signed [8:0]       exponent_i,      // of the term
  input  logic                    nan_i,           // its scale is NaN
  input  logic signed [SumW-1:0]  drain_sum_q20_i, // sum of the row behind, 2^-20 each
  input  logic                    drain_nan_i,     // NaN of the row behind
  output logic signed [SumW-1:0]  drain_sum_q20_o, // sum in the drain register, 2^-20 each
  output logic                    drain_nan_o      // a scale of that sum is NaN
);

  if (TermW > SumW || TermFractionBits > fp4_pkg::EXACT_FRACTION_BITS) begin : g_bad_term
    fp4_error_term_does_not_fit_the_sum u_bad ();
  end

  localparam int ShiftBias = fp4_pkg::EXACT_FRACTION_BITS - TermFractionBits;

  logic [4:0]             shift; // only matters where neither scale is zero
  logic signed [SumW-1:0] sum_q20_d, sum_q20_q;
  logic                   sum_nan_d, sum_nan_q;
  logic signed [SumW-1:0] drain_sum_q20_q;
  logic                   drain_nan_q;

  assign shift = 5'(exponent_i + 9'(ShiftBias));

  assign sum_q20_d = (first_i ? SumW'(0) : sum_q20_q) + (SumW'(term_i) <<< shift);
  assign sum_nan_d = (!first_i && sum_nan_q) || nan_i;

  always_ff @(posedge clk_i) begin
    if (advance_i && add_i) begin
      sum_q20_q <= sum_q20_d;
      sum_nan_q <= sum_nan_d;
    end
  end

  always_ff @(posedge clk_i) begin
    if (advance_i && finish_i) begin
      drain_sum_q20_q <= sum_q20_d;
      drain_nan_q     <= sum_nan_d;
    end else if (shift_i) begin
      drain_sum_q20_q <= drain_sum_q20_i;
      drain_nan_q     <= drain_nan_i;
    end
  end

  assign drain_sum_q20_o = drain_sum_q20_q;
  assign drain_nan_o     = drain_nan_q;

endmodule
