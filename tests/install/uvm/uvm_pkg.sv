// The few UVM names that the example uses, so that Verilator can check it without UVM.
package uvm_pkg;
  class uvm_object;
    function new(string name = "");
    endfunction
  endclass
  class uvm_sequence_item extends uvm_object;
    function new(string name = "");
      super.new(name);
    endfunction
  endclass
  class uvm_phase extends uvm_object;
    function new(string name = "");
      super.new(name);
    endfunction
  endclass
  class uvm_component extends uvm_object;
    function new(string name, uvm_component parent);
      super.new(name);
    endfunction
  endclass
  class uvm_scoreboard extends uvm_component;
    function new(string name, uvm_component parent);
      super.new(name, parent);
    endfunction
  endclass
  class uvm_analysis_imp #(type T = int, type IMP = int);
    function new(string name, IMP imp);
    endfunction
  endclass
endpackage
