package generator

import (
	"encoding/binary"
	"time"
	"unicode/utf8"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// spanMetrics makes traces_spanmetrics_*: one group for each service, span name,
// kind, status and value of the dimensions.
type spanMetrics struct {
	cfg      Config
	registry *registry
	weights  *weights
	m        *counts
	filter   filter
	family   *family
	calls    int // index in a group's counters; -1: left out
	size     int
	latency  bool

	groups     map[string]*group // by what differs in their labels, see group
	overflow   *group            // what the limit of series has no room for; nil: nothing so far
	dimensions []dimension
	key        []byte // of the span at hand
	values     []byte // of a dimension
}

// dimension is a label made of attributes.
type dimension struct {
	label  string
	source []key
	join   string
}

// observation is a span of which only the weight is missing.
type observation struct {
	of      *spanMetrics
	group   *group
	seconds float64
	bytes   float64
}

func newSpanMetrics(cfg Config, r *registry, w *weights, m *counts, k *keys) *spanMetrics {
	sm := &spanMetrics{cfg: cfg, registry: r, weights: w, m: m, groups: map[string]*group{}, calls: -1, size: -1, latency: !cfg.Spans.NoLatency}
	var names []string
	if !cfg.Spans.NoCalls {
		sm.calls = len(names)
		names = append(names, "traces_spanmetrics_calls_total")
	}
	if !cfg.Spans.NoSize {
		sm.size = len(names)
		names = append(names, "traces_spanmetrics_size_total")
	}
	sm.family = newFamily(names...)
	if sm.latency {
		sm.family.histogram("traces_spanmetrics_latency", cfg.Histograms, cfg.Spans.Buckets)
	}
	for _, d := range cfg.Spans.Dimensions {
		sm.dimensions = append(sm.dimensions, dimension{label: dimensionLabel(d), source: []key{k.add(d)}})
	}
	for _, d := range cfg.Spans.Mappings {
		sm.dimensions = append(sm.dimensions, dimension{label: dimensionLabel(d.Name), source: k.addAll(d.Source), join: d.Join})
	}
	return sm
}

// add takes a span in; weight is 0 while it is not known.
func (sm *spanMetrics) add(in *intake, s *otlp.Span, weight float64) {
	if !sm.filter.passes(in, s) {
		sm.m.filteredSpans.Inc()
		return
	}
	o := observation{of: sm, group: sm.group(in, s), seconds: seconds(duration(s))}
	if sm.size >= 0 {
		o.bytes = float64(spanSize(s))
	}
	if weight == 0 {
		sm.weights.later(o, s.TraceID, in.now)
		return
	}
	o.add(weight, s.TraceID, in.now)
}

func (o observation) add(weight float64, trace [16]byte, now time.Time) {
	o.group.touch(now)
	if at := o.of.calls; at >= 0 {
		o.group.counters[at] += weight
	}
	if at := o.of.size; at >= 0 {
		o.group.counters[at] += weight * o.bytes
	}
	switch {
	case !o.of.latency:
	case o.seconds > seconds(longest):
		o.of.m.longSpans.Inc()
	default:
		o.group.observe(0, o.seconds, weight, trace, now)
	}
}

// group finds the series of a span. Its key is the values of the labels, each
// with its length before it.
func (sm *spanMetrics) group(in *intake, s *otlp.Span) *group {
	cfg := &sm.cfg.Spans
	r := &in.resources[s.Resource]
	sm.key = append(sm.key[:0], 0, 0)
	if !cfg.NoSpanKind {
		sm.key[0] = byte(clamp(s.Kind, kindConsumer))
	}
	if !cfg.NoStatusCode {
		sm.key[1] = byte(clamp(s.Status, statusError))
	}
	if !cfg.NoService {
		sm.part(r.serviceBytes)
	}
	if !cfg.NoSpanName {
		sm.part(s.Name)
	}
	if cfg.StatusMessage {
		sm.part(s.StatusMessage)
	}
	if cfg.TargetInfo {
		sm.part(r.job)
		sm.part(r.instance)
	}
	for i := range sm.dimensions {
		sm.part(sm.value(in, s, &sm.dimensions[i]))
	}
	if g := sm.groups[string(sm.key)]; g != nil {
		return g
	}
	return sm.make(in, s)
}

// part adds a value to the key, as it stands in a label.
func (sm *spanMetrics) part(v []byte) {
	if len(v) > sm.cfg.MaxLabelBytes || !utf8.Valid(v) {
		v = []byte(sm.registry.text(string(v)))
	}
	sm.key = binary.AppendUvarint(sm.key, uint64(len(v)))
	sm.key = append(sm.key, v...)
}

// value is the value of a dimension of a span; it is good until the next call.
func (sm *spanMetrics) value(in *intake, s *otlp.Span, d *dimension) []byte {
	if len(d.source) == 1 {
		return sm.bytes(in.attribute(s, d.source[0]))
	}
	sm.values = sm.values[:0]
	for _, at := range d.source {
		if v := sm.bytes(in.attribute(s, at)); len(v) > 0 {
			if len(sm.values) > 0 {
				sm.values = append(sm.values, d.join...)
			}
			sm.values = append(sm.values, v...)
		}
	}
	return sm.values
}

func (sm *spanMetrics) bytes(a *otlp.Attr) []byte {
	if a != nil && a.Type == column.String {
		return a.Text
	}
	return []byte(attrText(a))
}

// make makes the group of the key at hand, or gives that of the overflow.
func (sm *spanMetrics) make(in *intake, s *otlp.Span) *group {
	cfg := &sm.cfg.Spans
	key := string(sm.key)
	rest := sm.key[2:]
	next := func() string {
		n, w := binary.Uvarint(rest)
		v := string(rest[w : w+int(n)])
		rest = rest[w+int(n):]
		return v
	}
	labels := sm.registry.labels()
	if !cfg.NoSpanKind {
		labels = labels.with("span_kind", kindName(s.Kind))
	}
	if !cfg.NoStatusCode {
		labels = labels.with("status_code", statusName(s.Status))
	}
	for _, l := range []struct {
		name string
		on   bool
	}{{"service", !cfg.NoService}, {"span_name", !cfg.NoSpanName}, {"status_message", cfg.StatusMessage},
		{"job", cfg.TargetInfo}, {"instance", cfg.TargetInfo}} {
		if l.on {
			labels = labels.with(l.name, next())
		}
	}
	for i := range sm.dimensions {
		labels = labels.with(sm.dimensions[i].label, next())
	}
	g := newGroup(sm.family, labels, func() { delete(sm.groups, key) })
	if sm.registry.add(g, false) {
		sm.groups[key] = g
		return g
	}
	sm.m.overflowSpans.Inc()
	if sm.overflow == nil {
		sm.overflow = newGroup(sm.family, sm.registry.labels(overflowLabel, "true"), func() { sm.overflow = nil })
		sm.registry.add(sm.overflow, true)
	}
	return sm.overflow
}
