#!/usr/bin/env bash
# python_module.sh PREFIX EXAMPLES: the installed module finds the library beside it; the cocotb example is valid Python.
set -eu
command -v python3 >/dev/null || { echo "SKIP: python3 is not installed"; exit 77; }
tests=$(dirname "$(readlink -f "$0")")
export PYTHONPATH=$1/share/fp4sim/python PYTHONDONTWRITEBYTECODE=1
cd /
env -u FP4SIM_LIBRARY python3 -W error -m unittest "$tests/python_module_test.py"
python3 -c 'import ast, sys; ast.parse(open(sys.argv[1]).read())' "$2/cocotb/test_dot16.py"
# What cannot be loaded is an ImportError that names it.
FP4SIM_LIBRARY=/nowhere/libfp4golden.so python3 -c 'import fp4sim' 2>&1 | tail -1 | grep '^ImportError: fp4sim: cannot load /nowhere/libfp4golden.so: '
