#!/usr/bin/env bash
# headers.sh PREFIX: every installed header compiles alone and without a warning: all as C++20, fp4.h as C11 and C++17 too.
set -eu
include=$1/include
flags="-Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -fsyntax-only -I$include"
count=0
alone() { # compiler, language, standard, header
  # shellcheck disable=SC2086 # a list of words
  printf '#include <%s>\n#include <%s>\n' "$4" "$4" | $1 -x "$2" -std="$3" $flags - || { echo "$4 does not compile alone as $3"; exit 1; }
  count=$((count + 1))
}
cd "$include"
for header in *.h $(find fp4 -name '*.hpp'); do alone c++ c++ c++20 "$header"; done
alone c++ c++ c++17 fp4.h
alone cc c c11 fp4.h
[ "$count" -gt 10 ] || { echo "only $count headers"; exit 1; }
echo "$count compilations"
