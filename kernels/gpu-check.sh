#!/usr/bin/env bash
# gpu-check.sh OUTDIR: on a machine with a GPU, nvcc, CMake, make and a C++ compiler. Builds preset gpu, compares the kernels with golden (kernelcheck), then
# measures them (kernelbench), meant to end within eight minutes; prints the table and leaves in OUTDIR: machine.txt, build.log, kernelcheck.txt, kernelbench.txt, kernelbench.json.
# OPS=DIR: a folder of simrun --dump-ops is compared too. Exit status: 0 equal and measured, 1 not equal, 2 what is needed is missing, 124 too slow.
set -euo pipefail
out=${1:?gpu-check.sh OUTDIR}
mkdir -p "$out"
out=$(cd "$out" && pwd)
ops=${OPS:+$(realpath "$OPS")}
cd "$(dirname "$(readlink -f "$0")")/.."
say() { printf 'gpu-check: %s\n' "$*" >&2; }

machine=$(nvidia-smi --id=0 --query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem,power.limit --format=csv,noheader 2>/dev/null) ||
  { say "no GPU: nvidia-smi finds none"; exit 2; }
cat >"$out/machine.txt" <<END
$machine
date: $(date -u +%Y-%m-%d)
commit: $(git rev-parse --short HEAD 2>/dev/null || echo unknown)
sources: $(kernels/l3-status --sources)
command: kernels/gpu-check.sh OUTDIR
END

build() { cmake --build --preset gpu --target "$1" --parallel "$(nproc)" >>"$out/build.log" 2>&1; }

say "building"
{ cmake --preset gpu -DFP4_CUDA=ON -DFP4_CUDA_ARCHITECTURES=native >"$out/build.log" 2>&1 && build kernelcheck; } ||
  { tail -20 "$out/build.log" >&2; say "the build failed; all of it: $out/build.log"; exit 2; }

say "comparing"
status=0
: >"$out/kernelcheck.txt"
if [ -n "$ops" ]; then timeout -k 10 60 build/gpu/bin/kernelcheck --ops "$ops" >>"$out/kernelcheck.txt" 2>&1 || status=$?; fi
if [ "$status" = 0 ]; then timeout -k 10 200 build/gpu/bin/kernelcheck >>"$out/kernelcheck.txt" 2>&1 || status=$?; fi
if [ "$status" != 0 ]; then
  grep -A1 FAILED "$out/kernelcheck.txt" | head -40 || true
  tail -1 "$out/kernelcheck.txt"
  exit "$status"
fi

grep '^L3' "$out/kernelcheck.txt" | grep -v ' ok \| skipped '

say "measuring"
build kernelbench || { tail -20 "$out/build.log" >&2; say "kernelbench was not built, it needs cuBLAS; all of it: $out/build.log"; exit 2; }
timeout -k 10 200 build/gpu/bin/kernelbench --json "$out/kernelbench.json" --machine "$(paste -sd';' "$out/machine.txt")" >"$out/kernelbench.txt" || status=$?
cat "$out/kernelbench.txt"
exit "$status"
