/// The magnitude of C in units of 2^LsbExponent, for a sum whose lowest bit is 2^GuardBits of them.
///
/// A C that reaches below leaves a sticky bit in the lowest place. One that starts more than
/// ShiftMax places above is held at that distance, where only the sign of the sum still matters;
/// beyond_o says how much further it is. Neither changes the rounded result while the sum is not
/// zero.
///
/// Example (LsbExponent -48, ShiftMax 95): 1.0 gives 2^48, 2^-149 gives 1 and 2^127 gives 2^118 with
/// beyond_o 57.
module fp4_c_grid #(
  parameter  int LsbExponent = -48,
  parameter  int ShiftMax    = 95,
  localparam int GridW = 24 + ShiftMax
) (
  input  logic              en_i, // low: zero, and nothing toggles
  input  logic [23:0]       significand_i,
  input  logic signed [8:0] exponent_i,
  output logic [GridW-1:0]  grid_o,
  output logic [7:0]        beyond_o
);

  logic signed [9:0] shift; // of C's lowest bit above 2^LsbExponent
  logic [23:0]       kept;

  always_comb begin
    shift    = '0;
    kept     = '0;
    grid_o   = '0;
    beyond_o = '0;
    if (en_i) begin
      shift = 10'(exponent_i) - 10'(23 + LsbExponent);
      if (shift < 0) begin
        kept   = significand_i >> 10'(-shift);
        grid_o = GridW'(kept);
        if ((kept << 10'(-shift)) != significand_i) grid_o[0] = 1'b1;
      end else begin
        if (shift > 10'(ShiftMax)) begin
          beyond_o = 8'(shift - 10'(ShiftMax));
          shift    = 10'(ShiftMax);
        end
        grid_o = GridW'(significand_i) << 7'(shift);
      end
    end
  end

endmodule
