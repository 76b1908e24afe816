// Generated from the tables of golden/ by fp4-generate-rtl-package; do not edit.
package fp4_pkg;

  // Code books: code c of book b in [8*(8*b + c%8) +: 8], codes 0 to 7 in one constant and 8 to 15 in
  // the other; signed lanes, half-units or, in s1p2, quarter-units.
  localparam int CODE_BOOKS = 6;
  localparam int CODE_BOOK_E2M1 = 0;
  localparam int CODE_BOOK_E1M2 = 1;
  localparam int CODE_BOOK_INT4 = 2;
  localparam int CODE_BOOK_RAZER_MIX_6 = 3;
  localparam int CODE_BOOK_RAZER_MIX_5 = 4;
  localparam int CODE_BOOK_S1P2 = 5;
  localparam logic [383:0] CODE_BOOK_LANES_LO = {
    64'h0706050403020100,
    64'h0A08060403020100,
    64'h0C08060403020100,
    64'h0E0C0A0806040200,
    64'h0E0C0A0806040200,
    64'h0C08060403020100
  };
  localparam logic [383:0] CODE_BOOK_LANES_HI = {
    64'hF9FAFBFCFDFEFF00,
    64'hF6F8FAFCFDFEFFFB,
    64'hF4F8FAFCFDFEFF05,
    64'hFEFCFAF8F6F4F2F0,
    64'hF2F4F6F8FAFCFE00,
    64'hF4F8FAFCFDFEFF00
  };
  localparam logic [3:0] SENTINEL = 4'd8; // of the formats that have one

  // Scale types: value = significand * 2^(exponent - 3). NaN payload 256: none.
  localparam int ZERO_SCALE_EXPONENT = -126;
  localparam int SCALE_TYPES = 5;
  localparam int SCALE_UE4M3 = 0;
  localparam int SCALE_E3M3 = 1;
  localparam int SCALE_E8M0 = 2;
  localparam int SCALE_UE5M3 = 3;
  localparam int SCALE_E6M2 = 4;
  localparam logic [19:0] SCALE_EXPONENT_BITS = {4'd6, 4'd5, 4'd8, 4'd3, 4'd4};
  localparam logic [19:0] SCALE_FRACTION_BITS = {4'd2, 4'd3, 4'd0, 4'd3, 4'd3};
  localparam logic [39:0] SCALE_BIASES = {8'd48, 8'd15, 8'd127, 8'd3, 8'd7};
  localparam logic [4:0] SCALE_SUBNORMALS = {1'd0, 1'd1, 1'd0, 1'd1, 1'd1};
  localparam logic [44:0] SCALE_NAN_PAYLOADS = {9'd255, 9'd255, 9'd255, 9'd256, 9'd127};

  // Formats, as coded on the *_format_i ports and in sets of formats, one bit each. Code books are one-hot.
  // Bit number 8: none.
  localparam int FORMATS = 13;
  localparam int FORMAT_W = 4;
  localparam int FORMAT_NVFP4 = 0;
  localparam int FORMAT_RAZER_W = 1;
  localparam int FORMAT_RAZER_A = 2;
  localparam int FORMAT_MXFP4 = 3;
  localparam int FORMAT_RAZER_CUDA = 4;
  localparam int FORMAT_RZR4 = 5;
  localparam int FORMAT_NVFP4_UE5M3 = 6;
  localparam int FORMAT_MIXFP4 = 7;
  localparam int FORMAT_NVINT4 = 8;
  localparam int FORMAT_RAZER_MIX = 9;
  localparam int FORMAT_IF4 = 10;
  localparam int FORMAT_HIF4 = 11;
  localparam int FORMAT_M2XFP_W = 12;
  localparam logic [103:0] FORMAT_BLOCKS = {8'd32, 8'd64, 8'd16, 8'd16, 8'd16, 8'd16, 8'd16, 8'd16, 8'd16, 8'd32, 8'd16, 8'd16, 8'd16};
  localparam logic [51:0] FORMAT_RECORD_BYTES = {4'd2, 4'd4, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1};
  localparam logic [51:0] FORMAT_SCALES = {4'd2, 4'd4, 4'd0, 4'd0, 4'd0, 4'd0, 4'd3, 4'd0, 4'd1, 4'd2, 4'd0, 4'd1, 4'd0};
  localparam logic [77:0] FORMAT_CODE_BOOKS = {6'd1, 6'd32, 6'd1, 6'd8, 6'd4, 6'd1, 6'd1, 6'd1, 6'd1, 6'd1, 6'd1, 6'd1, 6'd1};
  localparam logic [77:0] FORMAT_OTHER_CODE_BOOKS = {6'd1, 6'd32, 6'd4, 6'd16, 6'd4, 6'd2, 6'd1, 6'd1, 6'd1, 6'd1, 6'd1, 6'd1, 6'd1};
  localparam logic [51:0] FORMAT_CODE_BOOK_BITS = {4'd8, 4'd8, 4'd7, 4'd7, 4'd8, 4'd7, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8};
  localparam logic [51:0] FORMAT_SIGN_BITS = {4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd7, 4'd7, 4'd8, 4'd7, 4'd7, 4'd8};
  localparam logic [51:0] FORMAT_SELECT_BITS = {4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd8, 4'd6, 4'd8, 4'd8, 4'd6, 4'd8};
  localparam logic [31:0] FORMAT_IN_RTL = 32'd8143;
  localparam logic [31:0] FORMAT_HAS_SPECIALS = 32'd54;
  localparam logic [31:0] FORMAT_DOUBLINGS = 32'd2048;
  localparam logic [31:0] FORMAT_QUARTERS = 32'd4096;
  localparam logic [103:0] FORMAT_LANE_MAGNITUDES = {8'd12, 8'd28, 8'd16, 8'd12, 8'd16, 8'd14, 8'd12, 8'd31, 8'd31, 8'd12, 8'd31, 8'd31, 8'd12};
  localparam logic [51:0] FORMAT_LANE_FRACTION_BITS = {4'd3, 4'd2, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1};
  localparam logic [51:0] FORMAT_MULTIPLIERS = {4'd1, 4'd1, 4'd7, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1};
  localparam logic [51:0] FORMAT_OTHER_MULTIPLIERS = {4'd1, 4'd1, 4'd6, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1, 4'd1};
  // The largest magnitude of an element under its scale, units of 2^-10; 0: beyond exact sums of 64 bits.
  localparam logic [415:0] FORMAT_LARGEST_Q10 = {32'd0, 32'd0, 32'd0, 32'd2752512, 32'd3670016, 32'd3211264, 32'd0, 32'd7110656, 32'd476160, 32'd0, 32'd7110656, 32'd476160, 32'd2752512};

  // Named sets of formats.
  localparam int FORMATS_RAZER = 7;
  localparam int FORMATS_ALL = 8143;
  localparam logic [31:0] FORMATS_DEFAULT = FORMATS_RAZER;

  // Arithmetic profiles, as coded in the parameter Profile; fields are indexed by it.
  localparam int PROFILES = 6;
  localparam int PROFILE_EXACT = 0;
  localparam int FORMATS_OF_EXACT = 903;
  localparam int PROFILE_NV_BLACKWELL = 1;
  localparam int FORMATS_OF_NV_BLACKWELL = 7119;
  localparam int PROFILE_FP32_SEQ = 2;
  localparam int FORMATS_OF_FP32_SEQ = 7119;
  localparam int PROFILE_NV_BLACKWELL_1 = 3;
  localparam int FORMATS_OF_NV_BLACKWELL_1 = 7119;
  localparam logic [191:0] PROFILE_FORMATS = {32'd7119, 32'd7119, 32'd7119, 32'd7119, 32'd7119, 32'd903};
  localparam logic [5:0] PROFILE_IN_RTL = {1'd0, 1'd0, 1'd1, 1'd1, 1'd1, 1'd1};
  localparam logic [5:0] PROFILE_NEAREST_EVEN = {1'd0, 1'd0, 1'd0, 1'd1, 1'd0, 1'd1};
  localparam logic [5:0] PROFILE_SEQUENTIAL = {1'd0, 1'd0, 1'd0, 1'd1, 1'd0, 1'd0};
  localparam logic [5:0] PROFILE_LEAVES_OUT_ZERO_PRODUCTS = {1'd1, 1'd1, 1'd0, 1'd0, 1'd1, 1'd0};
  localparam logic [191:0] PROFILE_ZERO_EXPONENTS = {-32'd139, -32'd139, -32'd126, 32'd0, -32'd139, 32'd0};
  localparam logic [191:0] PROFILE_FRACTION_BITS = {32'd25, 32'd13, 32'd35, 32'd0, 32'd35, 32'd0};
  localparam int EXACT_FRACTION_BITS = 20;
  localparam int STEP_BLOCKS = 4;

  localparam logic [31:0] FP32_NAN = 32'h7FFFFFFF;

endpackage
