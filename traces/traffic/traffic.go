package traffic

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// Options say how much traffic there is. The zero value of a field means its
// default.
type Options struct {
	Seed   uint64
	Start  time.Time // of the first request; default 2026-11-23T01:00:00Z
	Rate   float64   // traces a second of the traffic's own clock; 117, two million spans an hour
	Export int       // spans an export; 510

	Gateways, Servers, Models int // 4, 16, 30

	// TraceState, if not empty, is what every ingress span carries, "ot=th:fd70a3d70a3d7" say.
	TraceState string
	// Errors is the share of requests that fail; 0.01.
	Errors float64
}

func (o Options) withDefaults() Options {
	if o.Start.IsZero() {
		o.Start = time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC)
	}
	o.Rate = cmp.Or(o.Rate, 117)
	o.Export = cmp.Or(o.Export, 510)
	o.Gateways, o.Servers, o.Models = cmp.Or(o.Gateways, 4), cmp.Or(o.Servers, 16), cmp.Or(o.Models, 30)
	o.Errors = cmp.Or(o.Errors, 0.01)
	return o
}

// Stream makes exports. It belongs to one goroutine.
type Stream struct {
	opts     Options
	rng      *rand.Rand
	gateways []pod
	servers  []pod
	models   []model
	pick     []float64 // cumulative shares of the models

	clock   float64 // seconds since Start
	pending []span
	traces  int
	next    int // Triton's own trace number
	buf     encoder
}

// model is what the traffic knows of a model.
type model struct {
	name, version string
	seconds       float64 // median of compute
	batch         int64
	cached        bool
	steps         []int // of an ensemble
}

// New begins a stream.
func New(opts Options) *Stream {
	opts = opts.withDefaults()
	s := &Stream{opts: opts, rng: rand.New(rand.NewPCG(opts.Seed, 0x5357)), next: 1}
	for i := range opts.Gateways {
		s.gateways = append(s.gateways, gatewayPod(i))
	}
	for i := range opts.Servers {
		s.servers = append(s.servers, s.serverPod(i))
	}
	total := 0.0
	for i := range opts.Models {
		m := model{
			name: fmt.Sprintf("model_%02d", i), version: fmt.Sprint(1 + i%3),
			seconds: 0.004 * math.Exp(s.rng.NormFloat64()*0.9+0.8), batch: 1 << s.rng.IntN(7), cached: i%3 == 1,
		}
		if i%10 == 7 || i%10 == 9 {
			m.steps = []int{(i + 3) % opts.Models / 10 * 10, (i + 5) % opts.Models / 10 * 10}
		}
		s.models = append(s.models, m)
		total += 1 / float64(i+2)
		s.pick = append(s.pick, total)
	}
	return s
}

// Traces is how many traces were begun so far.
func (s *Stream) Traces() int { return s.traces }

// Next returns the next export, OTLP protobuf, and the number of its spans. The
// bytes are good until the next call.
func (s *Stream) Next() (export []byte, spans int) {
	for len(s.pending) < 4*s.opts.Export {
		s.fill()
	}
	batch := s.pending[:s.opts.Export]
	slices.SortStableFunc(batch, func(a, b span) int { return cmp.Compare(a.at.order, b.at.order) })
	out := s.buf.export(batch)
	s.pending = append(s.pending[:0], s.pending[s.opts.Export:]...)
	return out, s.opts.Export
}

// fill adds a second of traffic.
func (s *Stream) fill() {
	until := s.clock + 1
	for s.clock < until {
		s.clock += s.rng.ExpFloat64() / s.opts.Rate
		s.request(uint64(s.opts.Start.UnixNano()) + uint64(s.clock*1e9))
		s.traces++
	}
	slices.SortFunc(s.pending, func(a, b span) int { return cmp.Compare(a.end, b.end) })
}

func (s *Stream) id() (id [8]byte) {
	n := s.rng.Uint64() | 1
	for i := range id {
		id[i] = byte(n >> (8 * i))
	}
	return id
}

func (s *Stream) uuid() string {
	var b [16]byte
	lo, hi := s.id(), s.id()
	copy(b[:8], lo[:])
	copy(b[8:], hi[:])
	h := hex.EncodeToString(b[:])
	return h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-a" + h[17:20] + "-" + h[20:]
}

// lognormal is a time of a median, in nanoseconds.
func (s *Stream) lognormal(seconds, sigma float64) uint64 {
	return uint64(1e9 * seconds * math.Exp(s.rng.NormFloat64()*sigma))
}
