#!/usr/bin/env bash
# Runs the tests under the race detector where a C compiler is. The end-to-end
# tests start the built binary, which the detector does not see, and those of the
# repository only read files: they are left out, and so are the tests in Chromium, most
# of whose time is the browser's. A property is tried on a fifth of the random cases of
# `make test` (internal/rounds). What links the whole collector runs with `hack/race.sh all` (`make soak` does): it and what comes with it
# take longer to compile for the detector than the rest takes to compile and run.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v "${CC:-gcc}" >/dev/null; then
  echo "no C compiler: the race detector was not run"
  exit 0
fi
left_out='e2e|bench|internal/repotest'
if [[ "${1:-}" != all ]]; then
  left_out+='|collector|stack|cli|cmd'
  export SUPERSONIC_ROUNDS="${SUPERSONIC_ROUNDS:-20}"
fi
packages=$(go list ./... | grep -vE "^supersonic/($left_out)(/|\$)")
CGO_ENABLED=1 go test -race -vet=off -timeout 20m -skip 'InChromium$' $packages
