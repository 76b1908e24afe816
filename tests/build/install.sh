#!/usr/bin/env bash
# install.sh BUILD_DIR: an installed simrun runs from any folder with its own recipes, configurations and RTL cores.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$1" --prefix "$work/prefix" >/dev/null
mv "$work/prefix" "$work/moved" # relocatable
mkdir "$work/elsewhere"
cd "$work/elsewhere"
export PATH="$work/moved/bin:$PATH"
[ "$(command -v simrun)" = "$work/moved/bin/simrun" ]
simrun --list-traces >list
grep -q '^llama3-1b-layer0 .*, synthetic)$' list
grep -q '^ref-llama .*, checkpoint)$' list
grep -q '^ref-llama-faar .*, packed-checkpoint)$' list
simrun --ops k --tokens 1 --config small --out "$work/out" | grep -q '^PASS'
test -f "$work/out/stats.json"
! find "$work/moved" -type l -lname "*/*" | grep . # nothing points back into the build
