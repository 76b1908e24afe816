/// The format of an operand, one-hot. A set of one format needs no port to say which; a code
/// outside the set selects nothing.
module fp4_format_select #(
  parameter logic [31:0] Formats = fp4_pkg::FORMATS_DEFAULT
) (
  input  logic [fp4_pkg::FORMAT_W-1:0] format_i,
  output logic [fp4_pkg::FORMATS-1:0]  format_is_o
);

  localparam bit One = fp4_formats::count(Formats) == 1;

  if (Formats == '0 || (Formats & ~fp4_pkg::FORMAT_IN_RTL) != '0) begin : g_bad_formats
    fp4_error_format_not_in_rtl u_bad ();
  end

  for (genvar f = 0; f < fp4_pkg::FORMATS; f++) begin : g_format
    assign format_is_o[f] = Formats[f] && (One || format_i == fp4_pkg::FORMAT_W'(f));
  end

endmodule
