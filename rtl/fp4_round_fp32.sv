/// The one rounder: (-1)^negative_i * mag_i * 2^lsb_exponent_i to binary32.
///
/// nearest_even_i | rounding
/// 0              | toward zero
/// 1              | nearest, ties to even
///
/// Subnormal results are kept, a zero result is +0, magnitudes of 2^128 and more are infinite in
/// both roundings. With en_i low the output is zero and nothing toggles.
module fp4_round_fp32 #(
  parameter int W = 52,
  localparam int PadW = W <= 64 ? 64 : 128
) (
  input  logic              en_i,
  input  logic              nearest_even_i,
  input  logic              negative_i,
  input  logic [W-1:0]      mag_i,
  input  logic signed [9:0] lsb_exponent_i,
  output logic [31:0]       fp32_o
);

  if (W > 128) begin : g_bad_width
    fp4_error_w_above_128 u_bad ();
  end

  logic [PadW-1:0]    norm;
  logic signed [10:0] exponent;
  logic [10:0]        below;
  logic [7:0]         field;
  logic               lost, up;

  always_comb begin
    norm     = '0;
    exponent = '0;
    below    = '0;
    field    = '0;
    lost     = 1'b0;
    up       = 1'b0;
    fp32_o   = '0;
    if (en_i && mag_i != '0) begin
      // Normalize: the leading one moves to the top, exponent follows it.
      norm     = PadW'(mag_i);
      exponent = 11'(lsb_exponent_i) + 11'(PadW - 1);
      for (int s = $clog2(PadW) - 1; s >= 0; s--) begin
        if ((norm >> (PadW - (1 << s))) == '0) begin
          norm     = norm << (1 << s);
          exponent = exponent - 11'(1 << s);
        end
      end
      // Below the normal range the exponent stays at -126 and the significand moves right; 26
      // places leave only sticky.
      if (exponent < -11'sd126) begin
        below = 11'(-11'sd126 - exponent);
        if (below > 11'd26) below = 11'd26;
        lost  = ((norm >> below) << below) != norm;
        norm  = norm >> below;
      end else begin
        field = 8'(exponent + 11'sd127);
      end
      up = nearest_even_i && norm[PadW-25] && (norm[PadW-24] || norm[PadW-26:0] != '0 || lost);
      if (exponent > 11'sd127) begin
        fp32_o = {negative_i, 8'hFF, 23'd0};
      end else begin
        fp32_o[30:0] = {field, norm[PadW-2 -: 23]} + 31'(up);
        fp32_o[31]   = negative_i && fp32_o[30:0] != '0;
      end
    end
  end

endmodule
