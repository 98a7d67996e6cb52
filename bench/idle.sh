#!/usr/bin/env bash
# A whole site without Triton that nobody uses: how long its start takes, and the
# memory and goroutines of its process after each of the given seconds (default
# 60 and 300). Prints text. Takes ten ports from BASE on (default 23000).
set -euo pipefail
cd "$(dirname "$0")/.."
at=("$@"); [[ $# -gt 0 ]] || at=(60 300)
base=${BASE:-23000}
program=${PROGRAM:-bin/supersonic}
dir=$(mktemp -d)
pid=
trap '[[ -z $pid ]] || { kill "$pid"; wait "$pid" || true; }; rm -rf "$dir"' EXIT

cat > "$dir/values.yaml" <<YAML
triton: {enabled: false}
envoy: {service: {ports: [{name: grpc, port: $((base + 1))}, {name: admin, port: $((base + 2))}]}}
prometheus: {server: {service: {servicePort: $((base + 3))}}}
grafana: {service: {port: $((base + 4))}}
tempo: {tempo: {server: {http_listen_port: $((base + 5))}, receivers: {otlp: {protocols: {
  grpc: {endpoint: "127.0.0.1:$((base + 6))"}, http: {endpoint: "127.0.0.1:$((base + 7))"}}}}}}
opentelemetry-collector: {config: {
  receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:$((base + 8))"}, http: {endpoint: "127.0.0.1:$((base + 9))"}}}},
  extensions: {health_check: {endpoint: "127.0.0.1:$((base + 10))"}}}}
YAML

begun=$(date +%s%N)
"$program" up -f "$dir/values.yaml" --data-dir "$dir/data" > "$dir/log" 2>&1 &
pid=$!
until curl -sf -o "$dir/page" "http://127.0.0.1:$((base + 4))/" && curl -sf -o "$dir/ready" "http://127.0.0.1:$((base + 5))/ready" &&
  curl -sf -o "$dir/prometheus" "http://127.0.0.1:$((base + 3))/-/ready"; do
  kill -0 "$pid" || { cat "$dir/log"; pid=; exit 1; }
  sleep 0.01
done
echo "start to page, traces and metrics answering: $(( ($(date +%s%N) - begun) / 1000000 )) ms"

passed=0
for seconds in "${at[@]}"; do
  sleep $((seconds - passed)); passed=$seconds
  read -r rss anon < <(awk '/^VmRSS/ {r = $2} /^RssAnon/ {a = $2} END {printf "%.0f %.0f\n", r / 1024, a / 1024}' "/proc/$pid/status")
  goroutines=$(curl -s "http://127.0.0.1:$((base + 4))/metrics" | awk '$1 == "go_goroutines" {print $2}')
  cpu=$(awk '{print ($14 + $15) / 100}' "/proc/$pid/stat")
  echo "after $seconds s: $rss MB resident ($anon MB of it its own data, the rest pages of the program), $goroutines goroutines, $cpu CPU-seconds so far"
done
