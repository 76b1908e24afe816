#!/usr/bin/env bash
# package_is_generated.sh GENERATOR PACKAGE: the checked-in package is what golden's tables give now.
set -eu
generated=$(mktemp)
trap 'rm -f "$generated"' EXIT
"$1" >"$generated"
diff -u "$2" "$generated" && echo "fp4_pkg.sv matches golden's tables"
