/// The format of an operand, one-hot. A set of one format needs no port to say which; a code
/// outside the set selects nothing.
///
/// Example (Formats=7): format_i=fp4_pkg::FORMAT_RAZER_W -> format_is_o=13'b0000000000010
/// Example (Formats=7): format_i=fp4_pkg::FORMAT_MXFP4 -> format_is_o=0
/// Example (Formats=8): format_i=fp4_pkg::FORMAT_NVFP4 -> format_is_o=13'b0000000001000
module fp4_format_select #(
  parameter logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT // set, a bit for each format
) (
  input  logic [fp4_pkg::FORMAT_W-1:0] format_i,   // number of the format
  output logic [fp4_pkg::FORMATS-1:0]  format_is_o // one-hot; all 0: outside the set
);

  localparam bit One = fp4_formats::count(Formats) == 1;

  if (Formats == '0 || (Formats & ~fp4_pkg::FORMAT_IN_RTL) != '0) begin : g_bad_formats
    fp4_error_format_not_in_rtl u_bad ();
  end

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    assign format_is_o[f] = Formats[f] && (One || format_i == fp4_pkg::FORMAT_W'(f));
  end

endmodule
