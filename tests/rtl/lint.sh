#!/usr/bin/env bash
# lint.sh TOOL SOURCE_DIR PROFILE FORMATS_A FORMATS_B: one front end accepts every module of rtl/ for these sets of formats, without a warning
# where the tool has a strict mode.
set -eu
tool=$1 source=$2 profile=$3 a=$4 b=$5
command -v "$tool" >/dev/null || { echo "SKIP: $tool is not installed"; exit 77; }
cd "$source"
case $tool in
verilator)
  lint() { verilator --lint-only -Wall "$@" --top-module fp4_tensor_core rtl/lint.vlt -f rtl/files.f; }
  for shape in "1 1" "2 3" "8 8"; do
    read -r rows cols <<<"$shape"
    lint -GRows="$rows" -GCols="$cols" -GProfile="$profile" -GFormatsA="$a" -GFormatsB="$b"
  done
  ;;
iverilog)
  # "sorry: constant selects in always_*": Icarus 11 is sensitive to the whole vector, which changes nothing here.
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  iverilog -g2012 -P fp4_tensor_core.Rows=2 -P fp4_tensor_core.Cols=3 -P fp4_tensor_core.Profile="$profile" -P fp4_tensor_core.FormatsA="$a" \
    -P fp4_tensor_core.FormatsB="$b" -s fp4_tensor_core -o "$work/core" -c rtl/files.f >"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
  if grep -v 'sorry: constant selects in always_\*' "$work/log"; then exit 1; fi
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
