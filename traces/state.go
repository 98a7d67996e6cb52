package traces

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/traces/store"
)

// state reads what the stores hold at each scrape, all tenants together.
type state struct {
	tenants  *tenants
	inFlight func() int64
}

// gauge is one figure of state.
type gauge struct {
	desc  *prometheus.Desc
	value func(store.State) float64
}

func newGauge(name, help string, value func(store.State) float64) gauge {
	return gauge{prometheus.NewDesc(prefix+name, help, nil, nil), value}
}

var (
	inFlightBytes = prometheus.NewDesc(prefix+"in_flight_bytes", "Bytes of exports that wait for the disk, with the memory of decoding them.", nil, nil)
	tenantCount   = prometheus.NewDesc(prefix+"tenants", "Tenants that have a store.", nil, nil)
	oldestStart   = prometheus.NewDesc(prefix+"oldest_timestamp_seconds", "Start of the oldest trace in a block, 0 without blocks.", nil, nil)
	blockCount    = prometheus.NewDesc(prefix+"blocks", "Blocks by level; level 0 is a cut of the spans in memory, higher ones are merged.", []string{"level"}, nil)

	gauges = []gauge{
		newGauge("stored_bytes", "Bytes on disk: blocks and log.", func(s store.State) float64 { return float64(s.BlockBytes + s.LogBytes) }),
		newGauge("block_bytes", "Bytes of blocks.", func(s store.State) float64 { return float64(s.BlockBytes) }),
		newGauge("log_bytes", "Bytes of log segments.", func(s store.State) float64 { return float64(s.LogBytes) }),
		newGauge("log_segments", "Log segments.", func(s store.State) float64 { return float64(s.LogSegments) }),
		newGauge("stored_spans", "Stored spans, those in memory included.", func(s store.State) float64 { return float64(s.BlockRows + s.HeadRows) }),
		newGauge("head_spans", "Spans in memory that are in no block yet.", func(s store.State) float64 { return float64(s.HeadRows) }),
		newGauge("head_bytes", "Memory of spans that are in no block yet.", func(s store.State) float64 { return float64(s.HeadBytes) }),
		newGauge("heads_waiting", "Cuts of the spans in memory that wait for their block.", func(s store.State) float64 { return float64(s.Waiting) }),
		newGauge("split_traces", "Traces whose pieces lie in several blocks.", func(s store.State) float64 { return float64(s.Split) }),
		newGauge("deleted_traces", "Traces that were deleted and whose bytes are still on disk.", func(s store.State) float64 { return float64(s.Deleted) }),
		newGauge("replay_seconds", "Time that reading what was stored took at the start.", func(s store.State) float64 { return s.Replay.Took.Seconds() }),
		newGauge("replay_spans", "Spans read from the log at the start.", func(s store.State) float64 { return float64(s.Replay.Spans) }),
		newGauge("replay_torn_bytes", "Bytes cut behind the last good record at the start.", func(s store.State) float64 { return float64(s.Replay.Log.Torn) }),
		newGauge("replay_damaged", "Damaged records and blocks found at the start.", func(s store.State) float64 {
			return float64(s.Replay.Log.Damaged + s.Replay.SetAside)
		}),
	}
)

func registerState(r prometheus.Registerer, t *tenants, inFlight func() int64) error {
	return r.Register(state{t, inFlight})
}

// HeldBytes is the memory that Go's collector cannot give back now: of the indexes of
// all blocks, which grow with what is stored (0.7 bytes a span), of their cache, and of
// queries at work.
func (s *Store) HeldBytes() int64 {
	n := s.queries.Used() + s.cache.Bytes()
	for _, t := range s.tenants.all() {
		n += t.store.State().IndexBytes
	}
	return n
}

func (s state) Describe(c chan<- *prometheus.Desc) {
	c <- inFlightBytes
	c <- tenantCount
	c <- blockCount
	c <- oldestStart
	for _, g := range gauges {
		c <- g.desc
	}
}

func (s state) Collect(c chan<- prometheus.Metric) {
	one := func(d *prometheus.Desc, value float64, labels ...string) {
		c <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	tenants := s.tenants.all()
	sums, levels := make([]float64, len(gauges)), map[int]int{0: 0, 1: 0, 2: 0}
	oldest := 0.0
	for _, t := range tenants {
		st := t.store.State()
		for i, g := range gauges {
			sums[i] += g.value(st)
		}
		for level, n := range st.Blocks {
			levels[level] += n
		}
		if at := float64(st.Oldest) / 1e9; at > 0 && (oldest == 0 || at < oldest) {
			oldest = at
		}
	}
	one(inFlightBytes, float64(s.inFlight()))
	one(tenantCount, float64(len(tenants)))
	for level, n := range levels {
		one(blockCount, float64(n), strconv.Itoa(level))
	}
	for i, g := range gauges {
		one(g.desc, sums[i])
	}
	one(oldestStart, oldest)
}
