#!/usr/bin/env bash
# move.sh BUILD_DIR SOURCE_DIR PREFIX: installs and moves the installation to PREFIX. No file of it says where it was made.
set -eu
rm -rf "$3" "$3.first"
cmake --install "$1" --prefix "$3.first" >/dev/null
mv "$3.first" "$3"
cd "$3"
for file in include/fp4.h include/fp4_names.h include/fp4_dpi.svh include/fp4/gemm/gemm.hpp lib/libfp4golden.a lib/libfp4golden.so lib/pkgconfig/fp4sim.pc \
  lib/cmake/fp4sim/fp4simConfig.cmake lib/cmake/fp4sim/fp4simConfigVersion.cmake share/fp4sim/python/fp4sim.py; do
  [ -f "$file" ] || { echo "$file is not installed"; exit 1; }
done
for path in "$1" "$2" "$3"; do
  ! grep -rlF --include='*.h' --include='*.hpp' --include='*.svh' --include='*.pc' --include='*.cmake' --include='*.py' --include='libfp4golden.so*' "$path/" . ||
    { echo "these name $path"; exit 1; }
done
find . -type l | while read -r link; do # libfp4golden.so and its soname
  case $(readlink "$link") in */*) echo "$link points to $(readlink "$link")"; exit 1 ;; esac
done
