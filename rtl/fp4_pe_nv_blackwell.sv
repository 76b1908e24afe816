/// One output of the array, profile nv-blackwell: block terms gathered four at a time into fused steps, D of one step the
/// C of the next, and the drain register.
///
/// Groups that a short last step lacks are empty blocks under zero scales: term 0, an exponent below every other.
module fp4_pe_nv_blackwell (
  input  logic               clk_i,
  input  logic               advance_i,       // both stages move
  input  logic               add_i,           // stage 2 holds a term
  input  logic [1:0]         group_i,         // ... the n-th of its step
  input  logic               step_i,          // ... the last of its step
  input  logic               first_step_i,    // the step opens a tile: C comes from the port
  input  logic               finish_i,        // the step closes a tile
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
  input  logic [31:0]        c_i,
  input  logic [31:0]        drain_i,
  output logic [31:0]        drain_o
);

  localparam logic signed [8:0] ExponentEmpty = 9'(2 * fp4_pkg::ZERO_SCALE_EXPONENT);

  logic signed [22:0] term, term_q, term0_q, term1_q, term2_q;
  logic signed [8:0]  exponent, exponent_q, exponent0_q, exponent1_q, exponent2_q;
  logic               nan_q, step_nan_q;
  logic [31:0]        d, d_q;

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
      term_q     <= term;
      exponent_q <= exponent;
      nan_q      <= a_nan_i | b_nan_i;
    end
  end

  // The first three groups of a step wait here; group_i says which of them belong to the step in hand.
  always_ff @(posedge clk_i) begin
    if (advance_i && add_i) begin
      step_nan_q <= (group_i != 2'd0 && step_nan_q) || nan_q;
      case (group_i)
        2'd0: begin
          term0_q     <= term_q;
          exponent0_q <= exponent_q;
        end
        2'd1: begin
          term1_q     <= term_q;
          exponent1_q <= exponent_q;
        end
        default: begin
          term2_q     <= term_q;
          exponent2_q <= exponent_q;
        end
      endcase
    end
  end

  fp4_fused_step u_fused_step (
    .en_i       (add_i && step_i),
    .term0_i    (group_i > 2'd0 ? term0_q : '0),
    .term1_i    (group_i > 2'd1 ? term1_q : '0),
    .term2_i    (group_i > 2'd2 ? term2_q : '0),
    .term3_i    (term_q),
    .exponent0_i(group_i > 2'd0 ? exponent0_q : ExponentEmpty),
    .exponent1_i(group_i > 2'd1 ? exponent1_q : ExponentEmpty),
    .exponent2_i(group_i > 2'd2 ? exponent2_q : ExponentEmpty),
    .exponent3_i(exponent_q),
    .nan_i      ((group_i != 2'd0 && step_nan_q) || nan_q),
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
