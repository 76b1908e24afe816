#!/usr/bin/env bash
# scripts/coverage.sh [MINIMUM]: builds golden/, fp4vec and their tests with --coverage in build/coverage, runs them, prints the line coverage of
# every file, every folder and all of golden/ but tools/, whose generators scripts/generate.sh runs. Vectors and measured rows are used where
# CMake finds them (FP4_VECTORS, FP4_SILICON; tests/CMakeLists.txt). Exit status 1 when the total is below MINIMUM percent (95) or a test fails.
set -euo pipefail
minimum=${1:-95}
cd "$(dirname "$(readlink -f "$0")")/.."
build=build/coverage

programs="golden_tests golden_slow_tests cuda_headers_tests fp4vec_tests silicon_tests"

mkdir -p "$build"
{
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 --coverage" -DCMAKE_CXX_COMPILER_LAUNCHER= -DFP4_TRACES=OFF -DFP4_SIM=OFF \
    -DFP4_TOOLS=ON -DFP4_TESTS=ON -DFP4_BENCH=OFF
  # shellcheck disable=SC2086 # a list
  ninja -C "$build" fp4vec $programs
} >"$build/build.log" 2>&1 || { tail -20 "$build/build.log"; exit 1; }
find "$build" -name '*.gcda' -delete
cached() { sed -n "s/^$1:PATH=//p" "$build/CMakeCache.txt"; }
FP4SIM_VECTORS=$(cached FP4_VECTORS) FP4SIM_SILICON=$(cached FP4_SILICON)
export FP4SIM_VECTORS FP4SIM_SILICON
for program in $programs; do
  "$build/bin/$program" --gtest_brief=1 >"$build/$program.log" 2>&1 || { tail -20 "$build/$program.log"; exit 1; }
done

find "$PWD/$build" -name '*.gcda' -exec gcov --json-format --stdout {} + | python3 -c '
import collections, json, os, sys

root, minimum = os.path.join(os.getcwd(), "golden", ""), float(sys.argv[1])
counts = collections.defaultdict(lambda: collections.defaultdict(int)) # file, line -> executions in any program
for document in sys.stdin:
    for file in json.loads(document)["files"]:
        path = os.path.abspath(file["file"])
        if path.startswith(root) and not path.startswith(root + "tools/"):
            for line in file["lines"]:
                counts[path[len(root):]][line["line_number"]] += line["count"]
folders = collections.defaultdict(lambda: [0, 0])
for path in sorted(counts):
    run = sum(count > 0 for count in counts[path].values())
    missed = sorted(line for line, count in counts[path].items() if not count)
    print(f"{100 * run / len(counts[path]):6.1f} %  {run:4} of {len(counts[path]):4}  golden/{path}" + (f"  not run: {missed}" if missed else ""))
    for folder in ("", os.path.dirname(path) + "/"):
        folders[folder][0] += run
        folders[folder][1] += len(counts[path])
print()
for folder, (covered, total) in sorted(folders.items(), reverse=True):
    print(f"{100 * covered / total:6.1f} %  {covered:4} of {total:4}  golden/{folder}")
sys.exit(not folders or 100 * folders[""][0] < minimum * folders[""][1])
' "$minimum"
