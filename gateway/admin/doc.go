// Package admin serves a gateway's admin port, Envoy's 9901: /stats/prometheus and
// /metrics (the same registry), /stats, /ready, /clusters and /server_info.
//
// It reads; it changes nothing, so it needs no protection beyond what its port has.
package admin
