/// The magnitude of C in units of 2^LsbExponent, for a sum whose lowest bit is 2^GuardBits of them.
///
/// A C that reaches below leaves a sticky bit in the lowest place. One that starts more than
/// ShiftMax places above is held at that distance, where only the sign of the sum still matters;
/// beyond_o says how much further it is. Neither changes the rounded result while the sum is not
/// zero.
///
/// Example: significand_i=24'h800000, exponent_i=0 -> grid_o=(119'd1 << 48), beyond_o=0; 1.0
/// Example: significand_i=1, exponent_i=-126 -> grid_o=1, beyond_o=0; 2^-149
/// Example: significand_i=24'h800000, exponent_i=127 -> grid_o=(119'd1 << 118), beyond_o=57; 2^127
module fp4_c_grid #(
  parameter  int LsbExponent = -48, // exponent of the grid's lowest bit
  parameter  int ShiftMax    = 95, // most places of C's lowest bit above it
  localparam int GridW = 24 + ShiftMax // bits of the grid
) (
  input  logic              en_i,          // low: zero, and nothing toggles
  input  logic [23:0]       significand_i, // of C, 23 fraction bits
  input  logic signed [8:0] exponent_i,    // of C
  output logic [GridW-1:0]  grid_o,        // C on the grid
  output logic [7:0]        beyond_o       // places that it lies further up
);

  if (ShiftMax < 0 || ShiftMax > 127) begin : g_bad_shift
    fp4_error_shift_max_above_127 u_bad ();
  end
  if (104 - LsbExponent - ShiftMax > 255) begin : g_bad_exponent
    fp4_error_beyond_more_than_8_bits u_bad ();
  end

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
