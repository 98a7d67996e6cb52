// Package traffic makes the map of gateways and servers and the table of models
// from the series of a Prometheus.
//
// Exact first. The gateway counts every inference call, sampled or not; a count
// over a window is the difference of two scrapes of that counter, not PromQL's
// increase(), which extrapolates to the window's edges and misses what a new
// series was born with. For each gateway the window is the time between the last
// scrape before its start and the last one before its end, and the answer says
// so. A gateway that was first scraped within the window is counted from that
// scrape; a series that appears later at a gateway that was known counts from
// zero. A counter that fell (its gateway restarted under the same name) is counted
// scrape by scrape; what came between the last scrape and the restart is not known.
//
// Beside it stands the estimate from sampled traces (traces_service_graph_*,
// weighted) with its standard deviation. Without the gateway's counters, behind a
// real Envoy, the map is that estimate alone and says so; the models then come
// from the servers' own counters.
package traffic
