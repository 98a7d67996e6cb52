package explore

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"time"

	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// Graphing is a question for the service graph.
type Graphing struct {
	Matchers []string // label matchers of Grafana's serviceMapQuery, `{client!="user"}`; several are alternatives
	From, To time.Time
}

// edgeKey is one edge.
type edgeKey struct{ from, to string }

// Graph reads the service graph that a trace store's metrics generator made of
// spans: rates and latencies of each edge, and the busiest span names.
func Graph(ctx context.Context, p Series, g Graphing) (payload.ServiceGraph, error) {
	length := max(g.To.Sub(g.From).Round(time.Second), time.Second)
	out := payload.ServiceGraph{}
	out.Map.Window = payload.Window{FromMs: float64(g.From.UnixMilli()), ToMs: float64(g.To.UnixMilli()),
		Source: "sampled traces", SourceText: "made of traces by the trace store: sampled requests, each weighed by its sampling"}
	edges := map[edgeKey]*payload.Traffic{}
	for _, m := range [...]struct {
		metric string
		add    func(*payload.Traffic, float64)
	}{
		{"traces_service_graph_request_total", func(t *payload.Traffic, v float64) { t.Requests += v * length.Seconds(); t.PerSecond += v }},
		{"traces_service_graph_request_failed_total", func(t *payload.Traffic, v float64) { t.Failed += v * length.Seconds() }},
		{"traces_service_graph_request_server_seconds_sum", func(t *payload.Traffic, v float64) { t.ServerMs = plus(t.ServerMs, v*1e3) }},
	} {
		got, err := p.Instant(ctx, edgeRates(m.metric, g.Matchers, length), g.To)
		if err != nil {
			return out, err
		}
		for _, s := range got {
			key := edgeKey{s.Labels["client"], s.Labels["server"]}
			if edges[key] == nil {
				edges[key] = &payload.Traffic{}
			}
			if v := finite(s.Last()); v != nil {
				m.add(edges[key], *v)
			}
		}
	}
	fillGraph(&out.Map, edges)
	if len(out.Map.Edges) == 0 {
		out.Map.Next = "The trace store makes this graph of traces that have spans of both ends: send requests, or look at another time. Its metrics generator must write to this Prometheus."
	}
	var err error
	out.Spans, err = spanNames(ctx, p, length, g.To)
	return out, err
}

func plus(a *float64, b float64) *float64 {
	if a != nil {
		b += *a
	}
	return &b
}

// edgeRates is the sum of a metric's rates by edge.
func edgeRates(metric string, matchers []string, length time.Duration) string {
	if len(matchers) == 0 {
		matchers = []string{""}
	}
	var parts []string
	for _, m := range matchers {
		parts = append(parts, fmt.Sprintf("sum by (client, server) (rate(%s%s[%s]))", metric, m, stepText(length)))
	}
	return strings.Join(parts, " or ")
}

func fillGraph(out *payload.Map, edges map[edgeKey]*payload.Traffic) {
	serves := map[string]*payload.Traffic{}
	calls := map[string]*payload.Traffic{}
	for key, t := range edges {
		if t.PerSecond <= 0 {
			continue
		}
		if calls[key.from] == nil {
			calls[key.from] = &payload.Traffic{}
		}
		add(calls[key.from], *t)
		node := serves[key.to]
		if node == nil {
			node = &payload.Traffic{}
			serves[key.to] = node
		}
		add(node, *t)
		if t.ServerMs != nil {
			node.ServerMs = plus(node.ServerMs, *t.ServerMs)
		}
		edge := payload.MapEdge{From: key.from, To: key.to, Traffic: *t}
		edge.Traffic.ServerMs = perCall(t.ServerMs, t.PerSecond)
		out.Edges = append(out.Edges, edge)
	}
	for name, t := range serves {
		t.ServerMs = perCall(t.ServerMs, t.PerSecond)
		out.Nodes = append(out.Nodes, payload.MapNode{ID: name, Side: "server", Traffic: *t, Pods: 1})
	}
	// What only calls has the rate of its calls, and no time of its own.
	for name, t := range calls {
		if serves[name] == nil {
			out.Nodes = append(out.Nodes, payload.MapNode{ID: name, Side: "gateway", Traffic: *t, Pods: 1})
		}
	}
	sort.Slice(out.Nodes, func(i, j int) bool { return out.Nodes[i].Side+out.Nodes[i].ID < out.Nodes[j].Side+out.Nodes[j].ID })
	sort.Slice(out.Edges, func(i, j int) bool {
		return out.Edges[i].From+"\x00"+out.Edges[i].To < out.Edges[j].From+"\x00"+out.Edges[j].To
	})
}

func add(sum *payload.Traffic, t payload.Traffic) {
	sum.Requests, sum.Failed, sum.PerSecond = sum.Requests+t.Requests, sum.Failed+t.Failed, sum.PerSecond+t.PerSecond
}

// perCall divides milliseconds a second by calls a second.
func perCall(ms *float64, perSecond float64) *float64 {
	if ms == nil || perSecond <= 0 {
		return nil
	}
	v := *ms / perSecond
	return &v
}

// busiest is how many span names the table has, as Grafana's.
const busiest = 5

// spanNames are the busiest span names: rate, failing and the 90th percentile of
// their durations.
func spanNames(ctx context.Context, p Series, length time.Duration, at time.Time) ([]payload.SpanNameRate, error) {
	window := stepText(length)
	got, err := p.Instant(ctx, fmt.Sprintf("topk(%d, sum by (span_name) (rate(traces_spanmetrics_calls_total[%s])))", busiest, window), at)
	if err != nil {
		return nil, err
	}
	var rows []payload.SpanNameRate
	for _, s := range got {
		if v := s.Last(); v > 0 {
			rows = append(rows, payload.SpanNameRate{Name: s.Labels["span_name"], PerSecond: v})
		}
	}
	sort.Slice(rows, func(i, j int) bool { return rows[i].PerSecond > rows[j].PerSecond })
	failing, err := p.Instant(ctx, fmt.Sprintf(`sum by (span_name) (rate(traces_spanmetrics_calls_total{status_code="STATUS_CODE_ERROR"}[%s]))`, window), at)
	if err != nil {
		return nil, err
	}
	high, err := p.Instant(ctx, fmt.Sprintf("histogram_quantile(.9, sum by (le, span_name) (rate(traces_spanmetrics_latency_bucket[%s])))", window), at)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		if v := of(failing, rows[i].Name); v != nil {
			rows[i].Failing = *v
		}
		if v := of(high, rows[i].Name); v != nil {
			rows[i].P90Ms = plus(nil, *v*1e3)
		}
	}
	return rows, nil
}

func of(list []source.Series, name string) *float64 {
	for _, s := range list {
		if s.Labels["span_name"] == name {
			return finite(s.Last())
		}
	}
	return nil
}
