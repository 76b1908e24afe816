#!/usr/bin/env bash
# c_program.sh PREFIX EXAMPLES: the C example through pkg-config, against the shared library and as a static program; one wrong bit fails it.
set -eu
command -v pkg-config >/dev/null || { echo "SKIP: pkg-config is not installed"; exit 77; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export PKG_CONFIG_PATH=$1/lib/pkgconfig
build() { # output, source, options...
  # shellcheck disable=SC2046 # lists of words
  cc -std=c11 -Wall -Wextra -Werror "$2" -o "$work/$1" "${@:3}"
}
# shellcheck disable=SC2046
{
  build shared "$2/c/first_match.c" $(pkg-config --cflags --libs fp4sim) -Wl,-rpath,"$(pkg-config --variable=libdir fp4sim)"
  build defined "$2/c/first_match.c" $(pkg-config --define-prefix --cflags --libs fp4sim)
  build static "$2/c/first_match.c" -static $(pkg-config --static --cflags --libs fp4sim)
  sed 's/0x42140000/0x42140001/' "$2/c/first_match.c" >"$work/wrong.c"
  build wrong "$work/wrong.c" -static $(pkg-config --static --cflags --libs fp4sim)
}
expected="fp4sim $(pkg-config --modversion fp4sim): expected 0x42140000, found 0x42140000"
for program in shared static; do
  [ "$("$work/$program")" = "$expected" ] || { echo "$program: $("$work/$program")"; exit 1; }
done
[ "$(LD_LIBRARY_PATH=$1/lib "$work/defined")" = "$expected" ]
readelf -d "$work/shared" | grep -q 'libfp4golden.so'
[ -z "$(readelf -d "$work/static" | grep NEEDED)" ]
status=0
"$work/wrong" || status=$?
[ "$status" = 1 ]
