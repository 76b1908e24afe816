/// The scale of a block: value = significand_o * 2^(exponent_o - 3).
///
/// Subnormals have no hidden bit and the exponent of the smallest normal. A zero or NaN scale has
/// significand 0 and exponent -126, which never raises the largest exponent of a fused step.
///
/// Example (Formats=1): format_is_i=1, scale_i=8'h38 -> significand_o=8, exponent_o=0, nan_o=0; 1.0
/// Example (Formats=1): format_is_i=1, scale_i=1 -> significand_o=1, exponent_o=-6, nan_o=0; 2^-9
/// Example (Formats=1): format_is_i=1, scale_i=8'hFF -> significand_o=0, exponent_o=-126, nan_o=1
/// Example (Formats=8): format_is_i=8, scale_i=8'h00 -> significand_o=8, exponent_o=-127, nan_o=0
module fp4_scale_decode #(
  parameter logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT // set, a bit for each format
) (
  input  logic [fp4_pkg::FORMATS-1:0] format_is_i,   // format of the block, one-hot
  input  logic [7:0]                  scale_i,       // scale byte
  output logic [3:0]                  significand_o, // eighths, hidden bit included
  output logic signed [7:0]           exponent_o,    // of two
  output logic                        nan_o          // the scale is NaN
);

  if (Formats == '0 || (Formats & ~fp4_pkg::FORMAT_IN_RTL) != '0) begin : g_bad_formats
    fp4_error_format_not_in_rtl u_bad ();
  end

  logic [4*fp4_pkg::SCALE_TYPES-1:0] significands;
  logic [8*fp4_pkg::SCALE_TYPES-1:0] exponents;
  logic [fp4_pkg::SCALE_TYPES-1:0]   nans;

  for (genvar t = 0; t < fp4_pkg::SCALE_TYPES; t++) begin : g_type
    localparam logic [31:0] OfType = Formats & fp4_formats::with_scale(t);
    if (OfType == '0) begin : g_unused
      assign significands[4*t +: 4] = '0;
      assign exponents[8*t +: 8] = '0;
      assign nans[t] = 1'b0;
    end else begin : g_used
      localparam int FractionBits = 32'(fp4_pkg::SCALE_FRACTION_BITS[4*t +: 4]);
      localparam int ExponentBits = 32'(fp4_pkg::SCALE_EXPONENT_BITS[4*t +: 4]);
      localparam logic [7:0] PayloadMask = 8'((1 << (ExponentBits + FractionBits)) - 1);
      localparam logic [8:0] NanPayload = fp4_pkg::SCALE_NAN_PAYLOADS[9*t +: 9];

      logic       selected, nan, subnormal, zero;
      logic [7:0] payload, field, exponent;
      logic [3:0] significand;

      always_comb begin
        selected    = OfType == Formats || (32'(format_is_i) & OfType) != '0;
        payload     = scale_i & PayloadMask;
        field       = payload >> FractionBits;
        nan         = {1'b0, payload} == NanPayload;
        subnormal   = fp4_pkg::SCALE_SUBNORMALS[t] && field == '0;
        significand = {!subnormal, 3'(payload << (3 - FractionBits))};
        zero        = significand == '0 || nan;
        exponent    = (subnormal ? 8'd1 : field) - fp4_pkg::SCALE_BIASES[8*t +: 8];
        if (zero) significand = '0;
        if (zero) exponent = 8'(fp4_pkg::ZERO_SCALE_EXPONENT);
      end

      assign significands[4*t +: 4] = selected ? significand : '0;
      assign exponents[8*t +: 8] = selected ? exponent : '0;
      assign nans[t] = selected && nan;
    end
  end

  always_comb begin
    significand_o = '0;
    exponent_o    = '0;
    nan_o         = 1'b0;
    for (int t = 0; t < fp4_pkg::SCALE_TYPES; t++) begin
      significand_o = significand_o | significands[4*t +: 4];
      exponent_o    = exponent_o | exponents[8*t +: 8];
      nan_o         = nan_o | nans[t];
    end
  end

endmodule
