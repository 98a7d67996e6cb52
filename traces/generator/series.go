package generator

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/prometheus/prompb"

	"supersonic/traces/span"
)

// group is the series of one edge, or of one kind of span: they change, are
// pushed and end together, so that sums, counts and buckets of one moment agree.
type group struct {
	counters   []counter
	histograms []*histogram
	forget     func() // removes the group from its owner's table

	lastChange time.Time
	// The first values of new series follow samples of 0, without which
	// increase() would not see them (see zeros).
	begun bool  // a push with values has succeeded
	birth int64 // time stamp of the first try, ms; 0 before it
	floor int64 // zeros must be later than this, ms
	tries int   // refusals of pushes that carried the zeros
	dying bool  // stale markers are on their way
}

type counter struct {
	labels []prompb.Label
	value  float64
}

// histogram keeps the count of each bucket by itself; pushes cumulate.
type histogram struct {
	bounds    []float64
	counts    []float64 // one more than bounds: +Inf
	sum       float64
	exemplars []exemplar // newest observation of each bucket since the last push

	buckets          [][]prompb.Label // labels of the bucket series
	sumLabels, total []prompb.Label
}

type exemplar struct {
	trace span.TraceID
	value float64
	at    int64 // ms
	fresh bool
}

// observe adds value with a weight to its bucket, sum and count.
func (h *histogram) observe(value, weight float64, trace span.TraceID, now time.Time) {
	i := 0
	for i < len(h.bounds) && value > h.bounds[i] {
		i++
	}
	h.counts[i] += weight
	h.sum += weight * value
	h.exemplars[i] = exemplar{trace, value, now.UnixMilli(), true}
}

func (g *group) size() int {
	n := len(g.counters)
	for _, h := range g.histograms {
		n += len(h.buckets) + 2
	}
	return n
}

// labelText is s as the value of a label, which must be UTF-8: OTLP does not see to
// that. It comes before any table, so that names that look alike are one.
func labelText(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }

// labelSet are the labels that the series of a group share, sorted.
type labelSet []prompb.Label

func newLabelSet(pairs ...string) labelSet {
	var set labelSet
	for i := 0; i < len(pairs); i += 2 {
		set = set.with(pairs[i], pairs[i+1])
	}
	return set
}

// with returns the set and one label more, replacing one of that name; "" adds
// none, as an empty label is no label.
func (s labelSet) with(name, value string) labelSet {
	if value == "" {
		return s
	}
	at, found := slices.BinarySearchFunc(s, name, func(l prompb.Label, name string) int {
		switch {
		case l.Name < name:
			return -1
		case l.Name > name:
			return 1
		}
		return 0
	})
	if found {
		out := slices.Clone(s)
		out[at].Value = value
		return out
	}
	return slices.Insert(slices.Clone(s), at, prompb.Label{Name: name, Value: value})
}

func (s labelSet) counter(name string) counter { return counter{labels: s.with("__name__", name)} }

func (s labelSet) histogram(name string, bounds []float64) *histogram {
	h := &histogram{
		bounds: bounds, counts: make([]float64, len(bounds)+1), exemplars: make([]exemplar, len(bounds)+1),
		sumLabels: s.with("__name__", name+"_sum"), total: s.with("__name__", name+"_count"),
	}
	bucket := s.with("__name__", name+"_bucket")
	for _, b := range bounds {
		h.buckets = append(h.buckets, bucket.with("le", strconv.FormatFloat(b, 'f', -1, 64)))
	}
	h.buckets = append(h.buckets, bucket.with("le", "+Inf"))
	return h
}

// registry holds every group, within a limit of series.
type registry struct {
	cfg    Config
	m      *counts
	groups []*group
	series int
	floor  int64    // zeros of groups made now must be later than this, ms
	shared []string // names and values of the labels of every series
}

func newRegistry(cfg Config, m *counts, now time.Time) *registry {
	r := &registry{cfg: cfg, m: m, floor: now.UnixMilli()}
	for name, value := range cfg.ExternalLabels {
		r.shared = append(r.shared, name, value)
	}
	r.shared = append(r.shared, "__metrics_gen_instance", cfg.InstanceLabel)
	return r
}

// labels are those of every series and the given ones, which win.
func (r *registry) labels(pairs ...string) labelSet {
	return newLabelSet(slices.Concat(r.shared, pairs)...)
}

// add takes a new group in, unless the limit of series is reached.
func (r *registry) add(g *group) bool {
	if r.series+g.size() > r.cfg.MaxSeries {
		return false
	}
	g.floor = r.floor
	r.groups = append(r.groups, g)
	r.series += g.size()
	r.m.series.Set(float64(r.series))
	return true
}

// drop forgets the groups whose stale markers were delivered.
func (r *registry) drop(ended []*group) {
	if len(ended) == 0 {
		return
	}
	gone := make(map[*group]bool, len(ended))
	for _, g := range ended {
		if g.dying { // not if it has been observed again since
			gone[g] = true
			r.series -= g.size()
			g.forget()
		}
	}
	r.groups = slices.DeleteFunc(r.groups, func(g *group) bool { return gone[g] })
	r.m.series.Set(float64(r.series))
}

// touch notes that a group is about to change; call it before the change.
func (g *group) touch(now time.Time) {
	g.lastChange = now
	if g.dying {
		g.restart()
	}
}

// restart begins a group anew whose stale markers may be on the wire: from 0, with
// zeros after those markers.
func (g *group) restart() {
	g.dying, g.begun, g.birth, g.tries = false, false, 0, 0
	for i := range g.counters {
		g.counters[i].value = 0
	}
	for _, h := range g.histograms {
		clear(h.counts)
		clear(h.exemplars)
		h.sum = 0
	}
}
