package admin

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"

	"supersonic/gateway/balance"
	"supersonic/gateway/trace"
)

// Info is what /server_info says.
type Info struct {
	Pod, Namespace, Release, Version string
	Started                          time.Time
}

// Options are what the pages show.
type Options struct {
	Info     Info
	Pool     *balance.Pool
	Registry *prometheus.Registry
	Draining func() bool
}

// Handler serves the pages.
func Handler(o Options) http.Handler {
	mux := http.NewServeMux()
	metrics := promhttp.HandlerFor(o.Registry, promhttp.HandlerOpts{})
	mux.Handle("GET /stats/prometheus", metrics)
	mux.Handle("GET /metrics", metrics)
	mux.HandleFunc("GET /stats", o.stats)
	mux.HandleFunc("GET /ready", o.ready)
	mux.HandleFunc("GET /clusters", o.clusters)
	mux.HandleFunc("GET /server_info", o.serverInfo)
	return mux
}

// ready is 200 LIVE while calls would find a server, as a readiness probe needs.
func (o Options) ready(w http.ResponseWriter, _ *http.Request) {
	switch {
	case o.Draining():
		http.Error(w, "DRAINING", http.StatusServiceUnavailable)
	case !o.Pool.AnyReady():
		http.Error(w, "no inference server is ready", http.StatusServiceUnavailable)
	default:
		fmt.Fprintln(w, "LIVE")
	}
}

// clusters lists the servers in the form of Envoy's page of that name.
func (o Options) clusters(w http.ResponseWriter, _ *http.Request) {
	for _, t := range o.Pool.All() {
		health := "healthy"
		if !t.Ready() {
			health = "/failed_active_hc"
		}
		at := trace.Cluster + "::" + t.Addr
		fmt.Fprintf(w, "%s::hostname::%s\n%s::health_flags::%s\n%s::rq_active::%d\n", at, t.Pod, at, health, at, t.Active())
	}
}

func (o Options) serverInfo(w http.ResponseWriter, _ *http.Request) {
	state := "LIVE"
	if o.Draining() {
		state = "DRAINING"
	}
	w.Header().Set("Content-Type", "application/json")
	page := json.NewEncoder(w)
	page.SetIndent("", " ")
	page.Encode(map[string]any{
		"version": "supersonic/" + o.Info.Version, "state": state,
		"uptime_current_epoch": fmt.Sprintf("%.0fs", time.Since(o.Info.Started).Seconds()),
		"node":                 map[string]string{"id": o.Info.Pod, "cluster": o.Info.Release, "namespace": o.Info.Namespace},
	})
}

// stats is the registry as `name{labels}: value` lines; histograms as their count
// and sum.
func (o Options) stats(w http.ResponseWriter, _ *http.Request) {
	families, err := o.Registry.Gather()
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	var lines []string
	for _, f := range families {
		for _, m := range f.GetMetric() {
			name := f.GetName() + labels(m)
			switch {
			case m.GetHistogram() != nil:
				h := m.GetHistogram()
				lines = append(lines, fmt.Sprintf("%s: count %d, sum %g", name, h.GetSampleCount(), h.GetSampleSum()))
			case m.GetCounter() != nil:
				lines = append(lines, fmt.Sprintf("%s: %g", name, m.GetCounter().GetValue()))
			case m.GetGauge() != nil:
				lines = append(lines, fmt.Sprintf("%s: %g", name, m.GetGauge().GetValue()))
			}
		}
	}
	sort.Strings(lines)
	fmt.Fprintln(w, strings.Join(lines, "\n"))
}

func labels(m *dto.Metric) string {
	var pairs []string
	for _, l := range m.GetLabel() {
		pairs = append(pairs, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
	}
	if len(pairs) == 0 {
		return ""
	}
	return "{" + strings.Join(pairs, ",") + "}"
}
