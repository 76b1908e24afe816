`define uvm_object_utils(T)
`define uvm_component_utils(T)
`define uvm_error(ID, MSG) $display("UVM_ERROR [%s] %s", ID, MSG);
