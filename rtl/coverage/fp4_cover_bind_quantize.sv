/// Attaches the cover points to the quantizer, for Verilator. What they look at are ports of it and
/// of its cells, and the valid bits and formats of its stages.
bind fp4_quantize fp4_cover_floats #(.Count(16), .W(ValueW)) u_cover_values (
  .clk_i,
  .taken_i (x_valid_i && x_ready_o),
  .floats_i(x_values_i)
);

bind fp4_quantize fp4_cover_block_stream u_cover_block_stream (
  .clk_i,
  .rst_ni,
  .x_valid_i,
  .x_ready_i(x_ready_o),
  .q_valid_i(q_valid_o),
  .q_ready_i,
  .valid_i  (valid_q)
);

bind fp4_quantize fp4_cover_amax #(.ValueW(ValueW)) u_cover_amax (
  .clk_i,
  .valid_i (advance && valid_q[0]),
  .values_i(u_amax.values_i),
  .nan_i   (u_amax.nan_i),
  .amax_i  (u_amax.amax_o)
);

bind fp4_quantize fp4_cover_block_scale #(.Formats(Formats)) u_cover_block_scale (
  .clk_i,
  .valid_i   (advance && valid_q[2]),
  .razer_i   (razer_q[2]),
  .leading_i (u_block_scale.leading_i),
  .sticky_i  (u_block_scale.sticky_i),
  .exponent_i(u_block_scale.exponent_i),
  .payload_i ({payload_d[6:1], payload_d[0] || (razer_q[2] && payload_d == '0)})
);

bind fp4_quantize fp4_cover_special_sign u_cover_special_sign (
  .clk_i,
  .valid_i   (advance && valid_q[5] && razer_q[5]),
  .gains_i   (u_special_sign.gains_i),
  .negative_i(u_special_sign.negative_o)
);

bind fp4_quantize fp4_cover_quantized #(.Formats(Formats)) u_cover_quantized (
  .clk_i,
  .rst_ni,
  .advance_i(advance),
  .razer_i  (razer_q[5]),
  .taken_i  (q_valid_o && q_ready_i),
  .codes_i  (q_codes_o),
  .scale_i  (q_scale_o)
);

bind fp4_quantize_element fp4_cover_element_round #(
  .Formats((32'd1 << fp4_pkg::FORMAT_NVFP4) | (32'(HasSpecial) << fp4_pkg::FORMAT_RAZER_A))
)
u_cover_element (
  .clk_i,
  .valid3_i     (advance_i && fp4_quantize.valid_q[3]),
  .shift_i      (u_quarter_steps.shift_i),
  .valid_i      (advance_i && fp4_quantize.valid_q[4]),
  .razer_i      (fp4_quantize.razer_q[4]),
  .negative_i   (negative4_q),
  .forced_i     (forced4_q),
  .scale_zero_i (scale_zero4_i),
  .position_i   (u_round.position_i),
  .more_i       (u_round.more_i),
  .significand_i(u_round.significand_i),
  .in_window_i  (u_round.in_window_o),
  .gain_i       (u_round.gain_o)
);
