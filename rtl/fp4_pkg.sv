// Generated from the format and profile tables of golden/ by fp4-generate-rtl-package; do not edit.
package fp4_pkg;

  // Element: E2M1 magnitudes in half-units, entry c in [4*c +: 4]; bit 3 of a code is its sign.
  localparam logic [31:0] E2M1_MAG_HALVES = 32'hC8643210;
  localparam logic [3:0] SENTINEL = 4'd8; // of the formats that have one

  // Scale types: value = significand * 2^(exponent - 3).
  localparam int ZERO_SCALE_EXPONENT = -126;
  localparam int UE4M3_BIAS = 7;
  localparam int UE4M3_NAN_PAYLOAD = 127;
  localparam int E3M3_BIAS = 3;

  // Formats, as coded on the *_format_i ports; code 3 is not used.
  typedef enum logic [1:0] {
    FORMAT_NVFP4 = 2'd0,
    FORMAT_RAZER_W = 2'd1,
    FORMAT_RAZER_A = 2'd2
  } format_e;
  localparam int RAZER_W_SIGN_BIT = 7;
  localparam int RAZER_W_SELECT_BIT = 6;
  localparam int RAZER_A_SIGN_BIT = 7;

  // Arithmetic profiles, as coded in the parameter Profile; fields are indexed by it.
  localparam int PROFILES = 6;
  localparam int PROFILE_EXACT = 0;
  localparam int PROFILE_NV_BLACKWELL = 1;
  localparam int PROFILE_NV_BLACKWELL_1 = 3;
  localparam logic [5:0] PROFILE_IN_RTL = {1'd0, 1'd0, 1'd1, 1'd0, 1'd1, 1'd1};
  localparam logic [5:0] PROFILE_LEAVES_OUT_ZERO_PRODUCTS = {1'd1, 1'd1, 1'd0, 1'd0, 1'd1, 1'd0};
  localparam logic [191:0] PROFILE_ZERO_EXPONENTS = {-32'd139, -32'd139, -32'd126, 32'd0, -32'd139, 32'd0};
  localparam logic [191:0] PROFILE_FRACTION_BITS = {32'd25, 32'd13, 32'd35, 32'd0, 32'd35, 32'd0};
  localparam int TERM_FRACTION_BITS = 8;
  localparam int EXACT_FRACTION_BITS = 20;
  localparam int STEP_BLOCKS = 4;

  localparam logic [31:0] FP32_NAN = 32'h7FFFFFFF;

endpackage
