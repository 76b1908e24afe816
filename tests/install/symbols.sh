#!/usr/bin/env bash
# symbols.sh PREFIX SOVERSION: the shared library shows exactly what fp4.h and fp4_dpi.svh declare, under the version of its soname.
set -eu
library=$1/lib/libfp4golden.so
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
{
  sed 's,//.*,,' "$1/include/fp4.h" | grep -oE '\bfp4_[a-z0-9_]+\(' | tr -d '('
  sed 's,//.*,,' "$1/include/fp4_dpi.svh" | grep 'import "DPI-C"' | grep -oE '\bfp4_[a-z0-9_]+\('  | tr -d '('
} | sort >"$work/declared"
[ -z "$(uniq -d "$work/declared")" ] || { echo "declared twice: $(uniq -d "$work/declared")"; exit 1; }
nm -D --defined-only "$library" | awk '$2 != "A" { print $3 }' | sort >"$work/shown"
sed -n "s/@@FP4GOLDEN_$2\$//p" "$work/shown" | sort >"$work/versioned"
[ "$(wc -l <"$work/shown")" = "$(wc -l <"$work/versioned")" ] || { echo "not of version FP4GOLDEN_$2:"; grep -v "@@FP4GOLDEN_$2\$" "$work/shown"; exit 1; }
[ -s "$work/declared" ]
diff "$work/declared" "$work/versioned" || { echo "(< declared, > shown)"; exit 1; }
readelf -d "$library" | grep -qF "soname: [libfp4golden.so.$2]" || { echo "the soname is not libfp4golden.so.$2"; exit 1; }
echo "$(wc -l <"$work/shown") symbols"
