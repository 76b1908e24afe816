#!/usr/bin/env bash
# scripts/coverage.sh [MINIMUM]: builds golden/ and its tests with --coverage in build/coverage, runs them, prints the line coverage of every
# file of golden/ and of all together. Exit status 1 when the total is below MINIMUM percent (95) or a test fails.
set -euo pipefail
minimum=${1:-95}
cd "$(dirname "$(readlink -f "$0")")/.."
build=build/coverage

mkdir -p "$build"
{
  cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=None -DCMAKE_CXX_FLAGS="-O1 --coverage" -DCMAKE_CXX_COMPILER_LAUNCHER= -DFP4_SIM=OFF -DFP4_TESTS=ON
  ninja -C "$build" golden_tests cuda_headers_tests
} >"$build/build.log" 2>&1 || { tail -20 "$build/build.log"; exit 1; }
find "$build" -name '*.gcda' -delete
for program in golden_tests cuda_headers_tests; do
  "$build/bin/$program" --gtest_brief=1 >"$build/$program.log" 2>&1 || { tail -20 "$build/$program.log"; exit 1; }
done

find "$PWD/$build" -name '*.gcda' -exec gcov --json-format --stdout {} + | python3 -c '
import collections, json, os, sys

root, minimum = os.path.join(os.getcwd(), "golden", ""), float(sys.argv[1])
counts = collections.defaultdict(lambda: collections.defaultdict(int)) # file, line -> executions in any program
for document in sys.stdin:
    for file in json.loads(document)["files"]:
        path = os.path.abspath(file["file"])
        if path.startswith(root):
            for line in file["lines"]:
                counts[path[len(root):]][line["line_number"]] += line["count"]
covered = total = 0
for path in sorted(counts):
    run = sum(count > 0 for count in counts[path].values())
    missed = sorted(line for line, count in counts[path].items() if not count)
    print(f"{100 * run / len(counts[path]):6.1f} %  {run:4} of {len(counts[path]):4}  golden/{path}" + (f"  not run: {missed}" if missed else ""))
    covered, total = covered + run, total + len(counts[path])
percent = 100 * covered / total if total else 0
print(f"{percent:6.1f} %  {covered:4} of {total:4}  golden/")
sys.exit(percent < minimum)
' "$minimum"
