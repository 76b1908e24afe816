/// Attaches the cover points to the tensor core, for Verilator: Icarus and yosys take no bind.
/// What they look at are ports: of the core, of its modules and of cells in those.
bind fp4_tensor_core fp4_cover_codes #(.Formats(FormatsA), .Vectors(Rows)) u_cover_a_codes (
  .clk_i,
  .taken_i (k_valid_i && k_ready_o),
  .format_i(a_format_i),
  .codes_i (a_codes_i),
  .scales_i(a_scales_i)
);

bind fp4_tensor_core fp4_cover_codes #(.Formats(FormatsB), .Vectors(Cols)) u_cover_b_codes (
  .clk_i,
  .taken_i (k_valid_i && k_ready_o),
  .format_i(b_format_i),
  .codes_i (b_codes_i),
  .scales_i(b_scales_i)
);

bind fp4_tensor_core fp4_cover_scales #(.Formats(FormatsA), .Vectors(Rows)) u_cover_a_scales (
  .clk_i,
  .taken_i (k_valid_i && k_ready_o),
  .format_i(a_format_i),
  .scales_i(a_scales_i)
);

bind fp4_tensor_core fp4_cover_scales #(.Formats(FormatsB), .Vectors(Cols)) u_cover_b_scales (
  .clk_i,
  .taken_i (k_valid_i && k_ready_o),
  .format_i(b_format_i),
  .scales_i(b_scales_i)
);

bind fp4_tensor_core fp4_cover_specials #(.Formats(FormatsA), .Vectors(Rows)) u_cover_a_specials (
  .clk_i,
  .taken_i    (k_valid_i && k_ready_o),
  .format_i   (a_format_i),
  .v1_halves_i(a_v1_halves_i),
  .v2_halves_i(a_v2_halves_i),
  .codes_i    (a_codes_i),
  .scales_i   (a_scales_i)
);

bind fp4_tensor_core fp4_cover_specials #(.Formats(FormatsB), .Vectors(Cols)) u_cover_b_specials (
  .clk_i,
  .taken_i    (k_valid_i && k_ready_o),
  .format_i   (b_format_i),
  .v1_halves_i(b_v1_halves_i),
  .v2_halves_i(b_v2_halves_i),
  .codes_i    (b_codes_i),
  .scales_i   (b_scales_i)
);

bind fp4_tensor_core fp4_cover_sub_blocks #(.Formats(FormatsA), .Vectors(Rows))
u_cover_a_sub_blocks (
  .clk_i,
  .rst_ni,
  .taken_i (k_valid_i && k_ready_o),
  .last_i  (k_last_i),
  .format_i(a_format_i),
  .scales_i(a_scales_i)
);

bind fp4_tensor_core fp4_cover_sub_blocks #(.Formats(FormatsB), .Vectors(Cols))
u_cover_b_sub_blocks (
  .clk_i,
  .rst_ni,
  .taken_i (k_valid_i && k_ready_o),
  .last_i  (k_last_i),
  .format_i(b_format_i),
  .scales_i(b_scales_i)
);

bind fp4_tensor_core fp4_cover_floats #(.Count(Cols)) u_cover_c (
  .clk_i,
  .taken_i (c_valid_i && c_ready_o),
  .floats_i(c_i)
);

bind fp4_tensor_core fp4_cover_streams #(.Rows(Rows), .CFollowsD(Exact)) u_cover_streams (
  .clk_i,
  .rst_ni,
  .k_valid_i,
  .k_ready_i(k_ready_o),
  .c_valid_i,
  .c_ready_i(c_ready_o),
  .d_valid_i(d_valid_o),
  .d_ready_i
);

bind fp4_tensor_core fp4_cover_tiles #(.FormatsA(FormatsA), .FormatsB(FormatsB)) u_cover_tiles (
  .clk_i,
  .rst_ni,
  .taken_i(k_valid_i && k_ready_o),
  .last_i (k_last_i),
  .use_c_i(k_use_c_i),
  .a_format_i,
  .b_format_i
);

bind fp4_accumulate_exact fp4_cover_exact_terms #(
  .TermW           (TermW),
  .TermFractionBits(TermFractionBits)
) u_cover_terms (
  .clk_i,
  .added_i (advance_i && add_i),
  .first_i,
  .finish_i,
  .term_i    (terms_i),
  .exponent_i(exponents_i),
  .nan_i
);

