#!/usr/bin/env bash
# refused.sh SOURCE_DIR MESSAGE PARAMETER=VALUE...: elaboration of the tensor core stops in every front end that is here, with the module that
# the RTL names the reason by.
set -eu
source=$1 message=$2
shift 2
cd "$source"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refuses() { # NAME COMMAND...
  local name=$1
  shift
  command -v "$1" >/dev/null || { echo "not here: $name"; return; }
  if "$@" >"$work/log" 2>&1; then echo "$name accepts it"; exit 1; fi
  grep -q "$message" "$work/log" || { cat "$work/log"; echo "$name does not say $message"; exit 1; }
  echo "$name: $message"
}
verilator=() iverilog=() yosys=""
for parameter in "$@"; do
  verilator+=("-G$parameter")
  iverilog+=(-P "fp4_tensor_core.$parameter")
  yosys+=" -set ${parameter%=*} ${parameter#*=}"
done
refuses verilator verilator --lint-only "${verilator[@]}" --top-module fp4_tensor_core rtl/lint.vlt -f rtl/files.f
refuses iverilog iverilog -g2012 "${iverilog[@]}" -s fp4_tensor_core -o "$work/core" -c rtl/files.f
refuses yosys yosys -q -p "read_verilog -sv $(tr '\n' ' ' <rtl/files.f); chparam$yosys fp4_tensor_core; hierarchy -check -top fp4_tensor_core"
