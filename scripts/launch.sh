# shellcheck shell=bash
# Shared by ./simrun and ./run-tests: installs what is missing, then configures and builds a preset. Sourced, not run.
# Everything it says goes to stderr; stdout belongs to the program that is launched.

# shellcheck disable=SC2154 # set by the scripts that source this
say() { printf '%s: %s\n' "$launcher" "$*" >&2; }
die() { say "$*"; exit 2; }

# What the presets need, as Debian 12 packages.
# shellcheck disable=SC2034 # used by the scripts that source this
packages_sim="g++ cmake ninja-build ccache verilator libsystemc-dev zlib1g-dev libssl-dev libfmt-dev libcli11-dev nlohmann-json3-dev libyaml-cpp-dev librandom123-dev"
packages_dev="$packages_sim libtorch-dev libopenblas0-openmp libsentencepiece-dev libicu-dev sentencepiece clang libclang-rt-14-dev libgtest-dev libgmock-dev libboost-dev libbenchmark-dev iverilog yosys berkeley-abc make patch pkg-config python3"

# missing_packages PACKAGE...: those that dpkg does not know as installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' "$@" 2>/dev/null | sed -n 's/ installed$//p')
  local package
  for package in "$@"; do
    grep -qx "$package" <<<"$installed" || printf '%s ' "$package"
  done
}

# install_packages PACKAGE...: as root, or through sudo once it has said what for.
install_packages() {
  command -v dpkg-query >/dev/null || command -v apt-get >/dev/null ||
    { say "this is not a Debian system; needed are: $*"; return; }
  local missing
  missing=$(missing_packages "$@")
  missing=${missing% }
  [ -n "$missing" ] || return 0
  command -v apt-get >/dev/null || die "apt-get was not found; install these packages first: $missing"
  local root=""
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "neither root nor sudo; install these packages first: $missing"
    root=sudo
    say "installing with sudo: $missing"
  else
    say "installing: $missing"
  fi
  local log
  log=$(mktemp)
  # shellcheck disable=SC2086 # lists of words
  if ! { $root apt-get update -qq && $root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -5 "$log" >&2
    rm -f "$log"
    die "apt-get could not install: $missing"
  fi
  rm -f "$log"
}

# configure PRESET: what the parts found or miss is said once.
configure() {
  say "configuring build/$1"
  cmake --preset "$1" >"build/$1/launch.log" 2>&1 || { cat "build/$1/launch.log" >&2; die "cmake --preset $1 failed"; }
  sed -n 's/^-- \(fp4sim:.*\)/\1/p' "build/$1/launch.log" >&2
}

# build PRESET TARGET...: configures when needed and builds; quiet when nothing is to be done. Runs of the same preset wait for each other.
build() {
  local preset=$1
  shift
  mkdir -p "build/$preset"
  exec 9>"build/$preset/.launch-lock"
  flock 9
  [ -f "build/$preset/build.ninja" ] || configure "$preset"
  # A source that was renamed or removed stops ninja before CMake can hear of it.
  local plan
  plan=$(ninja -C "build/$preset" -n "$@" 2>&1) || { configure "$preset"; plan=changed; }
  if ! grep -q 'no work to do' <<<"$plan"; then
    say "building build/$preset ($*); the first time takes some minutes"
    local log="build/$preset/launch.log"
    if [ -t 2 ]; then
      ninja -C "build/$preset" "$@" >&2 || die "the build failed"
    else
      ninja -C "build/$preset" "$@" >"$log" 2>&1 || { grep -v '^\[' "$log" | tail -40 >&2; die "the build failed; all of it: $log"; }
    fi
  fi
  exec 9>&-
}