bind fp4_exact_finish fp4_cover_c_grid u_cover_c_grid (
  .clk_i,
  .valid_i      (move_i && valid_i[0]),
  .sum_zero_i   (sum_q20_i == '0),
  .significand_i(u_c_grid.significand_i),
  .exponent_i   (u_c_grid.exponent_i),
  .lowest_i     (u_c_grid.grid_o[0]),
  .beyond_i     (u_c_grid.beyond_o)
);

bind fp4_exact_finish fp4_cover_rounding #(.NearestEven(1'b1)) u_cover_rounding (
  .clk_i,
  .advance_i    (move_i),
  .next_i       (valid_i[2]),
  .decides_i    (!u_special_result.nan_i && !u_special_result.pass_c_i),
  .negative_i   (u_round.negative_i),
  .significand_i(u_round.significand_i),
  .exponent_i   (u_round.exponent_i),
  .sticky_i     (u_round.sticky_i),
  .fp32_i       (u_round.fp32_o)
);

bind fp4_exact_finish fp4_cover_results u_cover_results (
  .clk_i,
  .advance_i(move_i),
  .next_i   (valid_i[2]),
  .nan_i    (u_special_result.nan_i),
  .pass_c_i (u_special_result.pass_c_i),
  .c_i      (u_special_result.c_i),
  .d_i      (d_o)
);

bind fp4_fused_unit fp4_cover_alignment #(
  .MagW            (MagW),
  .TermFractionBits(TermFractionBits),
  .FractionBits    (FractionBits),
  .DownW           (DownW),
  .Sequential      (Sequential)
) u_cover_alignment (
  .clk_i,
  .valid_i        (advance_i && valid_i[1]),
  .mag0_i         (u_sum.mag0_i),
  .mag1_i         (u_sum.mag1_i),
  .mag2_i         (u_sum.mag2_i),
  .mag3_i         (u_sum.mag3_i),
  .c_significand_i(u_sum.c_significand_i),
  .down0_i        (u_sum.down0_i),
  .down1_i        (u_sum.down1_i),
  .down2_i        (u_sum.down2_i),
  .down3_i        (u_sum.down3_i),
  .c_down_i       (u_sum.c_down_i)
);

bind fp4_fused_unit fp4_cover_to_odd #(
  .MagW            (MagW),
  .TermFractionBits(TermFractionBits),
  .FractionBits    (FractionBits),
  .DownW           (DownW),
  .SumW            (SumW),
  .ToOdd           (Sequential)
) u_cover_to_odd (
  .clk_i,
  .valid_i        (advance_i && valid_i[1]),
  .negative_i     (u_sum.negative_i),
  .mag_i          (u_sum.mag0_i),
  .c_significand_i(u_sum.c_significand_i),
  .down_i         (u_sum.down0_i),
  .c_down_i       (u_sum.c_down_i),
  .sum_negative_i (u_sum.negative_o),
  .sum_mag_i      (u_sum.mag_o)
);

bind fp4_fused_unit fp4_cover_rounding #(.NearestEven(NearestEven)) u_cover_rounding (
  .clk_i,
  .advance_i,
  .next_i       (valid_i[2]),
  .decides_i    (!u_special_result.nan_i && !u_special_result.pass_c_i),
  .negative_i   (u_round.negative_i),
  .significand_i(u_round.significand_i),
  .exponent_i   (u_round.exponent_i),
  .sticky_i     (u_round.sticky_i),
  .fp32_i       (u_round.fp32_o)
);

bind fp4_fused_unit fp4_cover_results u_cover_results (
  .clk_i,
  .advance_i,
  .next_i   (valid_i[2]),
  .nan_i    (u_special_result.nan_i),
  .pass_c_i (u_special_result.pass_c_i),
  .c_i      (u_special_result.c_i),
  .d_i      (d_o)
);

bind fp4_step_control fp4_cover_step_holds #(.Columns(Columns)) u_cover_holds (
  .clk_i,
  .valid_i,
  .advance_i     (advance_o),
  .unit_advance_i(unit_advance_o),
  .unit_valid_i  (unit_valid_o),
  .column_is_i   (column_is_o)
);
