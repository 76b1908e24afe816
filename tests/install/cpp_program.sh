#!/usr/bin/env bash
# cpp_program.sh PREFIX EXAMPLES VERSION: the C++ example through find_package; both targets; which versions are found.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
configure() { cmake -S "$1" -B "$2" -DCMAKE_PREFIX_PATH="$prefix" >"$work/log" 2>&1; }
prefix=$1
configure "$2/cpp" "$work/static" && cmake --build "$work/static" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$work/static/first_match" | grep '^32 outputs, .*: equal$'
[ -z "$(readelf -d "$work/static/first_match" | grep libfp4golden)" ]

# The same installation as a C project sees it, through the shared target.
mkdir "$work/c"
cat >"$work/c/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(stranger LANGUAGES C)
find_package(fp4sim $3 REQUIRED)
if(NOT EXISTS \${fp4sim_INCLUDE_DIR}/fp4_dpi.svh)
  message(FATAL_ERROR "no fp4_dpi.svh in \${fp4sim_INCLUDE_DIR}")
endif()
add_executable(first_match $2/c/first_match.c)
target_link_libraries(first_match PRIVATE fp4sim::golden_shared)
END
configure "$work/c" "$work/shared" && cmake --build "$work/shared" >>"$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$work/shared/first_match"
readelf -d "$work/shared/first_match" | grep -q libfp4golden

# Another minor version of 0.x is another interface.
IFS=. read -r major minor _ <<<"$3"
for other in "$major.$((minor + 1))" "$((major + 1)).0"; do
  sed -i "s/find_package(fp4sim [0-9.]*/find_package(fp4sim $other/" "$work/c/CMakeLists.txt"
  ! configure "$work/c" "$work/other-$other" || { echo "version $other was found"; exit 1; }
  grep -q "fp4simConfig.cmake, version: $3" "$work/log" || { cat "$work/log"; exit 1; }
done
