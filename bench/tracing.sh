#!/usr/bin/env bash
# What tracing costs a site with real Triton servers, and how many traces Triton
# loses: the demo's models and requests, 40 a second, for SECONDS (first argument,
# default 60), with nothing sampled and with everything sampled. Prints text.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/values.sh
seconds=${1:-60}
program=${PROGRAM:-bin/supersonic}
dir=$(mktemp -d)
pid=
stop() { [[ -z $pid ]] || { kill "$pid"; wait "$pid" || true; }; pid=; }
trap 'stop; rm -rf "$dir"' EXIT
values > "$dir/values.yaml"

# total sums the series of a name on a page: total PORT NAME
total() { curl -sf "http://127.0.0.1:$1/metrics" | awk -v name="$2" 'index($1, name "{") == 1 || $1 == name {s += $2} END {printf "%d", s}'; }
ready() { [[ $(total "$admin" supersonic_gateway_server_ready 2>/dev/null) == 2 && $(total "$admin" supersonic_gateway_requests_total) -gt 100 ]]; }

for sampling in 0 1; do
  "$program" demo -f "$dir/values.yaml" --set "envoy.tracing_sampling_rate=$sampling" --set envoy.tracing_keep_failed=false \
    --data-dir "$dir/data-$sampling" > "$dir/log" 2>&1 &
  pid=$!
  until ready; do kill -0 "$pid" || { cat "$dir/log"; exit 1; }; sleep 1; done
  servers=$(below "$pid")
  from=$(total "$admin" supersonic_gateway_requests_total) own=$(cpu "$pid") theirs=$(cpu $servers)
  sleep "$seconds"
  calls=$(($(total "$admin" supersonic_gateway_requests_total) - from))
  awk -v s="$sampling" -v n="$calls" -v own="$(cpu "$pid")" -v own0="$own" -v theirs="$(cpu $servers)" -v theirs0="$theirs" \
    -v rss="$(awk '/^VmRSS/ {print $2}' "/proc/$pid/status")" 'BEGIN {
    printf "sampling %s: %d requests; CPU of the site and of the client in it %.2f ms a request, of the Triton servers %.2f ms; site resident %.0f MB\n",
      s, n, (own - own0) * 1000 / n, (theirs - theirs0) * 1000 / n, rss / 1024 }'
  if [[ $sampling == 1 ]]; then
    sampled=$(total "$tempo" supersonic_generator_sampled_calls_total)
    sleep 10 # until then a call's server may still post its spans
    echo "of $sampled sampled calls that were sent on, $(total "$tempo" supersonic_generator_server_missing_total) have no span of their server"
    echo "spans stored: $(total "$tempo" supersonic_traces_stored_spans), bytes: $(total "$tempo" supersonic_traces_stored_bytes)"
  fi
  stop
done
