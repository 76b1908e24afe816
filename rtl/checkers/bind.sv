// The checkers in every fp4_tensor_core of a simulation that has "bind" and assertions.
bind fp4_tensor_core fp4_check_tensor_core #(
  .Rows    (Rows),
  .Cols    (Cols),
  .Exact   (Exact),
  .Blocks  (Sequential),
  .Whole   (Whole),
  .OperandW(Rows * (CodesW + RecordsAW) + Cols * (CodesW + RecordsBW)),
  .FormatW (2 * fp4_pkg::FORMAT_W + 20),
  .TagWidth(TagWidth)
) u_check (
  .clk_i,
  .rst_ni,
  .k_valid_i,
  .k_ready_i (k_ready_o),
  .k_last_i,
  .k_use_c_i,
  .k_tag_i,
  .k_block_i (k_block),
  .formats_i ({a_format_i, a_v1_halves_i, a_v2_halves_i, b_format_i, b_v1_halves_i, b_v2_halves_i}),
  .operands_i({a_codes_i, a_scales_i, b_codes_i, b_scales_i}),
  .c_valid_i,
  .c_ready_i (c_ready_o),
  .c_i,
  .d_valid_i (d_valid_o),
  .d_ready_i,
  .d_last_i  (d_last_o),
  .d_tag_i   (d_tag_o),
  .d_i       (d_o)
);
