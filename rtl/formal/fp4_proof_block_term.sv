/// fp4_block_term: a part's sum times its multiplier is that sum added so many times, for all of
/// them; a second part is added, here the complement of the first. Runs in a simulator.
module fp4_proof_block_term #(
  parameter int DotW        = 15,
  parameter int MultiplierW = 8,
  parameter int TermW       = 23
);

  logic [DotW-1:0]         dot;
  logic [MultiplierW-1:0]  multiplier;
  logic signed [TermW-1:0] term, two_terms, expected;

  fp4_block_term #(.Parts(1), .DotW(DotW), .MultiplierW(MultiplierW), .TermW(TermW)) u_one (
    .dots_i       (dot),
    .multipliers_i(multiplier),
    .term_o       (term)
  );

  // The second part of the other is the first one's negated.
  fp4_block_term #(.Parts(2), .DotW(DotW), .MultiplierW(MultiplierW), .TermW(TermW)) u_two (
    .dots_i       ({~dot, dot}),
    .multipliers_i({multiplier, multiplier}),
    .term_o       (two_terms)
  );

  initial begin
    for (int d = 0; d < 2 ** DotW; d++) begin
      dot      = DotW'(d);
      expected = '0;
      for (int m = 0; m < 2 ** MultiplierW; m++) begin
        multiplier = MultiplierW'(m);
        #1;
        if (term != expected || two_terms != -TermW'(m)) begin
          $display("refuted: dot %0d times %0d is %0d, found %0d; with its complement %0d",
                   $signed(dot), m, expected, term, two_terms);
          $finish;
        end
        expected = expected + TermW'($signed(dot));
      end
    end
    $display("proven");
    $finish;
  end

endmodule
