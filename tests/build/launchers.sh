#!/usr/bin/env bash
# launchers.sh SOURCE_DIR: what ./simrun says where packages are missing and cannot, or can, be installed. Nothing is installed here: the package
# tools are stand-ins.
set -eu
source=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/clone/scripts" "$work/bin"
cp "$source/simrun" "$work/clone/"
cp "$source/scripts/launch.sh" "$work/clone/scripts/"
for tool in bash env dirname readlink mktemp sed grep rm mkdir flock tail cat id; do ln -s "$(command -v "$tool")" "$work/bin/$tool"; done
stub() { printf '#!/bin/bash\n%s\n' "$2" >"$work/bin/$1"; chmod +x "$work/bin/$1"; }
launch() { status=0; PATH="$work/bin" "$work/clone/simrun" --version >"$work/out" 2>&1 || status=$?; }
expect() { grep -q -- "$1" "$work/out" || { echo "wanted '$1' in:"; cat "$work/out"; exit 1; }; }

# Everything but Verilator is there, and there is no apt-get.
stub dpkg-query 'shift 2; for p in "$@"; do [ $p = verilator ] || echo "$p installed"; done; exit 1'
launch
[ "$status" = 2 ] || { echo "exit status $status"; exit 1; }
expect 'apt-get was not found; install these packages first: verilator$'

# A user with sudo: told what for, and only that is asked for.
rm "$work/bin/id"
stub id 'echo 1000'
stub apt-get 'exit 0'
stub sudo "echo \"\$@\" >>'$work/sudo.log'; exec \"\$@\""
stub cmake 'exit 1'
launch
expect 'installing with sudo: verilator$'
grep -q 'apt-get install .* verilator$' "$work/sudo.log"

# A user without sudo.
rm "$work/bin/sudo"
launch
[ "$status" = 2 ]
expect 'neither root nor sudo; install these packages first: verilator$'

# apt-get fails.
rm "$work/bin/id"
stub id 'echo 0'
stub apt-get 'echo "E: no network" >&2; exit 100'
launch
[ "$status" = 2 ]
expect 'E: no network'
expect 'apt-get could not install: verilator$'
