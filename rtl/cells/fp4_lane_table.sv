/// The lanes of a block's sixteen codes: that of code c in [8*(c%8) +: 8] of lo_o (codes 0 to 7) or
/// hi_o. A lane is a signed number of half-units, or of quarter-units in the code book s1p2.
///
/// The block's code book is one-hot in code_book_i; a set that has but one ignores it. Where
/// special_en_i is set the code of E2M1's negative zero has the block's special value.
///
/// Example (Formats=1): code_book_i=1
///   -> lo_o=64'h0C08060403020100, hi_o=64'hF4F8FAFCFDFEFF00; e2m1
/// Example (Formats=7): code_book_i=1, special_en_i=1, special_i=8'h0A
///   -> lo_o=64'h0C08060403020100, hi_o=64'hF4F8FAFCFDFEFF0A
module fp4_lane_table #(
  parameter logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT // set, a bit for each format
) (
  input  logic [fp4_pkg::CODE_BOOKS-1:0] code_book_i,  // one-hot
  input  logic                           special_en_i, // the code of -0 is special
  input  logic [7:0]                     special_i,    // its lane
  output logic [63:0]                    lo_o,         // lanes of codes 0 to 7, a byte each
  output logic [63:0]                    hi_o          // lanes of codes 8 to 15
);

  if (Formats == '0 || (Formats & ~fp4_pkg::FORMAT_IN_RTL) != '0) begin : g_bad_formats
    fp4_error_format_not_in_rtl u_bad ();
  end

  localparam bit         Single = fp4_formats::has_one_code_book(Formats);
  localparam logic [2:0] Place  = fp4_pkg::SENTINEL[2:0]; // in hi_o

  always_comb begin
    lo_o = '0;
    hi_o = '0;
    for (int b = 0; b < fp4_pkg::CODE_BOOKS; b++) begin
      if ((Formats & fp4_formats::with_code_book(b)) != '0 && (Single || code_book_i[b])) begin
        lo_o = lo_o | fp4_pkg::CODE_BOOK_LANES_LO[64*b +: 64];
        hi_o = hi_o | fp4_pkg::CODE_BOOK_LANES_HI[64*b +: 64];
      end
    end
    if ((Formats & fp4_pkg::FORMAT_HAS_SPECIALS) != '0 && special_en_i)
      hi_o[8*Place +: 8] = special_i;
  end

endmodule
