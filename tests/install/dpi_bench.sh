#!/usr/bin/env bash
# dpi_bench.sh PREFIX EXAMPLES: the DPI example under Verilator; with one wrong line in its design it must fail.
set -eu
command -v verilator >/dev/null || { echo "SKIP: verilator is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v ccache >/dev/null && export OBJCACHE=ccache # for the simulator's own run-time files
bench() { # folder, design
  verilator --binary --top dot16_bench --Mdir "$1" -I"$prefix/include" "$examples/dpi/dot16_bench.sv" "$2" \
    -LDFLAGS "-L$prefix/lib -lfp4golden -Wl,-rpath,$prefix/lib" >log 2>&1 || { tail -20 log; exit 1; }
}
prefix=$1 examples=$2
bench right "$examples/dpi/dot16.sv"
right/Vdot16_bench | tee out
grep -q '^2000 checks, 0 errors$' out

sed "s/sa_i\[6:0\] == '1 ||/sa_i == '1 ||/" "$examples/dpi/dot16.sv" >wrong.sv # 7F is no NaN any more
bench wrong wrong.sv
if wrong/Vdot16_bench >out 2>&1; then echo "a wrong design passed"; exit 1; fi
grep '^result [0-9]*: expected 0x7FFFFFFF (nan), found 0x' out | head -1
