// Command relay measures what a gateway costs: ours and a real Envoy, configured
// as the chart configures it, in turns of one run, so that the ratio of the two
// survives a noisy machine. A gateway is a process of its own and its CPU time is
// the kernel's count for that process; clients, an echo server and an OTLP sink
// are in this one. It writes JSON to standard output and a table to standard error.
//
//	go run ./bench/relay -envoy .venv/lib/python3.*/site-packages/envoy/_bin/envoy
package main
