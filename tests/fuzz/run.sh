#!/usr/bin/env bash
# run.sh [SECONDS [BUILD_DIR]]: builds the libFuzzer targets with clang and runs each for so long (300 seconds unless told). Corpora stay in
# BUILD_DIR/corpus (build/fuzz unless told). Exit status 1: a crash, with its input in BUILD_DIR/crashes; 77: no clang with libFuzzer.
set -euo pipefail
source=$(cd "$(dirname "$0")/../.." && pwd)
seconds=${1:-300}
build=${2:-$source/build/fuzz}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

echo 'extern "C" int LLVMFuzzerTestOneInput(const unsigned char*, unsigned long) { return 0; }' >"$work/probe.cpp"
clang++ -fsanitize=fuzzer,address,undefined "$work/probe.cpp" -o "$work/probe" 2>"$work/log" ||
  { echo "skipped: clang++ with libFuzzer was not found (Debian: clang libclang-rt-14-dev)"; exit 77; }

cmake -S "$source" -B "$build" -G Ninja -DCMAKE_CXX_COMPILER=clang++ -DCMAKE_BUILD_TYPE=RelWithDebInfo -DFP4_FUZZ=ON -DFP4_TOOLS=ON -DFP4_TRACES=ON \
  -DFP4_QUANT=OFF -DFP4_SIM=OFF -DFP4_TESTS=OFF >"$work/log" 2>&1 && ninja -C "$build" fp4vec fuzz_checkpoint fuzz_fp4vec_check fuzz_safetensors_reader fuzz_silicon_file >>"$work/log" 2>&1 ||
  { grep -v '^\[' "$work/log" | tail -30; echo "the build failed"; exit 1; }

# Seeds: small models; lines of every op; a file with two tensors; a file of measured rows, plain and gzip.
check=$build/corpus/fuzz_fp4vec_check reader=$build/corpus/fuzz_safetensors_reader silicon=$build/corpus/fuzz_silicon_file
mkdir -p "$check" "$reader" "$silicon" "$build/crashes"
python3 "$source/tests/fuzz/checkpoint_seeds.py" "$build/corpus/fuzz_checkpoint"
digit=0
for op in decode scale encode dot16 mma gemm; do # in the order of fp4::vec::Op; the digits are that modulo 6
  for format in nvfp4 razer-w mxfp4; do
    lines=$("$build/bin/fp4vec" gen "$op" --format "$format" -n 2 2>/dev/null) || continue # no encoder makes the format
    printf "%s%s\n" "$digit" "$lines" >"$check/$op-$format"
  done
  digit=$((digit + 1))
done
printf '4SECTION TILES 2\nTILE 0 A 1 %064d 38383838\nTILE 0 B 1 %064d 38383838\nTILE 0 C 1%s\nTILE 0 D 1%s\n' 0 0 "$(printf ' 00000000%.0s' {1..8})" \
  "$(printf ' 00000000%.0s' {1..8})" >"$check/tiles"
header='{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}}'
{ printf "\\x$(printf %x ${#header})\0\0\0\0\0\0\0%s" "$header"; printf 'elevenbytes'; } >"$reader/two"

printf '# gpu=V100 format=fp16 k=4 digits=4 rows=2 columns=a,b,c,d32,d16\n# of one\n%s\n%s\n' \
  '3c003c003c003c00 3c003c003c003c00 3f800000 40a00000 4500' '0000000000000000 0000000000000000 00000000 - 0000' >"$silicon/rows"
gzip -c "$silicon/rows" >"$silicon/rows.gz"

cat >"$work/silicon.dict" <<'DICT'
"# gpu="
" format="
" rows="
"B200"
"e4m3"
"tf32"
" - "
DICT
cat >"$work/check.dict" <<'DICT'
"SECTION "
"TILES"
"TILE "
"NVFP4"
"MXFP4"
"# fp4-vectors 1\x0a"
"op="
"fmt="
"shape="
"razer-w:razer-a"
" n="
"7fc00000"
DICT
cat >"$work/reader.dict" <<'DICT'
"\"dtype\":"
"\"shape\":["
"\"data_offsets\":["
"\"__metadata__\":{"
"\"F4\""
"\"BF16\""
"9223372036854775808"
"18446744073709551615"
DICT

cat "$work/reader.dict" - >"$work/checkpoint.dict" <<'DICT'
"\"quantization_config\":"
"\"compressed-tensors\""
"\"modelopt\""
"\"fp4sim-razer\""
"\"Qwen3ForCausalLM\""
"\"rope_scaling\":"
"\"llama3\""
".weight_packed"
".weight_scale"
".weight_global_scale"
".weight_scale_2"
".input_scale"
".razer_codes"
DICT

status=0
for target in fuzz_checkpoint fuzz_fp4vec_check fuzz_safetensors_reader fuzz_silicon_file; do
  dict=$work/check.dict
  [ $target = fuzz_safetensors_reader ] && dict=$work/reader.dict
  [ $target = fuzz_checkpoint ] && dict=$work/checkpoint.dict
  [ $target = fuzz_silicon_file ] && dict=$work/silicon.dict
  echo "== $target, $seconds seconds"
  "$build/bin/$target" -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -dict="$dict" -artifact_prefix="$build/crashes/$target-" \
    -print_final_stats=1 -verbosity=1 "$build/corpus/$target" >"$work/out" 2>&1 || { status=1; tail -40 "$work/out"; }
  grep -E 'stat::(number_of_executed_units|peak_rss_mb|new_units_added)|DONE|SUMMARY' "$work/out" || true
done
exit $status
