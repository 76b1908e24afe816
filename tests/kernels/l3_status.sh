#!/usr/bin/env bash
# l3_status.sh SOURCE_DIR: what kernels/l3-status says of no result, of a result of these sources, of one with a mismatch, and of one that a changed source made stale.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/golden"
cp -r "$1/golden/include" "$1/golden/src" "$work/golden"
cp -r "$1/kernels" "$work"
expect() { # expect EXIT_STATUS TEXT
  local found status=0
  found=$("$work/kernels/l3-status") || status=$?
  [ "$status" = "$1" ] && [[ "$found" == "$2"* ]] || { echo "expected $1, $2...; found $status, $found"; exit 1; }
}
result() { # result MISMATCHES
  mkdir -p "$work/docs/results/gpu/some"
  printf 'Some GPU\ndate: 2000-01-01\nsources: %s\n' "$("$work/kernels/l3-status" --sources)" >"$work/docs/results/gpu/some/machine.txt"
  printf 'L3: Some GPU\nL3: 298 checks, %d failed, 0 skipped; 1000 words, %d mismatches\n' "$(($1 > 0))" "$1" >"$work/docs/results/gpu/some/kernelcheck.txt"
}

expect 3 "L3: not run"
result 0
expect 0 "L3: ran: Some GPU"
result 7
expect 1 "L3: FAILED: Some GPU"
result 0
echo >>"$work/kernels/arithmetic/cut.hpp"
expect 3 "L3: stale: Some GPU"
