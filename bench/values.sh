# Sourced by the scripts here: a site's values on ten ports from BASE on.
base=${BASE:-23000}
inference=$((base + 1)) admin=$((base + 2)) prometheus=$((base + 3)) page=$((base + 4)) tempo=$((base + 5))

values() {
  cat <<YAML
envoy: {replicas: 1, service: {ports: [{name: grpc, port: $inference}, {name: admin, port: $admin}]}}
prometheus: {server: {service: {servicePort: $prometheus}}}
grafana: {service: {port: $page}}
tempo: {tempo: {server: {http_listen_port: $tempo}, receivers: {otlp: {protocols: {
  grpc: {endpoint: "127.0.0.1:$((base + 6))"}, http: {endpoint: "127.0.0.1:$((base + 7))"}}}}}}
opentelemetry-collector: {config: {
  receivers: {otlp: {protocols: {grpc: {endpoint: "127.0.0.1:$((base + 8))"}, http: {endpoint: "127.0.0.1:$((base + 9))"}}}},
  extensions: {health_check: {endpoint: "127.0.0.1:$((base + 10))"}}}}
YAML
}

# cpu is the CPU-seconds that these processes have used.
cpu() {
  for p; do awk '{print $14 + $15}' "/proc/$p/stat" 2>/dev/null || true; done | awk '{s += $1} END {printf "%.2f", s / 100}'
}

# below lists the processes that this one started, and those started by them.
below() {
  local p
  for p in $(pgrep -P "$1" || true); do echo "$p"; below "$p"; done
}
