#!/usr/bin/env bash
# Runs every fuzz target of the module for the given time (default 10s).
set -euo pipefail
cd "$(dirname "$0")/.."
time="${1:-10s}"
git ls-files '*_test.go' | xargs grep -lE '^func Fuzz' | while read -r file; do
  for target in $(grep -oE '^func Fuzz[A-Za-z0-9_]+' "$file" | sed 's/func //'); do
    echo "fuzz $(dirname "$file") $target $time"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$(dirname "$file")"
  done
done
