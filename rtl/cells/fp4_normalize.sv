/// The leading bits of a magnitude: mag_i * 2^lsb_exponent_i is significand_o * 2^(exponent_o - 24)
/// and what sticky_o says lies below. The leading one is significand_o[24]; a magnitude of zero gives
/// a significand of zero.
///
/// Example (W=53): mag_i=3, lsb_exponent_i=0
///   -> significand_o=25'h1800000, exponent_o=1, sticky_o=0
/// Example (W=53): mag_i=53'h2000001, lsb_exponent_i=-35
///   -> significand_o=25'h1000000, exponent_o=-10, sticky_o=1
module fp4_normalize #(
  parameter  int W    = 53, // bits of the magnitude, up to 128
  localparam int PadW = W <= 32 ? 32 : W <= 64 ? 64 : 128 // bits that are searched
) (
  input  logic               en_i,           // low: zero, and nothing toggles
  input  logic [W-1:0]       mag_i,          // magnitude
  input  logic signed [9:0]  lsb_exponent_i, // exponent of its lowest bit
  output logic [24:0]        significand_o,  // leading bits
  output logic signed [10:0] exponent_o,     // of the leading one
  output logic               sticky_o        // something lies below
);

  if (W > 128) begin : g_bad_width
    fp4_error_w_above_128 u_bad ();
  end

  localparam int PlacesW = $clog2(PadW);

  logic [PadW-1:0]    norm;
  logic [PlacesW-1:0] places; // leading zeros

  always_comb begin
    norm       = '0;
    places     = '0;
    exponent_o = '0;
    if (en_i) begin
      norm = PadW'(mag_i);
      for (int s = PlacesW - 1; s >= 0; s--) begin
        places[s] = (norm >> (PadW - (1 << s))) == '0;
        if (places[s]) norm = norm << (1 << s);
      end
      exponent_o = 11'(lsb_exponent_i) + 11'(PadW - 1) - 11'(places);
    end
    significand_o = norm[PadW-1 -: 25];
    sticky_o      = norm[PadW-26:0] != '0;
  end

endmodule
