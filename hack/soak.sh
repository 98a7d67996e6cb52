#!/usr/bin/env bash
# The long runs of the trace store and of everything that reads foreign bytes; a
# part is run alone by naming it: model, faults, kills, engine, race, fuzz. Minutes of each are in
# `make test`. Writes what was run, for how long and with what outcome to
# bench/results/soak.txt.
#   SOAK_MINUTES  of the model-based test, 60
#   SOAK_KILLS    of the store's process, 1000
#   SOAK_FUZZ     time of each fuzz target, 60m
set -euo pipefail
cd "$(dirname "$0")/.."
minutes="${SOAK_MINUTES:-60}" count="${SOAK_KILLS:-1000}" fuzz="${SOAK_FUZZ:-60m}"
out=bench/results/soak.txt
mkdir -p bench/results

note() { echo "$*" | tee -a "$out"; }

timed() { # what, command...
  local what="$1" begun=$SECONDS log
  shift
  log="$(mktemp)"
  if "$@" >"$log" 2>&1; then
    note "$what: passed, $((SECONDS - begun)) s"
    grep -hE '_test\.go:[0-9]+: .*(histories|kills|operations|worlds)' "$log" | sed -E 's/^.*_test\.go:[0-9]+: /  /' | tee -a "$out" || true
  else
    note "$what: FAILED after $((SECONDS - begun)) s"
    cat "$log"
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

model() {
  timed "model-based test of the store, $minutes min" env SUPERSONIC_SOAK_MINUTES="$minutes" \
    go test ./traces/store -run 'TestTheStoreAgreesWithAModel' -v -count 1 -timeout "$((minutes + 30))m"
}

faults() {
  timed "a disk that fails at the n-th operation, every n" env SUPERSONIC_SOAK_MINUTES=1 \
    go test ./traces/store -run 'TestNothingIsLostWhicheverOperationFails' -v -count 1 -timeout 6h
}

kills() {
  timed "kill -9 under load, $count times" env SUPERSONIC_SOAK_KILLS="$count" \
    go test ./traces -run 'TestKillAtRandomInstants' -v -count 1 -timeout 12h
}

engine() {
  timed "random queries on random stores against the model, 3,000 stores" env SUPERSONIC_SOAK_ENGINE=3000 \
    go test ./traces/oracle -run TestTheEngineAnswersAsTheModel -v -count 1 -timeout 3h
}

race() {
  timed "every package under the race detector" hack/race.sh all
}

fuzz() {
  timed "each fuzz target, $fuzz" hack/fuzz.sh "$fuzz"
}

(( $# )) || set -- model faults kills engine race fuzz
note "date: $(date -u +%F), commit: $(git describe --always --dirty), $(nproc) cores"
for part; do
  case $part in
  model | faults | kills | engine | race | fuzz) "$part" ;;
  *) echo "hack/soak.sh: no part $part: model, faults, kills, engine, race or fuzz" >&2; exit 1 ;;
  esac
done
