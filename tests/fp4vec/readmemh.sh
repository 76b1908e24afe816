#!/usr/bin/env bash
# readmemh.sh FP4VEC: Icarus reads `gen dot16 --readmemh` into one memory and takes the columns apart as the text file has them.
set -euo pipefail
fp4vec=$1
command -v iverilog >/dev/null || { echo "skipped: iverilog was not found"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$fp4vec" gen dot16 --level 2 -n 64 | grep -v '^#' >text
"$fp4vec" gen dot16 --level 2 -n 64 --readmemh >words.hex
cat >bench.sv <<'SV'
module bench;
  logic [207:0] cases [0:63];
  logic [63:0] a, b;
  logic [7:0] sa, sb;
  logic [31:0] c, expected;
  initial begin
    $readmemh("words.hex", cases);
    for (int i = 0; i < 64; i++) begin
      {a, sa, b, sb, c, expected} = cases[i];
      $display("%h %h %h %h %h %h", a, sa, b, sb, c, expected);
    end
  end
endmodule
SV
iverilog -g2012 -o bench bench.sv
./bench >seen
diff text seen
"$fp4vec" check dot16 <seen
