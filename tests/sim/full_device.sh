#!/usr/bin/env bash
# full_device.sh SIMRUN: every output on a device without space is refused with exit status 2 and leaves nothing. Needs a mount of its own.
set -u
simrun=$1
if [ "${2:-}" != inside ]; then
  unshare --mount true 2>/dev/null || { echo "SKIP: mounting a small file system needs root"; exit 77; }
  exec unshare --mount "$0" "$simrun" inside
fi
disk=$(mktemp -d)
trap 'umount "$disk" 2>/dev/null; rmdir "$disk"' EXIT
mount -t tmpfs -o size=64k none "$disk" 2>/dev/null || { echo "SKIP: tmpfs cannot be mounted here"; exit 77; }
head -c 65536 /dev/zero >"$disk/full" 2>/dev/null
failures=0
check() { # DESCRIPTION, then simrun's arguments
  local what=$1 said status=0
  shift
  said=$("$simrun" --config small --quiet "$@" 2>&1) || status=$?
  if [ "$status" != 2 ] || [ "$(wc -l <<<"$said")" != 1 ] || ! grep -q "$disk/" <<<"$said"; then
    echo "$what: exit status $status: $said"
    failures=1
  fi
  [ "$(ls -A "$disk")" = full ] || { echo "$what left: $(ls -A "$disk")"; failures=1; }
}
check "--out" --ops k --tokens 1 --out "$disk/out"
check "--dump-outputs" --ops k --tokens 1 --dump-outputs "$disk/dump"
check "--dump-ops" --ops k --tokens 1 --dump-ops "$disk/ops"
check "--save-trace" --ops k --tokens 1 --save-trace "$disk/t.safetensors"
check "--fst" --ops k --tokens 1 --fst "$disk/w.fst"

# Space for the check before the run, none for its results.
truncate -s 40k "$disk/full"
check "--dump-outputs, later" --dump-outputs "$disk/dump" --trace uniform-bits --ops wide,long --tokens 300

status=0
"$simrun" --ops k --tokens 1 --config small >/dev/full 2>"$disk/err" || status=$?
[ "$status" = 2 ] || { echo "full standard output: exit status $status"; failures=1; }
exit $failures
