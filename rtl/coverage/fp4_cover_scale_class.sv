/// What kind of scale a byte is, one-hot, whatever a format says by the bits above its payload.
///
/// bit | class              | only of scale types with
/// 0   | NaN                | a NaN
/// 1   | zero               | subnormals
/// 2   | smallest subnormal | subnormals
/// 3   | other subnormal    | subnormals
/// 4   | smallest normal    |
/// 5   | other normal       |
/// 6   | largest            |
module fp4_cover_scale_class (
  input  logic [fp4_pkg::FORMAT_W-1:0] format_i,
  input  logic [7:0]                   scale_i,
  output logic [6:0]                   class_o
);

  logic [3:0] scale_type, fraction_bits;
  logic [8:0] nan_payload, mask, payload, first_normal, largest;
  logic       subnormals;

  always_comb begin
    scale_type    = fp4_pkg::FORMAT_SCALES[4*format_i +: 4];
    fraction_bits = fp4_pkg::SCALE_FRACTION_BITS[4*scale_type +: 4];
    subnormals    = fp4_pkg::SCALE_SUBNORMALS[scale_type[2:0]];
    nan_payload   = fp4_pkg::SCALE_NAN_PAYLOADS[9*scale_type +: 9];
    mask          = (9'd1 << (fp4_pkg::SCALE_EXPONENT_BITS[4*scale_type +: 4] + fraction_bits))
                  - 9'd1;
    payload       = {1'b0, scale_i} & mask;
    first_normal  = subnormals ? 9'd1 << fraction_bits : 9'd0;
    largest       = nan_payload == 9'd256 ? mask : nan_payload - 9'd1;
    if (payload == nan_payload) class_o = 7'b0000001;
    else if (subnormals && payload == 9'd0) class_o = 7'b0000010;
    else if (subnormals && payload == 9'd1) class_o = 7'b0000100;
    else if (payload < first_normal) class_o = 7'b0001000;
    else if (payload == first_normal) class_o = 7'b0010000;
    else if (payload == largest) class_o = 7'b1000000;
    else class_o = 7'b0100000;
  end

endmodule
