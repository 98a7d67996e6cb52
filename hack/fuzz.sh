#!/usr/bin/env bash
# Runs every fuzz target of the module for the given time (default 10s), as many at a
# time as there are cores.
#
# Go ends a target whose time is up in the middle of a call with "context deadline
# exceeded" and status 1 (golang/go#75804): without a failing input that is no find.
# It also spends nearly all of the time on minimising what it came across, unless told not to.
set -euo pipefail
cd "$(dirname "$0")/.."
export FUZZ_TIME="${1:-10s}" FUZZ_CACHE="$(go env GOCACHE)/fuzz" FUZZ_DIR
FUZZ_DIR="$(mktemp -d)"
trap 'rm -rf "$FUZZ_DIR"' EXIT

fuzz() { # package, target
  local log="$FUZZ_DIR/$2.log" status=0
  (cd "$1" && "$FUZZ_DIR/${1//\//_}" -test.run '^$' -test.fuzz "^$2\$" -test.fuzztime "$FUZZ_TIME" \
    -test.fuzzminimizetime 1x -test.fuzzcachedir "$FUZZ_CACHE/supersonic/$1" -test.parallel 1) >"$log" 2>&1 || status=$?
  local last
  last="$(grep '^fuzz: elapsed' "$log" | tail -n 1)" || true
  if [[ $status != 0 ]] && ! { grep -q 'context deadline exceeded' "$log" && ! grep -qE 'Failing input|panic|_test\.go:' "$log"; }; then
    echo "FAIL $1 $2"
    cat "$log"
    return 1
  fi
  echo "ok $1 $2 ${last#fuzz: }"
}
export -f fuzz

targets="$(git ls-files '*_test.go' | xargs grep -oE '^func Fuzz[A-Za-z0-9_]+' | sed -E 's/^(.*)\/[^/]+:func /\1 /')"
cut -d' ' -f1 <<<"$targets" | sort -u | while read -r package; do
  go test -c -vet=off -ldflags=-w -fuzz Fuzz -o "$FUZZ_DIR/${package//\//_}" "./$package"
done
xargs -P "$(nproc)" -L 1 bash -c 'fuzz "$0" "$1"' <<<"$targets"
