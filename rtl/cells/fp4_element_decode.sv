/// One element code to its lane: a signed number of half-units, or of quarter-units in the code
/// book s1p2.
///
/// The block's code book is one-hot in code_book_i. Where special_en_i is set the code of E2M1's
/// negative zero is the block's special value instead.
///
/// Example (e2m1): code 4'h7 gives 12 (6.0), code 4'hF gives -12, code 4'h8 gives special_i or 0.
module fp4_element_decode #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT,
  localparam int          LaneW   = fp4_formats::lane_width(Formats)
) (
  input  logic [3:0]                     code_i,
  input  logic [fp4_pkg::CODE_BOOKS-1:0] code_book_i,
  input  logic                           special_en_i,
  input  logic signed [LaneW-1:0]        special_i,
  output logic signed [LaneW-1:0]        lane_o
);

  logic [LaneW-1:0] ordinary;

  // Codes 0 to 7 and 8 to 15 are two constants of 64 bits. Both are looked up: one of 128 bits, or a
  // branch, would simulate slower. Where the second are the first negated, one is enough.
  if (fp4_formats::has_one_code_book(Formats)) begin : g_one
    localparam int Book = fp4_formats::first_code_book(Formats);
    localparam logic [63:0] Lo = fp4_pkg::CODE_BOOK_LANES_LO[64*Book +: 64];
    localparam logic [63:0] Hi = fp4_pkg::CODE_BOOK_LANES_HI[64*Book +: 64];
    if (fp4_formats::is_symmetric(Book)) begin : g_symmetric
      logic [LaneW-1:0] mag;
      assign mag      = LaneW'(Lo[{code_i[2:0], 3'b0} +: 8]);
      assign ordinary = code_i[3] ? -mag : mag;
    end else begin : g_asymmetric
      logic [7:0] lane;
      assign lane     = (Hi[{code_i[2:0], 3'b0} +: 8] & {8{code_i[3]}})
                      | (Lo[{code_i[2:0], 3'b0} +: 8] & {8{!code_i[3]}});
      assign ordinary = LaneW'(lane);
    end
  end else begin : g_several
    logic [LaneW*fp4_pkg::CODE_BOOKS-1:0] lanes;

    for (genvar b = 0; b < fp4_pkg::CODE_BOOKS; b++) begin : g_code_book
      if ((Formats & fp4_formats::with_code_book(b)) != '0) begin : g_used
        localparam logic [63:0] Lo = fp4_pkg::CODE_BOOK_LANES_LO[64*b +: 64];
        localparam logic [63:0] Hi = fp4_pkg::CODE_BOOK_LANES_HI[64*b +: 64];
        logic [7:0] lane;
        assign lane = (Hi[{code_i[2:0], 3'b0} +: 8] & {8{code_i[3]}})
                    | (Lo[{code_i[2:0], 3'b0} +: 8] & {8{!code_i[3]}});
        assign lanes[LaneW*b +: LaneW] = code_book_i[b] ? LaneW'(lane) : '0;
      end else begin : g_unused
        assign lanes[LaneW*b +: LaneW] = '0;
      end
    end

    always_comb begin
      ordinary = '0;
      for (int b = 0; b < fp4_pkg::CODE_BOOKS; b++) ordinary = ordinary | lanes[LaneW*b +: LaneW];
    end
  end

  assign lane_o = special_en_i && code_i == fp4_pkg::SENTINEL ? special_i : ordinary;

endmodule
