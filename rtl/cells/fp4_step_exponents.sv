/// The largest exponent of a step's four terms and C, and how far each lies below it, up to
/// 2^DownW - 1.
///
/// Example: exponent0_i=4, exponent1_i=-100, exponent2_i=4, exponent3_i=3, c_exponent_i=5
///   -> largest_o=5, down0_o=1, down1_o=63, down2_o=1, down3_o=2, c_down_o=0
module fp4_step_exponents #(
  parameter int DownW = 6 // bits of a distance
) (
  input  logic              en_i,         // low: zero, and nothing toggles
  input  logic signed [8:0] exponent0_i,  // of term 0
  input  logic signed [8:0] exponent1_i,  // of term 1
  input  logic signed [8:0] exponent2_i,  // of term 2
  input  logic signed [8:0] exponent3_i,  // of term 3
  input  logic signed [8:0] c_exponent_i, // of C
  output logic signed [8:0] largest_o,    // of the five
  output logic [DownW-1:0]  down0_o,      // distance of term 0 below it
  output logic [DownW-1:0]  down1_o,      // distance of term 1 below it
  output logic [DownW-1:0]  down2_o,      // distance of term 2 below it
  output logic [DownW-1:0]  down3_o,      // distance of term 3 below it
  output logic [DownW-1:0]  c_down_o      // distance of C
);

  localparam logic [8:0] Furthest = 9'(2 ** DownW - 1);

  // All pairs are compared at once: bit 5*i + j, exponent i is no smaller than exponent j. The first
  // of the largest is selected.
  logic [24:0]       not_below;
  logic [4:0]        is_largest;
  logic [44:0]       exponents;
  logic signed [8:0] largest;
  logic [8:0]        down0, down1, down2, down3, c_down;

  always_comb begin
    exponents  = '0;
    not_below  = '0;
    is_largest = '0;
    largest    = '0;
    {down0, down1, down2, down3, c_down} = '0;
    if (en_i) begin
      exponents = {c_exponent_i, exponent3_i, exponent2_i, exponent1_i, exponent0_i};
      for (int i = 0; i < 5; i++)
        for (int j = 0; j < 5; j++)
          if (j > i) begin
            not_below[5*i + j] = $signed(exponents[9*i +: 9]) >= $signed(exponents[9*j +: 9]);
            not_below[5*j + i] = !not_below[5*i + j];
          end
      for (int i = 0; i < 5; i++) begin
        is_largest[i] = 1'b1;
        for (int j = 0; j < 5; j++)
          if (j != i) is_largest[i] = is_largest[i] && not_below[5*i + j];
        largest = largest | (exponents[9*i +: 9] & {9{is_largest[i]}});
      end
      down0  = largest - exponent0_i;
      down1  = largest - exponent1_i;
      down2  = largest - exponent2_i;
      down3  = largest - exponent3_i;
      c_down = largest - c_exponent_i;
    end
  end

  assign largest_o = largest;
  assign down0_o   = down0 > Furthest ? DownW'(Furthest) : DownW'(down0);
  assign down1_o   = down1 > Furthest ? DownW'(Furthest) : DownW'(down1);
  assign down2_o   = down2 > Furthest ? DownW'(Furthest) : DownW'(down2);
  assign down3_o   = down3 > Furthest ? DownW'(Furthest) : DownW'(down3);
  assign c_down_o  = c_down > Furthest ? DownW'(Furthest) : DownW'(c_down);

endmodule
