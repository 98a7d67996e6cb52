package generator

import (
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"
)

// overflowLabel marks the series that take what the limit of series has no room
// for, as in Tempo.
const overflowLabel = "metric_overflow"

// family is what the groups of one kind have in common: the names of their series.
type family struct {
	counters   [][]byte // encoded label __name__
	histograms []*histogramFamily
	gauge      bool // its one counter is 1, and needs no zeros before it
}

// histogramFamily names the series of a histogram.
type histogramFamily struct {
	classic, native          bool
	bounds                   []float64
	bucket, sum, total, name []byte   // encoded label __name__; name is the native one's
	le                       [][]byte // encoded label le, one more than bounds: +Inf
}

func newFamily(counters ...string) *family {
	f := &family{}
	for _, name := range counters {
		f.counters = append(f.counters, appendLabel(nil, "__name__", name))
	}
	return f
}

// histogram adds a histogram of a mode: classic, native or both.
func (f *family) histogram(name, mode string, bounds []float64) *family {
	h := &histogramFamily{
		classic: mode != native, native: mode == native || mode == both, name: appendLabel(nil, "__name__", name),
		bounds: bounds, bucket: appendLabel(nil, "__name__", name+"_bucket"),
		sum: appendLabel(nil, "__name__", name+"_sum"), total: appendLabel(nil, "__name__", name+"_count"),
	}
	for _, b := range bounds {
		h.le = append(h.le, appendLabel(nil, "le", strconv.FormatFloat(b, 'f', -1, 64)))
	}
	h.le = append(h.le, appendLabel(nil, "le", "+Inf"))
	f.histograms = append(f.histograms, h)
	return f
}

// size is how many series a group has.
func (f *family) size() int {
	n := len(f.counters)
	for _, h := range f.histograms {
		if h.classic {
			n += len(h.le) + 2
		}
		if h.native {
			n++
		}
	}
	return n
}

// group is the series of one edge, or of one kind of span: they change, are
// pushed and end together, so that sums, counts and buckets of one moment agree.
type group struct {
	family     *family
	frame      frame
	counters   []float64
	histograms []histogram
	forget     func() // removes the group from its owner's table

	lastChange time.Time
	// The first values of new series follow samples of 0, without which
	// increase() would not see them (see zeros).
	begun bool  // a push with values is on its way
	birth int64 // time stamp of the first try, ms; 0 before it
	floor int64 // zeros must be later than this, ms
	tries int   // refusals of pushes that carried the zeros
}

// histogram keeps the count of each bucket by itself; pushes cumulate.
type histogram struct {
	counts    []float64 // one more than bounds: +Inf
	sum       float64
	exemplars []exemplar // newest observation of each bucket since the last push
	native    *sparse    // nil: classic alone
}

type exemplar struct {
	trace [16]byte
	value float64
	at    int64 // ms
	fresh bool
}

func newGroup(f *family, labels labelSet, forget func()) *group {
	g := &group{family: f, frame: labels.frame(), counters: make([]float64, len(f.counters)), forget: forget}
	for _, h := range f.histograms {
		made := histogram{counts: make([]float64, len(h.le)), exemplars: make([]exemplar, len(h.le))}
		if h.native {
			made.native = &sparse{buckets: map[int32]float64{}}
		}
		g.histograms = append(g.histograms, made)
	}
	return g
}

// observe adds value to one of the group's histograms, with a weight.
func (g *group) observe(which int, value, weight float64, trace [16]byte, now time.Time) {
	h, bounds := &g.histograms[which], g.family.histograms[which].bounds
	i := 0
	for i < len(bounds) && value > bounds[i] {
		i++
	}
	h.counts[i] += weight
	h.sum += weight * value
	h.exemplars[i] = exemplar{trace, value, now.UnixMilli(), true}
	if h.native != nil {
		h.native.observe(value, weight)
	}
}

// touch notes that a group changes, or is about to.
func (g *group) touch(now time.Time) { g.lastChange = now }

// label is one label of a series.
type label struct{ name, value string }

// labelSet are the labels that the series of a group share, sorted.
type labelSet []label

// with returns the set and one label more, replacing one of that name; "" adds
// none, as an empty label is no label.
func (s labelSet) with(name, value string) labelSet {
	if value == "" {
		return s
	}
	at, found := slices.BinarySearchFunc(s, name, func(l label, name string) int { return strings.Compare(l.name, name) })
	if found {
		out := slices.Clone(s)
		out[at].value = value
		return out
	}
	return slices.Insert(slices.Clone(s), at, label{name, value})
}

// frame is the labels of a group in the form of remote write, cut where the labels
// go that differ between its series: labels are sorted by name.
type frame struct{ beforeName, beforeLe, rest []byte }

func (s labelSet) frame() frame {
	var f frame
	for _, l := range s {
		switch {
		case l.name < "__name__":
			f.beforeName = appendLabel(f.beforeName, l.name, l.value)
		case l.name < "le":
			f.beforeLe = appendLabel(f.beforeLe, l.name, l.value)
		default:
			f.rest = appendLabel(f.rest, l.name, l.value)
		}
	}
	return f
}

// registry holds every group, within a limit of series.
type registry struct {
	cfg    Config
	m      *counts
	log    *slog.Logger
	groups []*group
	series int
	floor  int64 // zeros of groups made now must be later than this, ms
	shared labelSet
	full   bool // the limit has been reached, and logged
}

func newRegistry(cfg Config, m *counts, log *slog.Logger, now time.Time) *registry {
	// The process before this one may have ended its series a millisecond from now.
	r := &registry{cfg: cfg, m: m, log: log, floor: now.UnixMilli() + 1}
	for name, value := range cfg.ExternalLabels {
		r.shared = r.shared.with(name, value)
	}
	r.shared = r.shared.with("__metrics_gen_instance", cfg.InstanceLabel)
	return r
}

// labels are those of every series and the given ones, which win.
func (r *registry) labels(pairs ...string) labelSet {
	set := r.shared
	for i := 0; i < len(pairs); i += 2 {
		set = set.with(pairs[i], pairs[i+1])
	}
	return set
}

// text is s as the value of a label.
func (r *registry) text(s string) string { return labelText(s, r.cfg.MaxLabelBytes) }

// add takes a new group in, unless the limit of series is reached. Then its owner
// uses an overflow group, for which there is always room: there are a few at most.
func (r *registry) add(g *group, overflow bool) bool {
	if !overflow && r.series+g.family.size() > r.cfg.MaxSeries {
		if !r.full {
			r.full = true
			r.log.Warn("the limit of series is reached: new ones are counted as one that is labelled "+overflowLabel, "limit", r.cfg.MaxSeries,
				"key", "tempo.tempo.overrides.defaults.metrics_generator.max_active_series")
		}
		return false
	}
	g.floor = r.floor
	r.groups = append(r.groups, g)
	r.series += g.family.size()
	return true
}
