#!/usr/bin/env bash
# scripts/generate.sh [BUILD_DIR]: writes every checked-in file that is made from another: rtl/fp4_pkg.sv, golden/capi/fp4_names.h and the tables in docs/ from golden
# and from the headers of rtl/, the pages and curves in docs/results/ from their tables and training logs, the sums of the signed-off vectors (a changed sum is a changed bit: say why in the commit).
# With --check as first argument it changes nothing, shows what would change, and fails if anything would.
set -euo pipefail
source=$(cd "$(dirname "$0")/.." && pwd)
check=
if [ "${1:-}" = --check ]; then check=1; shift; fi
bin=${1:-$source/build/dev}/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

status=0
settle() { # settle GENERATED FILE
  cmp -s "$1" "$2" && return
  if [ "$check" ]; then
    diff -u "$2" "$1" || status=1
  else
    cat "$1" >"$2"
    echo "written: ${2#"$source/"}"
  fi
}

"$bin/fp4-generate-rtl-package" >"$work/fp4_pkg.sv"
settle "$work/fp4_pkg.sv" "$source/rtl/fp4_pkg.sv"
"$bin/fp4-generate-c-names" >"$work/fp4_names.h"
settle "$work/fp4_names.h" "$source/golden/capi/fp4_names.h"
"$bin/fp4-generate-probe-rows" >"$work/separating_rows.hpp"
settle "$work/separating_rows.hpp" "$source/kernels/probe/separating_rows.hpp"
for page in "$source"/docs/*.md "$source"/golden/capi/fp4_dpi.svh; do
  grep -qE '^(<!--|//) generated: ' "$page" || continue
  "$bin/fp4-generate-doc-tables" "$page" >"$work/page.md"
  settle "$work/page.md" "$page"
done
results=$source/docs/results
for table in "$results"/*.json; do
  [ "$table" != "$results/nmse.json" ] || continue
  "$bin/fp4-generate-results-page" "$table" >"$work/page.md"
  settle "$work/page.md" "${table%.json}.md"
done
"$bin/fp4-generate-formats-page" "$results/nmse.json" "$results/ref-llama.json" "$work"
for file in formats.md formats.svg; do settle "$work/$file" "$results/$file"; done
for logs in "$results"/*-training; do
  mkdir -p "$work/$(basename "$logs")"
  "$bin/fp4-generate-training-figures" "$logs" "$work/$(basename "$logs")"
  for figure in "$work/$(basename "$logs")"/*.svg; do settle "$figure" "$logs/$(basename "$figure")"; done
done
python3 "$source/rtl/syn/report.py" "$results"/rtl-area/*.json >"$work/rtl-area.md"
settle "$work/rtl-area.md" "$results/rtl-area.md"
python3 "$source/rtl/docs/waveforms.py" ${check:+--check} "$source" || [ $? = 77 ] || status=1
python3 "$source/rtl/docs/generate.py" ${check:+--check} "$source" || status=1
"$bin/fp4vec" set "$work/vectors"
settle "$work/vectors/SHA256SUMS" "$source/golden/fp4vec/SHA256SUMS"
exit "$status"
