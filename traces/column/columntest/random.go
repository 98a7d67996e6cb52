package columntest

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
	"supersonic/traces/span"
)

// Random makes n spans as odd as OTLP allows: attributes of all types, and one name
// with several; values that are empty, long or not UTF-8; parents that are not
// there, or each other's; ids that come twice, with one kind or two; spans that end
// before they start; times of zero and at the end of time; traces of one span and of
// hundreds, whose pieces are mixed. One state of rng gives the same spans always.
func Random(rng *rand.Rand, n int) []span.Span {
	r := &random{Rand: rng, base: 1_764_000_000_000_000_000}
	r.traces = make([]traceState, 1+n/(1+r.IntN(12)))
	for i := range r.traces {
		binary.BigEndian.PutUint64(r.traces[i].id[:], r.small())
		binary.BigEndian.PutUint64(r.traces[i].id[8:], uint64(i)<<16|r.Uint64N(1<<16))
		r.traces[i].start = r.base + r.Uint64N(1e10)
		switch r.IntN(50) {
		case 0:
			r.traces[i].start = 0
		case 1:
			r.traces[i].start = math.MaxUint64 - 1000
		case 2:
			r.traces[i].start = r.traces[max(0, i-1)].start // two traces of one start
		}
	}
	for range 1 + n/20 {
		r.resources = append(r.resources, &span.Resource{Attrs: r.attributes(6, 0), Dropped: r.few(), SchemaURL: r.word()})
		r.scopes = append(r.scopes, &span.Scope{Name: r.word(), Version: r.word(), Attrs: r.attributes(2, 0), Dropped: r.few(), SchemaURL: r.word()})
	}
	spans := make([]span.Span, n)
	for i := range spans {
		if i > 0 && r.IntN(20) == 0 {
			spans[i] = r.again(spans[r.IntN(i)])
			continue
		}
		spans[i] = r.span()
	}
	return spans
}

type random struct {
	*rand.Rand
	base      uint64
	traces    []traceState
	resources []*span.Resource
	scopes    []*span.Scope
}

// traceState is a trace, of which spans were made already.
type traceState struct {
	id    span.TraceID
	start uint64
	ids   []span.ID
}

func (r *random) few() uint32 {
	if r.IntN(8) == 0 {
		return r.Uint32()
	}
	return 0
}

func (r *random) small() uint64 { return r.Uint64() >> r.IntN(64) }

// word is a text out of few, or any.
func (r *random) word() string {
	switch r.IntN(10) {
	case 0, 1, 2:
		return ""
	case 3:
		b := make([]byte, r.IntN(40))
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	case 4:
		return fmt.Sprintf("ü-%d", r.IntN(1000))
	}
	return fmt.Sprintf("word-%d", r.IntN(5))
}

// again is a span that is sent a second time, changed or not.
func (r *random) again(s span.Span) span.Span {
	switch r.IntN(4) {
	case 0:
		s.End += r.Uint64N(1000)
	case 1:
		s.Start, s.End = s.Start-r.Uint64N(1e9), s.End+1
	case 2:
		s.Kind = ptrace.SpanKind(r.IntN(6))
	}
	if r.IntN(2) == 0 {
		s.Name, s.Attrs = r.word(), r.attributes(4, 1)
	}
	return s
}

