#!/usr/bin/env bash
# gpu-check.sh OUTDIR: on a machine with a GPU, nvcc 12.9 or later, CMake, make and a C++ compiler. Builds preset gpu, compares the kernels with golden (kernelcheck), then
# measures them (kernelbench), meant to end within eight minutes; prints the table and leaves in OUTDIR: machine.txt, build.log, kernelcheck.txt, kernelbench.txt, kernelbench.json.
# OPS=DIR: a folder of simrun --dump-ops is compared too, into kernelcheck-ops.txt. The GPU is the first of CUDA_VISIBLE_DEVICES.
# Exit status: 0 equal and measured, 1 not equal, 2 what is needed is missing or the GPU failed, 124 or 137 too slow.
set -euo pipefail
out=${1:?gpu-check.sh OUTDIR}
mkdir -p "$out"
out=$(cd "$out" && pwd)
ops=${OPS:+$(realpath "$OPS")}
cd "$(dirname "$(readlink -f "$0")")/.."
say() { printf 'gpu-check: %s\n' "$*" >&2; }

gpu=${CUDA_VISIBLE_DEVICES:-0}
gpu=${gpu%%,*}
export CUDA_VISIBLE_DEVICES=$gpu CUDA_DEVICE_ORDER=PCI_BUS_ID # nvidia-smi's order
machine=$(nvidia-smi --id="$gpu" --query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem,power.limit --format=csv,noheader 2>/dev/null) ||
  { say "no GPU: nvidia-smi finds none"; exit 2; }
rm -f "$out"/{machine.txt,kernelcheck.txt,kernelcheck-ops.txt,kernelbench.txt,kernelbench.json} # no result stands beside the sources of another
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
compare() { # compare SECONDS FILE OPTION...: 0, or says what was not equal
  local status=0
  timeout -k 10 "$1" build/gpu/bin/kernelcheck "${@:3}" >"$2" 2>&1 || status=$?
  if [ "$status" = 0 ]; then
    grep '^L3' "$2" | grep -v ' ok \| skipped '
  else
    grep -A1 FAILED "$2" | head -40 || true
    tail -1 "$2"
    exit "$status"
  fi
}
compare 200 "$out/kernelcheck.txt"
if [ -n "$ops" ]; then compare 60 "$out/kernelcheck-ops.txt" --ops "$ops"; fi

say "measuring"
build kernelbench || { tail -20 "$out/build.log" >&2; say "kernelbench was not built, it needs cuBLAS; all of it: $out/build.log"; exit 2; }
status=0
timeout -k 10 200 build/gpu/bin/kernelbench --json "$out/kernelbench.json" --machine "$(paste -sd';' "$out/machine.txt")" >"$out/kernelbench.txt" || status=$?
cat "$out/kernelbench.txt"
if [ -e "$out/kernelbench.json" ] && grep -q '"complete": false' "$out/kernelbench.json"; then say "measuring stopped with $status; what there is: $out/kernelbench.json"; fi
exit "$status"
