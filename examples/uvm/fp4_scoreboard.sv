// A UVM scoreboard for a 16-lane NVFP4 dot product: each observed item carries the inputs and
// the design's result.
`include "fp4_dpi.svh"

package fp4_scoreboard_pkg;
  import uvm_pkg::*;
`include "uvm_macros.svh"

  class fp4_dot16_item extends uvm_sequence_item;
    `uvm_object_utils(fp4_dot16_item)
    rand logic [63:0] a, b;
    rand logic [7:0] sa, sb;
    rand logic [31:0] c;
    logic [31:0] d;
    function new(string name = "fp4_dot16_item");
      super.new(name);
    endfunction
  endclass

  class fp4_scoreboard extends uvm_scoreboard;
    `uvm_component_utils(fp4_scoreboard)
    uvm_analysis_imp #(fp4_dot16_item, fp4_scoreboard) observed;
    int unsigned checks, errors;

    function new(string name, uvm_component parent);
      super.new(name, parent);
      observed = new("observed", this);
    endfunction

    function void write(fp4_dot16_item t);
      int unsigned expected;
      checks++;
      if ($isunknown({t.a, t.sa, t.b, t.sb, t.c, t.d})) begin
        errors++;
        `uvm_error("FP4", "X or Z in an observed item")
      end else if (fp4_dpi_dot16(t.a, t.sa, t.b, t.sb, t.c, expected) != 0) begin
        errors++;
        `uvm_error("FP4", "golden refused the item")
      end else if (t.d !== expected) begin
        errors++;
        `uvm_error("FP4", $sformatf("item %0d: expected %08h, found %08h", checks, expected, t.d))
      end
    endfunction

    function void check_phase(uvm_phase phase);
      if (checks == 0) `uvm_error("FP4", "no item was observed")
    endfunction
  endclass
endpackage
