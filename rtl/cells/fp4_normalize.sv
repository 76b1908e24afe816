/// A signed number as sign and leading bits: the magnitude of sum_i * 2^lsb_exponent_i is
/// significand_o * 2^(exponent_o - 24) and what sticky_o says lies below. The leading one is
/// significand_o[24]; zero gives a significand of zero.
///
/// Example (W 53): sum_i -3, lsb_exponent_i 0 gives 25'h1800000, exponent 1, negative, no sticky bit.
module fp4_normalize #(
  parameter  int W    = 53,
  localparam int PadW = W <= 32 ? 32 : W <= 64 ? 64 : 128
) (
  input  logic                en_i, // low: zero, and nothing toggles
  input  logic signed [W-1:0] sum_i,
  input  logic signed [9:0]   lsb_exponent_i,
  output logic                negative_o,
  output logic [24:0]         significand_o,
  output logic signed [10:0]  exponent_o,
  output logic                sticky_o
);

  if (W > 128) begin : g_bad_width
    fp4_error_w_above_128 u_bad ();
  end

  logic [W-1:0]    mag;
  logic [PadW-1:0] norm;

  assign negative_o = sum_i[W-1];

  always_comb begin
    mag        = '0;
    norm       = '0;
    exponent_o = '0;
    if (en_i) begin
      mag        = (sum_i ^ {W{sum_i[W-1]}}) + W'(sum_i[W-1]);
      norm       = PadW'(mag);
      exponent_o = 11'(lsb_exponent_i) + 11'(PadW - 1);
      for (int s = $clog2(PadW) - 1; s >= 0; s--) begin
        if ((norm >> (PadW - (1 << s))) == '0) begin
          norm       = norm << (1 << s);
          exponent_o = exponent_o - 11'(1 << s);
        end
      end
    end
    significand_o = norm[PadW-1 -: 25];
    sticky_o      = norm[PadW-26:0] != '0;
  end

endmodule
