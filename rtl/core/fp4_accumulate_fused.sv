/// One output in a profile of fused steps: block terms gathered four at a time into fused
/// steps, D of one step the C of the next, and the drain register.
///
/// Groups that a short last step lacks are empty blocks under zero scales: term 0, an exponent
/// below every other.
module fp4_accumulate_fused #(
  parameter int TermW            = 23,
  parameter int TermFractionBits = 8,
  parameter int FractionBits     = 35,
  parameter int ZeroExponent     = -139,
  parameter bit NearestEven      = 1'b0
) (
  input  logic                    clk_i,
  input  logic                    advance_i,
  input  logic                    add_i,        // there is a term
  input  logic [1:0]              group_i,      // ... the n-th of its step
  input  logic                    step_i,       // ... the last of its step
  input  logic                    first_step_i, // the step opens a tile: C comes from the port
  input  logic                    finish_i,     // the step closes a tile
  input  logic                    shift_i,      // drain: take the row behind
  input  logic signed [TermW-1:0] term_i,
  input  logic signed [8:0]       exponent_i,
  input  logic                    nan_i,
  input  logic [31:0]             c_i,
  input  logic [31:0]             drain_i,
  output logic [31:0]             drain_o
);

  localparam logic signed [8:0] ExponentEmpty = 9'(2 * fp4_pkg::ZERO_SCALE_EXPONENT);

  logic signed [TermW-1:0] term0_q, term1_q, term2_q;
  logic signed [8:0]       exponent0_q, exponent1_q, exponent2_q;
  logic                    step_nan_q;
  logic [31:0]             d, d_q;

  // The first three groups of a step wait here; group_i says which of them belong to the step in
  // hand.
  always_ff @(posedge clk_i) begin
    if (advance_i && add_i) begin
      step_nan_q <= (group_i != 2'd0 && step_nan_q) || nan_i;
      case (group_i)
        2'd0: begin
          term0_q     <= term_i;
          exponent0_q <= exponent_i;
        end
        2'd1: begin
          term1_q     <= term_i;
          exponent1_q <= exponent_i;
        end
        default: begin
          term2_q     <= term_i;
          exponent2_q <= exponent_i;
        end
      endcase
    end
  end

  fp4_fused_step #(
    .TermW           (TermW),
    .TermFractionBits(TermFractionBits),
    .FractionBits    (FractionBits),
    .ZeroExponent    (ZeroExponent),
    .NearestEven     (NearestEven)
  ) u_fused_step (
    .en_i       (add_i && step_i),
    .term0_i    (group_i > 2'd0 ? term0_q : '0),
    .term1_i    (group_i > 2'd1 ? term1_q : '0),
    .term2_i    (group_i > 2'd2 ? term2_q : '0),
    .term3_i    (term_i),
    .exponent0_i(group_i > 2'd0 ? exponent0_q : ExponentEmpty),
    .exponent1_i(group_i > 2'd1 ? exponent1_q : ExponentEmpty),
    .exponent2_i(group_i > 2'd2 ? exponent2_q : ExponentEmpty),
    .exponent3_i(exponent_i),
    .nan_i      ((group_i != 2'd0 && step_nan_q) || nan_i),
    .c_i        (first_step_i ? c_i : d_q),
    .d_o        (d)
  );

  always_ff @(posedge clk_i) begin
    if (advance_i && add_i && step_i) d_q <= d;
  end

  always_ff @(posedge clk_i) begin
    if (advance_i && finish_i) begin
      drain_o <= d;
    end else if (shift_i) begin
      drain_o <= drain_i;
    end
  end

endmodule
