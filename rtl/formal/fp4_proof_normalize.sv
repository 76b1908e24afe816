/// fp4_normalize keeps the bits from the leading one on, and says whether any lies below them.
module fp4_proof_normalize #(
  parameter int W = 53
) (
  input logic [W-1:0]      mag_i,
  input logic signed [9:0] lsb_exponent_i,
  input logic [4:0]        n_i
);

  logic [24:0]         significand;
  logic signed [10:0]  exponent;
  logic                sticky;
  logic signed [8:0]   leading, from;
  logic [255:0]        mag_bits, below;
  logic [31:0]         significand_bits;

  fp4_normalize #(.W(W)) u_normalize (
    .en_i         (1'b1),
    .mag_i,
    .lsb_exponent_i,
    .significand_o(significand),
    .exponent_o   (exponent),
    .sticky_o     (sticky)
  );

  // The bit n places below the leading one.
  always_comb begin
    leading = -9'sd1;
    for (int i = 0; i < W; i++) if (mag_i[i]) leading = 9'(i);
    mag_bits         = 256'(mag_i);
    significand_bits = 32'(significand);
    from             = leading - 9'(n_i);
    below            = leading > 9'sd24 ? mag_bits & ~({256{1'b1}} << (leading - 9'sd24)) : '0;
    if (leading < 0) begin
      assert (significand == '0 && !sticky);
    end else begin
      assert (exponent == 11'(lsb_exponent_i) + 11'(leading));
      if (n_i <= 5'd24)
        assert (significand_bits[5'd24 - n_i] == (from >= 0 && mag_bits[from[7:0]]));
      assert (sticky == (below != '0));
    end
  end

endmodule
