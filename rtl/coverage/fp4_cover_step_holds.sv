/// What holds the fused steps of a core, and the places of terms where they wait.
module fp4_cover_step_holds #(
  parameter int Columns = 4
) (
  input logic       clk_i,
  input logic       valid_i,
  input logic       advance_i,
  input logic       unit_advance_i,
  input logic [2:0] unit_valid_i,
  input logic [3:0] column_is_i
);

  empty: cover property (@(posedge clk_i) advance_i && unit_valid_i == '0);
  wait_for_c_empty: cover property (@(posedge clk_i)
    unit_advance_i && !advance_i && unit_valid_i == '0);

  // Columns follow each other in the stages: while the first column's step waits at the end those
  // behind it have the next three; while one waits for C in front they have the last ones.
  for (genvar n = 0; n < 3; n++) begin : g_stage
    moves: cover property (@(posedge clk_i) advance_i && unit_valid_i[n]);
    if (n > 0 && Columns > 4 - n) begin : g_before
      moves_while_next_waits_for_c: cover property (@(posedge clk_i)
        unit_advance_i && !advance_i && unit_valid_i[n]);
    end
    if (Columns > 3 - n) begin : g_behind
      waits_for_drain: cover property (@(posedge clk_i) !unit_advance_i && unit_valid_i[n]);
    end
  end

  for (genvar c = 0; c < Columns; c++) begin : g_column
    issued: cover property (@(posedge clk_i)
      unit_advance_i && unit_valid_i[0] && column_is_i[c]);
  end

  wait_with_terms: cover property (@(posedge clk_i) !advance_i && valid_i);
  wait_without_terms: cover property (@(posedge clk_i) !advance_i && !valid_i);

endmodule
