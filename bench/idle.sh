#!/usr/bin/env bash
# A whole site without Triton that nobody uses: how long its start takes, and the
# memory and goroutines of its process after each of the given seconds (default
# 60 and 300). Prints text.
set -euo pipefail
cd "$(dirname "$0")/.."
. bench/values.sh
at=("$@"); [[ $# -gt 0 ]] || at=(60 300)
program=${PROGRAM:-bin/supersonic}
dir=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || { kill "$pid"; wait "$pid" || true; }; rm -rf "$dir"' EXIT

{ values; echo "triton: {enabled: false}"; } > "$dir/values.yaml"

begun=$(date +%s%N)
"$program" up -f "$dir/values.yaml" --data-dir "$dir/data" > "$dir/log" 2>&1 &
pid=$!
until curl -sf -o "$dir/page" "http://127.0.0.1:$page/" && curl -sf -o "$dir/ready" "http://127.0.0.1:$tempo/ready" &&
  curl -sf -o "$dir/prometheus" "http://127.0.0.1:$prometheus/-/ready"; do
  kill -0 "$pid" || { cat "$dir/log"; pid=; exit 1; }
  sleep 0.01
done
echo "start to page, traces and metrics answering: $(( ($(date +%s%N) - begun) / 1000000 )) ms"

passed=0
for seconds in "${at[@]}"; do
  sleep $((seconds - passed)); passed=$seconds
  read -r rss anon < <(awk '/^VmRSS/ {r = $2} /^RssAnon/ {a = $2} END {printf "%.0f %.0f\n", r / 1024, a / 1024}' "/proc/$pid/status")
  goroutines=$(curl -s "http://127.0.0.1:$page/metrics" | awk '$1 == "go_goroutines" {print $2}')
  cpu=$(awk '{print ($14 + $15) / 100}' "/proc/$pid/stat")
  echo "after $seconds s: $rss MB resident ($anon MB of it its own data, the rest pages of the program), $goroutines goroutines, $cpu CPU-seconds so far"
done
