/// The largest magnitude of a block of the quantizer: of which class it is, which value has it, and
/// what is beside it.
module fp4_cover_amax #(
  parameter  int ValueW = 32,
  localparam int MagW = ValueW - 1
) (
  input logic                 clk_i,
  input logic                 valid_i,
  input logic [16*ValueW-1:0] values_i,
  input logic [15:0]          nan_i,
  input logic [30:0]          amax_i
);

  localparam logic [30:0] Lowest = 31'd1 << (32 - ValueW);

  logic [15:0] has_it, negative, infinite;

  for (genvar k = 0; k < 16; k++) begin : g_value
    logic [30:0] mag;
    assign mag         = 31'(values_i[ValueW*k +: MagW]) << (31 - MagW);
    assign infinite[k] = mag == 31'h7F80_0000;
    assign has_it[k]   = !nan_i[k] && (mag == amax_i || infinite[k]);
    assign negative[k] = values_i[ValueW*k + MagW];

    alone: cover property (@(posedge clk_i) valid_i && amax_i != '0 && has_it == 16'(1 << k));
    nan_beside: cover property (@(posedge clk_i) valid_i && amax_i != '0 && nan_i == 16'(1 << k));
  end

  positive: cover property (@(posedge clk_i)
    valid_i && amax_i != '0 && has_it != '0 && (has_it & negative) == '0);
  negative_alone: cover property (@(posedge clk_i)
    valid_i && amax_i != '0 && has_it != '0 && (has_it & ~negative) == '0);
  either_sign: cover property (@(posedge clk_i)
    valid_i && amax_i != '0 && (has_it & negative) != '0 && (has_it & ~negative) != '0);
  every_value: cover property (@(posedge clk_i) valid_i && amax_i != '0 && has_it == '1);

  all_zero: cover property (@(posedge clk_i) valid_i && amax_i == '0 && nan_i == '0);
  zero_and_nan: cover property (@(posedge clk_i)
    valid_i && amax_i == '0 && nan_i != '0 && nan_i != '1);
  all_nan: cover property (@(posedge clk_i) valid_i && nan_i == '1);
  smallest_subnormal: cover property (@(posedge clk_i) valid_i && amax_i == Lowest);
  subnormal: cover property (@(posedge clk_i)
    valid_i && amax_i > Lowest && amax_i < 31'h0080_0000);
  smallest_normal: cover property (@(posedge clk_i) valid_i && amax_i == 31'h0080_0000);
  normal: cover property (@(posedge clk_i)
    valid_i && amax_i > 31'h0080_0000 && amax_i < 31'h7F80_0000 - Lowest);
  largest: cover property (@(posedge clk_i)
    valid_i && infinite == '0 && amax_i == 31'h7F80_0000 - Lowest);
  one_infinity: cover property (@(posedge clk_i)
    valid_i && infinite != '0 && (infinite & (infinite - 1'b1)) == '0);
  infinities: cover property (@(posedge clk_i)
    valid_i && (infinite & (infinite - 1'b1)) != '0);
  infinity_and_nan: cover property (@(posedge clk_i) valid_i && infinite != '0 && nan_i != '0);

endmodule
