/// fp4_accumulate_exact, one cycle from any state: the sum grows by the terms times their powers of
/// two, or starts with them; the drain register takes the sum with its last terms, or the row
/// behind; otherwise both stay. Terms that are not zero lie 0 to 28 places above 2^-20.
module fp4_proof_accumulate_exact #(
  parameter int Blocks           = 1,
  parameter int TermW            = 23,
  parameter int TermFractionBits = 8,
  parameter int SumW             = 64
) (
  input  logic                    clk_i,
  input  logic                    advance_i,
  input  logic                    first_i,
  input  logic                    add_i,
  input  logic                    finish_i,
  input  logic                    shift_i,
  input  logic [Blocks*TermW-1:0] terms_i,
  input  logic [Blocks*9-1:0]     exponents_i,
  input  logic [Blocks-1:0]       nan_i,
  input  logic signed [SumW-1:0]  behind_i,
  input  logic                    behind_nan_i,
  output logic                    premise_o     // terms that the sum can hold have come
);

  logic signed [SumW-1:0] drain;
  logic                   drain_nan;

  fp4_accumulate_exact #(
    .Blocks          (Blocks),
    .TermW           (TermW),
    .TermFractionBits(TermFractionBits),
    .SumW            (SumW)
  ) u_sum (
    .clk_i,
    .advance_i,
    .first_i,
    .add_i,
    .finish_i,
    .shift_i,
    .terms_i,
    .exponents_i,
    .nan_i,
    .drain_sum_q20_i(behind_i),
    .drain_nan_i    (behind_nan_i),
    .drain_sum_q20_o(drain),
    .drain_nan_o    (drain_nan)
  );

  // Its registers.
  (* hierconn *) wire [SumW-1:0] \u_sum.sum_q20_q ;
  (* hierconn *) wire            \u_sum.sum_nan_q ;
  logic [SumW:0] sum; // with its NaN on top

  assign sum = {\u_sum.sum_nan_q , \u_sum.sum_q20_q };

  // The cycle before.
  logic                    advance, first, add, finish, shift;
  logic [Blocks-1:0]       nan;
  logic [Blocks*TermW-1:0] terms;
  logic [Blocks*9-1:0]     exponents;
  logic [SumW:0]           past_sum, past_drain, behind;
  logic                    begun_q;

  fp4_past #(.W(Blocks*(TermW + 10) + 5 + 3*(SumW + 1))) u_past (
    .clk_i,
    .advance_i(1'b1),
    .now_i    ({advance_i, first_i, add_i, finish_i, shift_i, nan_i, terms_i, exponents_i, sum,
                drain_nan, drain, behind_nan_i, behind_i}),
    .past_o   ({advance, first, add, finish, shift, nan, terms, exponents, past_sum, past_drain,
                behind})
  );

  initial begun_q = 1'b0;
  always_ff @(posedge clk_i) begun_q <= 1'b1;

  logic signed [10:0]      places; // of a term's lowest bit above 2^-20
  logic signed [TermW-1:0] term;
  logic signed [SumW-1:0]  value;
  logic [SumW:0]           next;
  logic                    held; // all by the sum

  always_comb begin
    value = first ? '0 : past_sum[SumW-1:0];
    held  = 1'b1;
    for (int b = 0; b < Blocks; b++) begin
      term   = terms[TermW*b +: TermW];
      places = 11'($signed(exponents[9*b +: 9]))
             + 11'(fp4_pkg::EXACT_FRACTION_BITS - TermFractionBits);
      for (int n = 0; n <= 28; n++) if (places == 11'(n)) value = value + (SumW'(term) <<< n);
      if (term != '0 && (places < 0 || places > 11'sd28)) held = 1'b0;
    end
    next = {nan != '0 || (!first && past_sum[SumW]), value};
  end

  assign premise_o = begun_q && held;

  always_comb begin
    if (premise_o) begin
      assert (sum == (advance && add ? next : past_sum));
      assert ({drain_nan, drain} == (advance && finish ? next : shift ? behind : past_drain));
    end
  end

endmodule
