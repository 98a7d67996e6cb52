#!/usr/bin/env bash
# Runs the tests under the race detector where a C compiler is. The end-to-end
# tests start the built binary, which the detector does not see: they are left out,
# and so are the tests in Chromium, most of whose time is the browser's.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v "${CC:-gcc}" >/dev/null; then
  echo "no C compiler: the race detector was not run"
  exit 0
fi
packages=$(go list ./... | grep -v -e '/e2e' -e '/bench')
CGO_ENABLED=1 go test -race -timeout 20m -skip 'InChromium$' $packages
