// Command latency records sites whose time goes astray in a known way, and healthy
// ones, with real servers behind a real gateway, ours or Envoy, or behind none: what the tests of ui/latency are
// judged on. Each case is a small model repository, a load and the name of the
// culprit (cases.go).
//
//	go run ./bench/latency -program bin/supersonic -out ui/latency/testdata [-set fourth] [-only slow-pod,long-queue]
//
// It needs the tritonserver that `make triton` installs. For each case it runs
// `supersonic up` on ports of its own, sends requests, waits until spans and
// counters are stored, stops the site and writes NAME.otlp.jsonl.gz (what
// `supersonic traces dump` tells) and NAME.counters.json (Triton's and the gateway's
// counters, as Prometheus has them at the end).
package main
