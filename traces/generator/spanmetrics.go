package generator

import (
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/span"
)

// spanMetrics makes traces_spanmetrics_*: one group for each service, span name,
// kind, status and value of the dimensions.
type spanMetrics struct {
	cfg      Config
	registry *registry
	weights  *weights
	m        *counts
	groups   map[spanKey]*group
	names    []string // of the dimensions' labels
}

type spanKey struct {
	service, name string
	kind          ptrace.SpanKind
	status        ptrace.StatusCode
	dimensions    string
}

// observation is a span of which only the weight is missing.
type observation struct {
	group   *group
	trace   span.TraceID
	seconds float64
	bytes   float64
}

const (
	callsTotal = 0 // index in a span group's counters
	sizeTotal  = 1
)

func newSpanMetrics(cfg Config, r *registry, w *weights, m *counts) *spanMetrics {
	sm := &spanMetrics{cfg: cfg, registry: r, weights: w, m: m, groups: map[spanKey]*group{}}
	for _, d := range cfg.Dimensions {
		sm.names = append(sm.names, labelName(d))
	}
	return sm
}

// add takes a span in; weight is 0 while it is not known.
func (sm *spanMetrics) add(s *span.Span, service string, weight float64, now time.Time) {
	g := sm.group(s, service)
	if g == nil {
		sm.m.refused.WithLabelValues("max_series").Inc()
		return
	}
	o := observation{group: g, trace: s.TraceID, seconds: seconds(s.Duration()), bytes: float64(spanSize(s))}
	if weight == 0 {
		sm.weights.later(o, now)
		return
	}
	o.add(weight, now)
}

func (o observation) add(weight float64, now time.Time) {
	o.group.touch(now)
	o.group.counters[callsTotal].value += weight
	o.group.counters[sizeTotal].value += weight * o.bytes
	o.group.histograms[0].observe(o.seconds, weight, o.trace, now)
}

func (sm *spanMetrics) group(s *span.Span, service string) *group {
	service, name := labelText(service), labelText(s.Name)
	key := spanKey{service: service, name: name, kind: s.Kind, status: s.Status}
	var values []string
	if len(sm.names) > 0 {
		values = dimensions(s, sm.cfg.Dimensions)
		key.dimensions = strings.Join(values, "\xff")
	}
	if g := sm.groups[key]; g != nil {
		return g
	}
	labels := sm.registry.labels("service", service, "span_name", name,
		"span_kind", kindName(s.Kind), "status_code", statusName(s.Status))
	for i, name := range sm.names {
		labels = labels.with(name, values[i])
	}
	g := &group{
		counters:   []counter{labels.counter("traces_spanmetrics_calls_total"), labels.counter("traces_spanmetrics_size_total")},
		histograms: []*histogram{labels.histogram("traces_spanmetrics_latency", sm.cfg.SpanBuckets)},
		forget:     func() { delete(sm.groups, key) },
	}
	if !sm.registry.add(g) {
		return nil
	}
	sm.groups[key] = g
	return g
}

// dimensions are the values of attributes of the span, else of its resource.
func dimensions(s *span.Span, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		v, ok := s.Attrs.Get(name)
		if !ok {
			v, ok = s.Resource.Attrs.Get(name)
		}
		if ok {
			out[i] = labelText(v.AsString())
		}
	}
	return out
}

// labelName makes an attribute's name a label's: what is not a letter, a digit or
// _ becomes _, and a digit does not come first.
func labelName(attribute string) string {
	name := strings.Map(func(r rune) rune {
		if r == '_' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9') {
			return r
		}
		return '_'
	}, attribute)
	if name == "" || (name[0] >= '0' && name[0] <= '9') {
		return "_" + name
	}
	return name
}

func seconds(nanos uint64) float64 { return float64(nanos) / 1e9 }

func kindName(k ptrace.SpanKind) string {
	switch k {
	case ptrace.SpanKindInternal:
		return "SPAN_KIND_INTERNAL"
	case ptrace.SpanKindServer:
		return "SPAN_KIND_SERVER"
	case ptrace.SpanKindClient:
		return "SPAN_KIND_CLIENT"
	case ptrace.SpanKindProducer:
		return "SPAN_KIND_PRODUCER"
	case ptrace.SpanKindConsumer:
		return "SPAN_KIND_CONSUMER"
	}
	return "SPAN_KIND_UNSPECIFIED"
}

func statusName(c ptrace.StatusCode) string {
	switch c {
	case ptrace.StatusCodeOk:
		return "STATUS_CODE_OK"
	case ptrace.StatusCodeError:
		return "STATUS_CODE_ERROR"
	}
	return "STATUS_CODE_UNSET"
}
