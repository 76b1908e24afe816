/// One output in profile exact: an accumulator in units of 2^-20, and the drain register.
///
/// On the last term of a tile the finished sum goes to the drain register, which shifts from the
/// row behind, so a tile leaves while the next is summed. Terms come from formats whose scales and
/// lanes such a sum can hold; their weight above 2^-20 is then 0 to 28 bits.
module fp4_accumulate_exact #(
  parameter int Blocks           = 1,  // terms that are added at once
  parameter int TermW            = 23, // bits of a term
  parameter int TermFractionBits = 8,  // fraction bits of a term
  parameter int SumW             = 64  // bits of the sum
) (
  input  logic                    clk_i,           // clock
  input  logic                    advance_i,       // the stages move
  input  logic                    first_i,         // the terms open a tile
  input  logic                    add_i,           // there are terms
  input  logic                    finish_i,        // they are the last of their tile
  input  logic                    shift_i,         // drain: take the row behind
  input  logic [Blocks*TermW-1:0] terms_i,         // signed, before their exponents
  input  logic [Blocks*9-1:0]     exponents_i,     // of the terms, signed
  input  logic [Blocks-1:0]       nan_i,           // their scales are NaN
  input  logic signed [SumW-1:0]  drain_sum_q20_i, // sum of the row behind, 2^-20 each
  input  logic                    drain_nan_i,     // NaN of the row behind
  output logic signed [SumW-1:0]  drain_sum_q20_o, // sum in the drain register, 2^-20 each
  output logic                    drain_nan_o      // a scale of that sum is NaN
);

  if (TermW > SumW || TermFractionBits > fp4_pkg::EXACT_FRACTION_BITS) begin : g_bad_term
    fp4_error_term_does_not_fit_the_sum u_bad ();
  end

  localparam int ShiftBias = fp4_pkg::EXACT_FRACTION_BITS - TermFractionBits;

  logic [Blocks*5-1:0]    shifts; // only matter where neither scale is zero
  logic signed [SumW-1:0] sum_q20_d, sum_q20_q;
  logic                   sum_nan_d, sum_nan_q;
  logic signed [SumW-1:0] drain_sum_q20_q;
  logic                   drain_nan_q;

  always_comb begin
    sum_q20_d = first_i ? SumW'(0) : sum_q20_q;
    for (int b = 0; b < Blocks; b++) begin
      shifts[5*b +: 5] = 5'(exponents_i[9*b +: 9] + 9'(ShiftBias));
      sum_q20_d = sum_q20_d + (SumW'($signed(terms_i[TermW*b +: TermW])) <<< shifts[5*b +: 5]);
    end
  end

  assign sum_nan_d = (!first_i && sum_nan_q) || nan_i != '0;

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
