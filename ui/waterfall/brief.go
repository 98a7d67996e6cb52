package waterfall

import (
	"sort"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/payload"
)

// Brief is one row about a trace, as a search would tell it. td must hold a span.
func Brief(id string, td ptrace.Traces) payload.TraceBrief {
	nodes, _ := collect(td)
	roots := link(nodes)
	begin, end := extent(nodes)
	b := payload.TraceBrief{ID: id, StartMs: float64(begin) / 1e6, DurationMs: float64(end-begin) / 1e6, Matched: len(nodes)}
	if r := mainRoot(roots); r != nil && r.out.Parent == "" {
		b.RootName, b.RootPod = r.out.Name, r.out.Service
	}
	spans := make([]payload.Span, len(nodes))
	for i, n := range nodes {
		spans[i] = n.out
	}
	b.Services = services(spans)
	sort.Slice(b.Services, func(i, j int) bool { return b.Services[i].Name < b.Services[j].Name })
	for _, s := range b.Services {
		b.Errors += s.Errors
	}
	count, failed := len(nodes), b.Errors > 0
	b.Spans, b.Failed = &count, &failed
	return b
}
