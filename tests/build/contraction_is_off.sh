#!/usr/bin/env bash
# contraction_is_off.sh BUILD_DIR: every C++ file of the build is compiled with -ffp-contract=off, every CUDA file with -fmad=false as well, and nothing
# after it turns it on again.
set -eu
commands=$1/compile_commands.json
total=$(grep -c '"command":' "$commands")
good=$(grep '"command":' "$commands" | grep -c -- '-ffp-contract=off' || true)
[ "$total" -gt 0 ] && [ "$good" = "$total" ] || { echo "$good of $total commands have -ffp-contract=off"; exit 1; }
! grep '"command":' "$commands" | grep -- ' -x cu ' | grep -v -- '-fmad=false' || { echo "a CUDA file is compiled without -fmad=false"; exit 1; }
! grep '"command":' "$commands" | grep -E -- '-ffp-contract=(fast|on)|-ffast-math|-Ofast|-funsafe-math|-fmad=true|use_fast_math' || exit 1
echo "$total of $total commands"
