// A design against golden on random blocks. With Verilator:
//   $ P=$(pkg-config --variable=prefix fp4sim); L="-L$P/lib -lfp4golden -Wl,-rpath,$P/lib"
//   $ verilator --binary --top dot16_bench -I$P/include dot16_bench.sv dot16.sv -LDFLAGS "$L"
`include "fp4_dpi.svh"

module dot16_bench;
  logic [63:0] a, b;
  logic [7:0] sa, sb;
  logic [31:0] d;
  dot16 dut (.a_i(a), .b_i(b), .sa_i(sa), .sb_i(sb), .d_o(d));

  localparam string Config = "a=nvfp4,b=nvfp4,profile=exact";
  chandle golden;
  initial begin
    golden = fp4_ref_new(Config);
    if (golden == null) $fatal(1, "%s", fp4_ref_new_error(Config));
    repeat (2000) begin
      a = {$urandom, $urandom};
      b = {$urandom, $urandom};
      {sa, sb} = 16'($urandom);
      #1;
      void'(fp4_ref_dot16(golden, a, sa, b, sb, 0));
      if (fp4_ref_check(golden, d) == 0) $display("%s", fp4_ref_message(golden));
    end
    $display("%0d checks, %0d errors", fp4_ref_checks(golden), fp4_ref_errors(golden));
    if (fp4_ref_checks(golden) == 0 || fp4_ref_pending(golden) != 0 || fp4_ref_errors(golden) != 0)
      $fatal(1, "the design differs from golden");
    fp4_ref_free(golden);
    $finish;
  end
endmodule
