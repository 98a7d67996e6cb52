#!/usr/bin/env bash
# Measures what docs/reference/measured.md states and writes bench/results: all of
# it, some fifteen minutes, or the parts that are named (relay, traces, edges, tracing, idle, page). The
# figures of a busy machine are worth their ratios only.
set -euo pipefail
cd "$(dirname "$0")/.."
results=bench/results
mkdir -p "$results" bin

machine() {
  echo "date: $(date -u +%F), commit: $(git describe --always --dirty), $(go version | cut -d' ' -f3)"
  echo "machine: $(awk -F': ' '/^model name/ {print $2; exit}' /proc/cpuinfo), $(nproc) cores, Linux $(uname -r | cut -d- -f1), load $(cut -d' ' -f1 /proc/loadavg)"
}

relay() { # the gateway against Envoy
  local envoy
  envoy=$(compgen -G '.venv/lib/python3.*/site-packages/envoy/_bin/envoy') || { echo "no Envoy in .venv: make triton installs it"; exit 1; }
  go build -o bin/bench-relay ./bench/relay
  bin/bench-relay -envoy "$envoy" > bin/relay.json
  mv bin/relay.json "$results/relay.json"
}

traces() { # the trace store's ingest and questions, at BENCH_MILLIONS sizes; 50 takes another quarter of an hour
  go build -o bin/bench-traces ./bench/traces
  for millions in ${BENCH_MILLIONS:-2 10}; do
    { machine; bin/bench-traces -spans "${millions}000000"; } > bin/traces.txt
    mv bin/traces.txt "$results/traces-${millions}m.txt"
  done
}

edges() { # the service graph at 20,000 requests a second
  go build -o bin/bench-traces ./bench/traces
  { machine; bin/bench-traces -edges 20000; } > bin/edges.txt
  mv bin/edges.txt "$results/edges.txt"
}

tracing() { # what tracing costs a site with real servers
  { machine; bench/tracing.sh; } | tee "$results/tracing.txt"
}

idle() { # a whole site at rest
  { machine; bench/idle.sh; } | tee "$results/idle.txt"
}

page() { # what the page costs its reader
  { machine; bench/page.sh; } | tee "$results/page.txt"
}

(( $# )) || set -- relay traces edges tracing idle page
for part; do
  case $part in
  relay | traces | edges | tracing | idle | page) ;;
  *) echo "bench/run.sh: no part $part: relay, traces, edges, tracing, idle or page"; exit 1 ;;
  esac
  echo "== $part"
  $part
done
