#!/usr/bin/env bash
# full_device.sh FP4QUANT REF_LLAMA: every output on a device without space is refused with exit status 2 and one line. Needs a mount of its own.
set -u
fp4quant=$1 model=$2
if [ "${3:-}" != inside ]; then
  unshare --mount true 2>/dev/null || { echo "SKIP: mounting a small file system needs root"; exit 77; }
  exec unshare --mount "$0" "$fp4quant" "$model" inside
fi
disk=$(mktemp -d)
trap 'umount "$disk" 2>/dev/null; rmdir "$disk"' EXIT
failures=0
check() { # KIB DESCRIPTION, then fp4quant's arguments; the device has so much space
  local kib=$1 what=$2 said status=0
  shift 2
  mount -t tmpfs -o size="$kib"k none "$disk" 2>/dev/null || { echo "SKIP: tmpfs cannot be mounted here"; exit 77; }
  said=$("$fp4quant" "$@" 2>&1) || status=$?
  if [ "$status" != 2 ] || [ "$(wc -l <<<"$said")" != 1 ] || ! grep -q "No space left\|free disk space" <<<"$said"; then
    echo "$what: exit status $status: $said"
    failures=1
  fi
  [ ! -e "$disk/out" ] || { echo "$what left: $(ls -A "$disk")"; failures=1; }
  umount "$disk"
}
check 100 "the first layer" quantize --model "$model" --quiet --out "$disk/out"
check 3000 "the checkpoint" quantize --model "$model" --quiet --out "$disk/out"
check 100 "captured activations" capture --model "$model" --out "$disk/out"
exit $failures
