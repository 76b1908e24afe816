/// fp4_code_boundaries and fp4_element_round: of all codes the nearest, of two the even one; the
/// special value where it is at least as close; and the difference of the two squared errors. For
/// all inputs. Runs in a simulator.
module fp4_proof_element_round;

  logic [8:0] position;
  logic       more;
  logic [3:0] significand;
  logic [5:0] times3;
  logic [6:0] times5, times7;
  logic [7:0] times9, times11;
  logic [2:0] mag_code;
  logic       in_window;
  logic [4:0] gain;

  fp4_code_boundaries u_boundaries (
    .significand_i(significand),
    .times3_o     (times3),
    .times5_o     (times5),
    .times7_o     (times7),
    .times9_o     (times9),
    .times11_o    (times11)
  );

  fp4_element_round u_round (
    .position_i   (position),
    .more_i       (more),
    .significand_i(significand),
    .times3_i     (times3),
    .times5_i     (times5),
    .times7_i     (times7),
    .times9_i     (times9),
    .times11_i    (times11),
    .mag_code_o   (mag_code),
    .in_window_o  (in_window),
    .gain_o       (gain)
  );

  // In eighths of the scale's step, more being one of them.
  function automatic int halves_of(input int code);
    halves_of = 32'($signed(
      fp4_pkg::CODE_BOOK_LANES_LO[8*(8*fp4_pkg::CODE_BOOK_E2M1 + code) +: 8]));
  endfunction

  int halves, from_code, from_best, best, from_special, error, special_error;

  initial begin
    for (int s = 1; s < 16; s++) begin
      for (int p = 0; p < 1024; p++) begin
        significand = 4'(s);
        {position, more} = 10'(p);
        #1;
        best      = 0;
        from_best = p;
        for (int c = 1; c < 8; c++) begin
          halves    = halves_of(c);
          from_code = p - 4*s*halves < 0 ? 4*s*halves - p : p - 4*s*halves;
          if (from_code < from_best || (from_code == from_best && c % 2 == 0)) begin
            best      = c;
            from_best = from_code;
          end
        end
        from_special  = p - 40*s < 0 ? 40*s - p : p - 40*s;
        halves        = halves_of(best);
        error         = 32'(position) - 2*s*halves;
        special_error = 32'(position) - 20*s;
        if (32'(mag_code) != best || in_window != (from_special <= from_best)
            || 32'(gain) * 8*s != (in_window ? error*error - special_error*special_error : 0)) begin
          $display("refuted: significand %0d, position %0d, more %0d: %0d, window %0d, gain %0d", s,
                   position, more, mag_code, in_window, gain);
          $finish;
        end
      end
    end
    $display("proven");
    $finish;
  end

endmodule
