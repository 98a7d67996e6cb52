package servicegraph

import (
	"context"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"
)

// Names of the series that the graph is made of, and of its buckets of durations.
const (
	Total   = "traces_service_graph_request_total"
	Failed  = "traces_service_graph_request_failed_total"
	Seconds = "traces_service_graph_request_server_seconds_sum"
	Buckets = "traces_service_graph_request_server_seconds_bucket"
)

// Labels of edges: usual ones, and with the namespaces of both ends.
const (
	ByName      = "client, server"
	ByNamespace = "client, server, client_service_namespace, server_service_namespace"
)

// Vertex is who calls or is called.
type Vertex struct{ Name, Namespace string }

// ID tells it from others.
func (v Vertex) ID() string {
	if v.Namespace == "" {
		return v.Name
	}
	return v.Namespace + "/" + v.Name
}

// Edge leads from a caller to whom it calls.
type Edge struct{ From, To Vertex }

// Calls is what an edge, or all edges to one vertex, carried: each a second.
type Calls struct {
	Total, Failed, Seconds float64
	Timed                  bool // Seconds are known
}

// Add adds what another edge carried.
func (c *Calls) Add(o Calls) {
	c.Total, c.Failed, c.Seconds, c.Timed = c.Total+o.Total, c.Failed+o.Failed, c.Seconds+o.Seconds, c.Timed || o.Timed
}

// Ms is milliseconds a call, NaN if nobody knows.
func (c Calls) Ms() float64 {
	if c.Total <= 0 || !c.Timed {
		return math.NaN()
	}
	return c.Seconds / c.Total * 1e3
}

// Query is PromQL for the rates of a metric by edge. Selectors are label matchers,
// `{client!="user"}`; several are alternatives, none takes all.
func Query(metric, by string, selectors []string, length time.Duration) string {
	if len(selectors) == 0 {
		selectors = []string{""}
	}
	parts := make([]string, len(selectors))
	for i, s := range selectors {
		parts[i] = fmt.Sprintf("sum by (%s) (rate(%s%s[%ds]))", by, metric, s, max(int64(length.Round(time.Second)/time.Second), 1))
	}
	return strings.Join(parts, " or ")
}

// Value is the latest value of one series.
type Value struct {
	Labels map[string]string
	Value  float64
}

// Ask answers PromQL at the end of the range. It is called from several goroutines.
type Ask func(ctx context.Context, promql string) ([]Value, error)

// Read asks for the rates of all edges at once. Edges without calls are left out.
func Read(ctx context.Context, ask Ask, by string, selectors []string, length time.Duration) (map[Edge]*Calls, error) {
	metrics := [...]string{Total, Failed, Seconds}
	var got [len(metrics)][]Value
	var errs [len(metrics)]error
	var wg sync.WaitGroup
	for i, m := range metrics {
		wg.Go(func() { got[i], errs[i] = ask(ctx, Query(m, by, selectors, length)) })
	}
	wg.Wait()
	edges := map[Edge]*Calls{}
	for i := range metrics {
		if errs[i] != nil {
			return nil, errs[i]
		}
		for _, v := range got[i] {
			key := Edge{Vertex{v.Labels["client"], v.Labels["client_service_namespace"]}, Vertex{v.Labels["server"], v.Labels["server_service_namespace"]}}
			if edges[key] == nil {
				edges[key] = &Calls{}
			}
			edges[key].put(metrics[i], v.Value)
		}
	}
	for key, c := range edges {
		if c.Total <= 0 {
			delete(edges, key)
		}
	}
	return edges, nil
}

func (c *Calls) put(metric string, v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return
	}
	switch metric {
	case Total:
		c.Total += v
	case Failed:
		c.Failed += v
	case Seconds:
		c.Seconds, c.Timed = c.Seconds+v, true
	}
}
