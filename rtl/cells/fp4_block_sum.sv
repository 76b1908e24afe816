/// The terms of a block that is up to four sixteens long, added, as sign and magnitude.
///
/// All have the exponent of the block's scales; what a shorter block leaves free is zero.
///
/// Example (TermW=23): term0_i=-5, term1_i=3, term2_i=0, term3_i=0 -> negative_o=1, mag_o=2
module fp4_block_sum #(
  parameter  int TermW = 23, // bits of a term
  localparam int MagW  = TermW + 1 // bits of the sum's magnitude: no term is -2^(TermW - 1)
) (
  input  logic                    en_i,       // low: zero, and nothing toggles
  input  logic signed [TermW-1:0] term0_i,    // term of the first sixteen
  input  logic signed [TermW-1:0] term1_i,    // term of the second
  input  logic signed [TermW-1:0] term2_i,    // term of the third
  input  logic signed [TermW-1:0] term3_i,    // term of the fourth
  output logic                    negative_o, // sign of their sum
  output logic [MagW-1:0]         mag_o       // magnitude of their sum
);

  localparam int SumW = TermW + 2;

  logic signed [SumW-1:0] sum;

  always_comb begin
    sum = '0;
    if (en_i) begin
      sum = (SumW'(term0_i) + SumW'(term1_i)) + (SumW'(term2_i) + SumW'(term3_i));
    end
    negative_o = sum[SumW-1];
    mag_o      = MagW'(negative_o ? -sum : sum);
  end

endmodule
