package trace

import (
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strings"
	"sync"

	"supersonic/gateway/call"
	"supersonic/internal/sampling"
)

// Random is a source of random bits.
type Random interface{ Uint64() uint64 }

// Sampler decides. Its methods are safe for concurrent use.
type Sampler struct {
	on        bool
	threshold sampling.Threshold
	th        string // of threshold
	state     string // the tracestate of a call that brought none
	bits      func() uint64
}

// NewSampler returns a sampler for probability p, 0..1. Without tracing (on is
// false) it only makes ids. r may be nil: then the runtime's generator, which is
// seeded anew by each process, is used.
func NewSampler(on bool, p float64, r Random) *Sampler {
	t := sampling.FromProbability(p)
	s := &Sampler{on: on, threshold: t, th: t.String(), state: sampling.WithThreshold("", t), bits: rand.Uint64}
	if r != nil {
		var mu sync.Mutex
		s.bits = func() uint64 {
			mu.Lock()
			defer mu.Unlock()
			return r.Uint64()
		}
	}
	return s
}

// Decide makes the decision of a call from the values of its traceparent and
// tracestate headers. It draws three numbers where the caller brought no context
// (two for the trace, one for the span), one where it did.
func (s *Sampler) Decide(traceparents, tracestates []string) call.Decision {
	var d call.Decision
	parent, ok := Context{}, false
	if len(traceparents) == 1 {
		parent, ok = ParseTraceparent(traceparents[0])
	}
	if ok {
		d = call.Decision{TraceID: parent.TraceID, Parent: parent.SpanID, Remote: true, Flags: parent.Flags}
	} else {
		s.newTraceID(&d.TraceID)
		d.Flags = 2 // the id is random
	}
	binary.BigEndian.PutUint64(d.SpanID[:], s.nonZero())
	switch {
	case !s.on:
	case ok && parent.Sampled():
		d.Kind = call.CallerSampled
		d.State = strings.Join(tracestates, ",")
		if t, known := sampling.FromTracestate(d.State); known {
			d.Sent = t.String()
		}
	case ok:
		d.Kind = call.CallerNotSampled
	case s.threshold.Samples(d.TraceID):
		d.Kind = call.HeadSampled
		d.Flags |= 1
		d.Sent, d.State = s.th, s.state
		if len(tracestates) > 0 {
			d.State = sampling.WithThreshold(withoutOT(strings.Join(tracestates, ",")), s.threshold)
		}
	default:
		d.Kind = call.HeadNotSampled
	}
	return d
}

func (s *Sampler) newTraceID(id *[16]byte) {
	binary.BigEndian.PutUint64(id[:8], s.nonZero())
	binary.BigEndian.PutUint64(id[8:], s.bits())
}

func (s *Sampler) nonZero() uint64 {
	for {
		if n := s.bits(); n != 0 {
			return n
		}
	}
}

// Upstream is what a sampled call carries upstream; both are empty for any other.
// An empty tracestate is not sent.
func Upstream(d *call.Decision) (traceparent, tracestate string) {
	if !d.Kind.Sampled() {
		return "", ""
	}
	return formatTraceparent(d.TraceID, d.SpanID, d.Flags), d.State
}

// TraceID is the id of a call's trace in hexadecimal.
func TraceID(d *call.Decision) string { return hex.EncodeToString(d.TraceID[:]) }
