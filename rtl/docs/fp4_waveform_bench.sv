/// One tile of 2 x 2 outputs through fp4_tensor_core, for the drawings of docs/05: K of 64 in four
/// beats, with C, D not taken in the first cycle in which it is offered. All of A is 1.0 but row 1,
/// which is 2.0, all of B is 1.0 but column 1, which is -0.5, C is 1.0.
module fp4_waveform_bench #(
  parameter int Profile = fp4_pkg::PROFILE_EXACT
);

  localparam int Beats = 4;

  logic        clk = 1'b0;
  logic        rst_n = 1'b0;
  logic        k_valid, k_ready, k_last, c_valid, c_ready, d_valid, d_ready, d_last;
  logic [63:0] d;
  logic [8:0]  stage_valid; // by stages
  logic [2:0]  beats_q;     // that were taken
  logic [1:0]  c_rows_q, d_waits_q;
  logic        begun_q;

  always #5 clk = !clk;

  fp4_tensor_core #(
    .Rows    (2),
    .Cols    (2),
    .Profile (Profile),
    .FormatsA(32'd1),
    .FormatsB(32'd1),
    .TagWidth(1)
  ) u_core (
    .clk_i        (clk),
    .rst_ni       (rst_n),
    .k_valid_i    (k_valid),
    .k_ready_o    (k_ready),
    .k_last_i     (k_last),
    .k_use_c_i    (1'b1),
    .k_tag_i      (1'b0),
    .a_format_i   (4'd0),
    .a_v1_halves_i(5'd0),
    .a_v2_halves_i(5'd0),
    .a_codes_i    ({64'h4444444444444444, 64'h2222222222222222}),
    .a_scales_i   ({8'h38, 8'h38}),
    .b_format_i   (4'd0),
    .b_v1_halves_i(5'd0),
    .b_v2_halves_i(5'd0),
    .b_codes_i    ({64'h9999999999999999, 64'h2222222222222222}),
    .b_scales_i   ({8'h38, 8'h38}),
    .c_valid_i    (c_valid),
    .c_ready_o    (c_ready),
    .c_i          ({32'h3F800000, 32'h3F800000}),
    .d_valid_o    (d_valid),
    .d_ready_i    (d_ready),
    .d_last_o     (d_last),
    .d_tag_o      (),
    .d_o          (d)
  );

  assign k_valid = begun_q && beats_q < 3'(Beats);
  assign k_last  = k_valid && beats_q == 3'(Beats - 1);
  assign c_valid = begun_q && c_rows_q < 2'd2;
  assign d_ready = d_waits_q != '0;

  assign stage_valid[3:0] = u_core.u_beat_control.valid_q;
  assign stage_valid[8]   = d_valid;
  if (Profile == fp4_pkg::PROFILE_EXACT) begin : g_exact
    assign stage_valid[4]   = u_core.drain_busy;
    assign stage_valid[7:5] = u_core.drain_valid[3:1];
  end else begin : g_fused
    assign stage_valid[6:4] = u_core.g_fused.u_step_control.unit_valid_q;
    assign stage_valid[7]   = u_core.drain_busy;
  end

  always_ff @(posedge clk or negedge rst_n) begin
    if (!rst_n) begin
      begun_q   <= 1'b0;
      beats_q   <= '0;
      c_rows_q  <= '0;
      d_waits_q <= '0;
    end else begin
      begun_q <= 1'b1;
      if (k_valid && k_ready) beats_q <= beats_q + 3'd1;
      if (c_valid && c_ready) c_rows_q <= c_rows_q + 2'd1;
      if (d_valid && d_waits_q == '0) d_waits_q <= 2'd1;
    end
  end

  initial begin
    $dumpfile("waveform.vcd");
    $dumpvars(1, fp4_waveform_bench);
    #12 rst_n = 1'b1;
    wait (d_valid && d_ready && d_last);
    #30 $finish;
  end

  initial begin
    #1000 $display("no D came");
    $finish;
  end

endmodule