func (r *random) span() span.Span {
	t := &r.traces[min(r.IntN(len(r.traces)), r.IntN(len(r.traces)))] // the first ones are larger
	s := span.Span{
		TraceID: t.id, TraceState: r.traceState(), Flags: r.few(), Name: r.word(), Kind: ptrace.SpanKind(r.IntN(6)),
		Start: t.start + r.small()>>34, Status: ptrace.StatusCode(r.IntN(3)), StatusText: r.word(),
		Attrs: r.attributes(8, 1), Dropped: r.few(), DroppedEv: r.few(), DroppedLn: r.few(),
		Resource: r.resources[r.IntN(len(r.resources))], Scope: r.scopes[r.IntN(len(r.scopes))],
	}
	binary.BigEndian.PutUint64(s.ID[:], r.small())
	s.Parent = r.parent(t, s.ID)
	t.ids = append(t.ids, s.ID)
	s.End = s.Start + r.small()>>30
	if r.IntN(10) == 0 {
		s.End = s.Start - r.small()>>20
	}
	switch r.IntN(30) {
	case 0:
		s.Start = 0
	case 1:
		s.End = 0
	case 2:
		s.Start = math.MaxUint64
	case 3:
		s.End = math.MaxUint64 - r.small() // longer than a duration can be
	}
	if r.IntN(6) == 0 {
		s.Name = attr.Ingress
		if r.IntN(2) == 0 {
			s.Attrs.PutStr(attr.HeadThreshold, []string{"fd70a3d70a3d7", "8", "", "no threshold"}[r.IntN(4)])
		}
	}
	for range r.IntN(4) * r.IntN(3) {
		s.Events = append(s.Events, span.Event{Time: s.Start + r.small(), Name: r.word(), Attrs: r.attributes(3, 2), Dropped: r.few()})
	}
	for range r.IntN(3) * r.IntN(2) {
		l := span.Link{TraceID: t.id, TraceState: r.traceState(), Flags: r.few(), Attrs: r.attributes(2, 3), Dropped: r.few()}
		binary.BigEndian.PutUint64(l.SpanID[:], r.small())
		s.Links = append(s.Links, l)
	}
	return s
}

// parent is none, one that is here, one that comes later or never, or the span.
func (r *random) parent(t *traceState, own span.ID) (id span.ID) {
	switch r.IntN(12) {
	case 0, 1:
		return id
	case 2:
		return own
	case 3:
		binary.BigEndian.PutUint64(id[:], r.small())
		return id
	}
	if len(t.ids) == 0 {
		return id
	}
	if last := &t.ids[len(t.ids)-1]; r.IntN(20) == 0 {
		return *last
	}
	return t.ids[r.IntN(len(t.ids))]
}

func (r *random) traceState() string {
	switch r.IntN(8) {
	case 0:
		return "ot=th:" + sampling.FromProbability(1/float64(1+r.IntN(9))).String()
	case 1:
		return "vendor=x,ot=rv:0123456789abcd;th:c"
	case 2:
		return "ot=th:not"
	case 3:
		return r.word()
	}
	return ""
}

// attributes makes up to most attributes. Each kind of place has names of its own,
// and some are everywhere.
func (r *random) attributes(most, place int) pcommon.Map {
	m := pcommon.NewMap()
	for range r.IntN(most + 1) {
		name := fmt.Sprintf("attr.%d", r.IntN(6))
		if r.IntN(2) == 0 {
			name = fmt.Sprintf("own%d.%d", place, r.IntN(6))
		}
		if r.IntN(30) == 0 {
			name = r.word()
		}
		if place == 0 && r.IntN(3) == 0 {
			m.PutStr("service.name", fmt.Sprintf("service-%d", r.IntN(4)))
			continue
		}
		v := m.PutEmpty(name)
		if r.IntN(4) == 0 {
			r.value(v, 0)
		} else {
			v.SetStr(r.word())
		}
	}
	return m
}

func (r *random) value(v pcommon.Value, depth int) {
	numbers := []float64{0, math.Copysign(0, -1), 1.5, -1e300, math.Inf(1), math.NaN()}
	switch r.IntN(8) {
	case 0:
		v.SetStr(r.word())
	case 1:
		v.SetInt(int64(r.small()) - int64(r.small()))
	case 2:
		v.SetDouble(numbers[r.IntN(len(numbers))])
	case 3:
		v.SetBool(r.IntN(2) == 0)
	case 4:
		b := make([]byte, r.IntN(20))
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		v.SetEmptyBytes().FromRaw(b)
	case 5:
		list := v.SetEmptySlice()
		for range r.IntN(4) * (3 - min(depth, 3)) {
			r.value(list.AppendEmpty(), depth+1)
		}
	case 6:
		m := v.SetEmptyMap()
		for range r.IntN(3) * (3 - min(depth, 3)) {
			r.value(m.PutEmpty(fmt.Sprintf("part.%d", r.IntN(20))), depth+1)
		}
	}
}
