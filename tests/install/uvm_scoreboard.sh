#!/usr/bin/env bash
# uvm_scoreboard.sh PREFIX EXAMPLES: Verilator accepts the UVM example over a stand-in for UVM, which Debian does not have.
set -eu
command -v verilator >/dev/null || { echo "SKIP: verilator is not installed"; exit 77; }
uvm=$(dirname "$(readlink -f "$0")")/uvm
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
lint() { verilator --lint-only -Wall -Wno-DECLFILENAME -Wno-UNUSED -I"$1/include" -I"$uvm" "$uvm/uvm_pkg.sv" "$2"; }
lint "$1" "$2/uvm/fp4_scoreboard.sv"
sed 's/t\.c, expected)/t.c)/' "$2/uvm/fp4_scoreboard.sv" >"$work/wrong.sv"
! lint "$1" "$work/wrong.sv" 2>/dev/null
