#!/usr/bin/env bash
# shares_no_arithmetic.sh SOURCE_DIR LIBRARY...: kernels/ takes layouts, types, tables and the passing on of errors from golden, nothing that computes.
set -eu
source=$1
shift
folders=("$source"/kernels/{arithmetic,bodies,cuda,emulation,engine}) # what compares with golden is elsewhere
includes=$(grep -rhoE '#include "fp4/[^"]*"' "${folders[@]}" | sort -u)
expected='#include "fp4/arithmetic/arithmetic.hpp"
#include "fp4/encode/encoder.hpp"
#include "fp4/formats/format.hpp"
#include "fp4/formats/packed_tensor.hpp"
#include "fp4/formats/scale.hpp"
#include "fp4/try.hpp"'
[ "$includes" = "$expected" ] || { echo "kernels/ includes of golden: expected"; echo "$expected"; echo "found"; echo "$includes"; exit 1; }
# Functions of those headers that compute, by name.
if grep -rnE '\b(decode_scale|encode_scale|scale_to_float|e2m1_halves|e2m1_halves_table|round_magnitude|round_float|round_fp32|scale_spec|scale_specs)\b' "${folders[@]}" --include='*.[hc]*'; then
  echo "kernels/ calls golden's arithmetic"
  exit 1
fi
# And at link time one symbol of golden alone, which checks sizes.
found=$(nm -C "$@" | sed -n 's/^ *U \(fp4::.*\)/\1/p' | grep -v '^fp4::kernels::' | grep -v 'typeinfo\|vtable' | sort -u)
case $found in
'fp4::check_shape('*) [ "$(wc -l <<<"$found")" = 1 ] || { echo "$found"; exit 1; } ;;
*) echo "unexpected symbols of golden: $found"; exit 1 ;;
esac
