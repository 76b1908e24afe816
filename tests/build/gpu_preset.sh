#!/usr/bin/env bash
# gpu_preset.sh SOURCE_DIR: the preset gpu configures and builds with make and a C++ compiler alone.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$1"
# Whatever else is installed stays out of sight.
cmake --preset gpu -B "$work" -DFP4_CUDA=OFF -DCMAKE_DISABLE_FIND_PACKAGE_GTest=ON -DCMAKE_DISABLE_FIND_PACKAGE_verilator=ON >"$work.log" 2>&1 || { cat "$work.log"; exit 1; }
rm -f "$work.log"
grep -q 'CMAKE_GENERATOR:INTERNAL=Unix Makefiles' "$work/CMakeCache.txt"
cmake --build "$work" -j 2 >/dev/null
test -f "$work/golden/libfp4golden.a"
