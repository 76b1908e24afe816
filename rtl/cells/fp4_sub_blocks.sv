/// What the bytes after the scale byte say of sixteen elements: how often each four is doubled
/// (hif4), and the factor of each eight (m2xfp-w).
///
/// place_i counts sixteens from the start of the block. hif4: element i is doubled where bit 7 -
/// i/8 of byte 1 is set, and once more where bit 7 - i/4 % 8 of byte 2 + i/32 is. m2xfp-w: the
/// factor of element i is 4 + m, m being bits 2*(i/8)+1 and 2*(i/8) of byte 1. Elsewhere nothing is
/// doubled and factors are 1.
///
/// Example (Formats=2048): format_is_i=2048, record_i=32'h00A040C0, place_i=0
///   -> doublings_o=8'b01_10_00_01, factors_o=6'o11; hif4
/// Example (Formats=4096): format_is_i=4096, record_i=16'h007F, place_i=0
///   -> doublings_o=0, factors_o=6'o44; m2xfp-w
/// Example (Formats=4096): format_is_i=4096, record_i=16'h907F, place_i=1
///   -> doublings_o=0, factors_o=6'o65
module fp4_sub_blocks #(
  parameter  logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT, // set, a bit for each format
  localparam int RecordW = 8 * fp4_formats::record_bytes(Formats) // bits of a scale record
) (
  input  logic [fp4_pkg::FORMATS-1:0] format_is_i, // format of the block, one-hot
  input  logic [RecordW-1:0]          record_i,    // scale record, the scale byte lowest
  input  logic [1:0]                  place_i,     // which sixteen of the block
  output logic [7:0]                  doublings_o, // of four n in [2*n +: 2]
  output logic [5:0]                  factors_o    // of eight n in [3*n +: 3]
);

  if (Formats == '0 || (Formats & ~fp4_pkg::FORMAT_IN_RTL) != '0) begin : g_bad_formats
    fp4_error_format_not_in_rtl u_bad ();
  end

  localparam logic [31:0] Doublings = Formats & fp4_pkg::FORMAT_DOUBLINGS;
  localparam logic [31:0] Quarters  = Formats & fp4_pkg::FORMAT_QUARTERS;

  if (Doublings != '0) begin : g_doublings
    logic [1:0] eights; // first in bit 1
    logic [3:0] fours;  // first in bit 3
    always_comb begin
      eights = record_i[8 + 6 - 2*place_i +: 2];
      fours  = record_i[16 + 8*place_i[1] + (place_i[0] ? 0 : 4) +: 4];
      for (int n = 0; n < 4; n++)
        doublings_o[2*n +: 2] = (Formats == Doublings || (32'(format_is_i) & Doublings) != '0)
                              ? 2'(eights[1 - n/2]) + 2'(fours[3 - n]) : 2'd0;
    end
  end else begin : g_no_doublings
    assign doublings_o = '0;
  end

  if (Quarters != '0) begin : g_quarters
    logic [3:0] quarters;
    always_comb begin
      quarters = record_i[8 + 4*place_i[0] +: 4];
      for (int n = 0; n < 2; n++)
        factors_o[3*n +: 3] = (Formats == Quarters || (32'(format_is_i) & Quarters) != '0)
                            ? {1'b1, quarters[2*n +: 2]} : 3'd1;
    end
  end else begin : g_no_quarters
    assign factors_o = {3'd1, 3'd1};
  end

endmodule
