#!/usr/bin/env bash
# run.sh SIMRUN SOURCE_DIR PATCH PROFILE ARGUMENT...: the RTL with one patch applied must make simrun exit 1 and name op, tile, row, column and
# both values, and its one-tile reproducer must fail as well; both pass on the RTL as it is.
set -euo pipefail
simrun=$1 source=$2 patch=$3 profile=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$source/rtl" "$work/rtl"
patch -s -p1 -d "$work" <"$source/tests/mutants/$patch.patch"

CCACHE_DISABLE=1 cmake -S "$source/tests/mutants/core" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DFP4_MUTANT_RTL="$work/rtl" -DFP4_MUTANT_PROFILE="$profile" \
  >"$work/log" 2>&1 && ninja -C "$work/build" >>"$work/log" 2>&1 || { tail -20 "$work/log"; echo "the mutant does not build"; exit 1; }

run() { "$simrun" --config small --profile "$profile" --quiet "$@"; }
run "$@" || { echo "the RTL without the patch fails"; exit 1; }
status=0
run --core-folder "$work/build/lib/fp4sim" --out "$work/out" "$@" 2>"$work/err" || status=$?
head -1 "$work/err"
[ "$status" = 1 ] || { echo "expected exit status 1, found $status"; exit 1; }
grep -qE '^mismatch: op [a-z0-9.]+ tile [0-9]+ .* row [0-9]+ col [0-9]+ .* rtl 0x[0-9a-f]{8} .*, golden 0x[0-9a-f]{8}' "$work/err" || { echo "the mismatch is not described"; exit 1; }

# The one-tile reproducer fails on the mutant and passes on the RTL as it is.
run --trace "$work/out/mismatch.safetensors"
status=0
run --core-folder "$work/build/lib/fp4sim" --trace "$work/out/mismatch.safetensors" 2>"$work/err" || status=$?
[ "$status" = 1 ] || { echo "the reproducer: expected exit status 1, found $status"; exit 1; }
echo "killed: $patch"
