package explore

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sort"
	"strings"
	"time"

	"supersonic/ui/payload"
	"supersonic/ui/servicegraph"
	"supersonic/ui/source"
	"supersonic/ui/steps"
)

// Graphing is a question for the service graph.
type Graphing struct {
	Matchers []string // label matchers of Grafana's serviceMapQuery, `{client!="user"}`; several are alternatives
	From, To time.Time
}

// Graph reads the service graph that a trace store's metrics generator made of
// spans: rates and latencies of each edge, and the busiest span names.
func Graph(ctx context.Context, p Series, g Graphing) (payload.ServiceGraph, error) {
	length := max(g.To.Sub(g.From).Round(time.Second), time.Second)
	out := payload.ServiceGraph{}
	out.Map.Window = payload.Window{FromMs: float64(g.From.UnixMilli()), ToMs: float64(g.To.UnixMilli()),
		Source: "sampled traces", SourceText: "made of traces by the trace store: sampled requests, each weighed by its sampling (by a Tempo only with enable_tracestate_span_multiplier)"}
	edges, err := servicegraph.Read(ctx, func(ctx context.Context, promql string) ([]servicegraph.Value, error) {
		got, err := p.Instant(ctx, promql, g.To)
		list := make([]servicegraph.Value, len(got))
		for i, s := range got {
			list[i] = servicegraph.Value{Labels: s.Labels, Value: s.Last()}
		}
		return list, err
	}, servicegraph.ByName, g.Matchers, length)
	if err != nil {
		return out, g.faultOf(err)
	}
	fillGraph(&out.Map, edges, length)
	if len(out.Map.Edges) == 0 {
		out.Map.Next = "The trace store makes this graph of traces that have spans of both ends: send requests, or look at another time. Its metrics generator must write to this Prometheus."
	}
	out.Spans, err = spanNames(ctx, p, length, g.To)
	return out, err
}

// faultOf is err, as one of the matchers if the store cannot read what they became part of.
func (g Graphing) faultOf(err error) error {
	var no *source.Refused
	if len(g.Matchers) == 0 || !errors.As(err, &no) || no.Status != http.StatusBadRequest {
		return err
	}
	m := parseError.FindStringSubmatch(no.Message)
	if m == nil {
		return err
	}
	return &QueryError{fmt.Errorf("the label matcher %s cannot be read: %s", strings.Join(g.Matchers, " or "), m[3])}
}

func fillGraph(out *payload.Map, edges map[servicegraph.Edge]*servicegraph.Calls, length time.Duration) {
	serves, calls := map[string]*servicegraph.Calls{}, map[string]*servicegraph.Calls{}
	for key, c := range edges {
		sumOf(calls, key.From.Name).Add(*c)
		sumOf(serves, key.To.Name).Add(*c)
		out.Edges = append(out.Edges, payload.MapEdge{From: key.From.Name, To: key.To.Name, Traffic: traffic(*c, length)})
	}
	for name, c := range serves {
		out.Nodes = append(out.Nodes, payload.MapNode{ID: name, Side: "server", Traffic: traffic(*c, length), Pods: 1})
	}
	// What only calls has the rate of its calls, and no time of its own.
	for name, c := range calls {
		if serves[name] == nil {
			c.Timed = false
			out.Nodes = append(out.Nodes, payload.MapNode{ID: name, Side: "gateway", Traffic: traffic(*c, length), Pods: 1})
		}
	}
	sort.Slice(out.Nodes, func(i, j int) bool { return out.Nodes[i].Side+out.Nodes[i].ID < out.Nodes[j].Side+out.Nodes[j].ID })
	sort.Slice(out.Edges, func(i, j int) bool {
		return out.Edges[i].From+"\x00"+out.Edges[i].To < out.Edges[j].From+"\x00"+out.Edges[j].To
	})
}

func sumOf(sums map[string]*servicegraph.Calls, name string) *servicegraph.Calls {
	if sums[name] == nil {
		sums[name] = &servicegraph.Calls{}
	}
	return sums[name]
}

// traffic is what calls a second were over a length of time.
func traffic(c servicegraph.Calls, length time.Duration) payload.Traffic {
	return payload.Traffic{Requests: c.Total * length.Seconds(), Failed: c.Failed * length.Seconds(), PerSecond: c.Total, ServerMs: finite(c.Ms())}
}

// busiest is how many span names the table has, as Grafana's.
const busiest = 5

// spanNames are the busiest span names: rate, failing and the 90th percentile of
// their durations.
func spanNames(ctx context.Context, p Series, length time.Duration, at time.Time) ([]payload.SpanNameRate, error) {
	window := steps.Write(length)
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
			rows[i].P90Ms = finite(*v * 1e3)
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
