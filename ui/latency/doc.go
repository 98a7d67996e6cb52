// Package latency tells where the time of many requests goes, and who is to
// blame: a pod, a model, a step of an ensemble, or nobody.
//
// A Collector takes traces, one at a time, and keeps of each request its times by
// phase; its Report splits them by model, pod and step, with exact weighted
// quantiles, and Findings are what stands out. Compare holds two reports against
// each other. Counters lays Triton's own counters beside.
//
// # What a request is
//
// An ingress span of an inference call with its InferRequest below it; or an
// InferRequest alone, where the gateway kept nothing; of a stream each InferRequest,
// without gateway and network, as a stream's time is its client's. Failed requests
// are counted and not split: Triton's counters leave them out too. An ingress span
// whose server kept no spans is counted, and not split.
//
// Gateway and network come from durations (what the gateway waited for the server,
// less what the server took), so that clocks that differ do no harm; the server's
// phases from its own events. A gateway that tells no events of its own (Envoy) has
// its share under network.
//
// # What stands out
//
// findings.go puts together what the rules find (slowpod.go, together.go, slowstep.go,
// waiting.go, slowgateway.go, way.go: each threshold has its reason beside it). They
// compare like with like (one model, one place in an ensemble, the same part of the
// window), ask for a ratio and an absolute difference and a share of the request's
// time, for enough requests, for bounds of the medians that do not touch, or with few
// requests for ranks beyond chance, and for it to be so in several parts of the window.
// A pod that is slow is no evidence against its models. before.go holds what was found
// against an earlier time.
//
// # Bounds and concurrency
//
// A Collector holds at most MaxRequests and counts what comes beyond. It belongs to
// one goroutine; a Report is immutable.
package latency
