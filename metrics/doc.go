// Package metrics is the role that takes Prometheus's place: its TSDB, scrape
// manager, PromQL engine, HTTP API under /api/v1 and remote-write receiver, from
// github.com/prometheus/prometheus as a library. It is the only importer of that
// module (`prompb` in traces/generator aside).
//
// It has no rules, no alerting, no service discovery, no remote write out, no
// admin API and no OTLP receiver: who needs those runs Prometheus itself and
// names it in values.yaml. Scrape jobs come as typed values from the wiring,
// which alone knows what runs where.
//
// # What differs from a stock Prometheus, and why
//
//   - Out-of-order window [OutOfOrderWindow], where Prometheus has none: span
//     metrics and the generator's series are written by others, with their clock
//     and after their queues, and v1 remote write loses a whole request for one
//     late sample.
//   - Exemplars and the remote-write receiver are on.
//   - A hash map of 1,024 stripes instead of 16,384, and small head-chunk write
//     buffers: a site has thousands of series, not millions.
//
// # Lifecycle
//
// [New] locks and opens the directory (which starts the TSDB's own compaction
// goroutine), replays its log and takes the port. [Server.Run] scrapes and
// serves until its context ends; then scraping stops, open queries get
// [DrainTime], and the TSDB is closed, its log synced. What New opened is closed
// by Run, or by [Server.Close] if Run is never called.
//
// # Concurrency
//
// [Server.SetJobs] may be called at any time, before and during Run, from any
// goroutine. The rest is called by one owner.
//
// # Globals
//
// Every metric of the embedded library is registered in this role's own
// registry, features in a registry of its own, its log goes to Deps.Log: two
// servers live in one process. The library's leaves register a handful of
// process-wide counters (remote read, templates) at import; they stay out of
// /metrics.
package metrics
