package column

import (
	"fmt"
	"slices"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/span"
)

// Spans reads one trace of a Segment, or the piece that is there, back into spans,
// in the order of its rows. Attributes come in the order of their names.
//
// Of columns that are RowReaders it reads the trace's rows only.
func Spans(seg Segment, at Place) ([]span.Span, error) {
	spans, _, err := ReadSpans(seg, at)
	return spans, err
}

// ReadSpans is Spans, and tells how many bytes were read from disk.
func ReadSpans(seg Segment, at Place) (spans []span.Span, cost int, err error) {
	r := newSpanReader(seg, false)
	spans, err = r.Spans(at)
	return spans, r.cost, err
}

// SpanReader reads traces back into spans. It keeps the page that it decoded last,
// so that many traces of a page cost one decoding: ask for traces in the order in
// which they lie. One goroutine uses it at a time.
type SpanReader struct {
	seg  Segment
	cols []spanColumn
	page int // which the kept Vectors hold, -1 none
	keep bool
	one  Vector // where pages are not kept
	cost int

	resources, scopes grouping
}

// spanColumn is a column of which spans are made. Column is never nil.
type spanColumn struct {
	Column
	key  Key
	vec  *Vector // nil before it was needed
	read bool    // vec holds the page
}

// NewSpanReader returns a reader of a Segment.
func NewSpanReader(seg Segment) *SpanReader { return newSpanReader(seg, true) }

func newSpanReader(seg Segment, keep bool) *SpanReader {
	r := &SpanReader{seg: seg, page: -1, keep: keep}
	attrs := slices.Clone(seg.Keys())
	slices.SortFunc(attrs, Key.Compare)
	keys := slices.Concat(Fixed(), attrs) // Fixed makes the events and links that attributes belong to
	r.cols = make([]spanColumn, 0, len(keys))
	for _, k := range keys {
		if c := seg.Column(k); c != nil && k != ParentRow {
			r.cols = append(r.cols, spanColumn{Column: c, key: k})
		}
	}
	return r
}

// Cost is how many bytes were read from disk so far.
func (r *SpanReader) Cost() int { return r.cost }

// Spans reads a trace. The spans are the caller's; the texts they refer to may be
// the Segment's.
func (r *SpanReader) Spans(at Place) ([]span.Span, error) {
	bounds, err := r.seg.Bounds(at.Page)
	if err != nil {
		return nil, err
	}
	lo, hi := int(bounds[at.Trace]), int(bounds[at.Trace+1])
	if r.page != at.Page {
		for i := range r.cols {
			r.cols[i].read = false
		}
		r.page = at.Page
	}
	spans := make([]span.Span, hi-lo)
	for i := range spans {
		spans[i].Attrs = pcommon.NewMap()
	}
	r.resources.reset(len(spans))
	r.scopes.reset(len(spans))
	for i := range r.cols {
		c := &r.cols[i]
		if c.key.Scope != ScopeFixed && EmptyPage(c.Column, at.Page) {
			continue
		}
		v, first, err := r.vector(c, lo, hi)
		if err == nil {
			err = r.fill(spans, c.key, v, first)
		}
		if err != nil {
			return nil, fmt.Errorf("%v %q, page %d: %w", c.key.Scope, c.key.Name, at.Page, err)
		}
	}
	return spans, r.share(spans)
}

// vector returns values of the page with the rows from lo to before hi, and which of
// its rows is lo.
func (r *SpanReader) vector(c *spanColumn, lo, hi int) (*Vector, int, error) {
	if !r.keep {
		err := ReadRows(c.Column, r.page, lo, hi, &r.one)
		r.cost += r.one.Cost
		return &r.one, 0, err
	}
	if c.read {
		return c.vec, lo, nil
	}
	if c.vec == nil {
		c.vec = new(Vector)
	}
	if err := c.Read(r.page, c.vec); err != nil {
		return nil, 0, err
	}
	r.cost += c.vec.Cost
	c.read = true
	return c.vec, lo, nil
}

// fill puts the values of a column, from row lo on, into the spans.
func (r *SpanReader) fill(spans []span.Span, k Key, v *Vector, lo int) error {
	if ofResource(k) {
		r.resources.split(k, v, lo)
		return nil
	}
	if ofScope(k) {
		r.scopes.split(k, v, lo)
		return nil
	}
	if k.List() {
		for i := range spans {
			if err := fillList(&spans[i], k, v, int(v.Offsets[lo+i]), int(v.Offsets[lo+i+1])); err != nil {
				return err
			}
		}
		return nil
	}
	if k.Scope == ScopeFixed {
		for i := range spans {
			fillFixed(&spans[i], k, v, lo+i)
		}
		return nil
	}
	for i := range spans {
		if v.Has(lo + i) {
			if err := put(spans[i].Attrs, k, valueAt(k, v, lo+i)); err != nil {
				return err
			}
		}
	}
	return nil
}

func fillFixed(s *span.Span, k Key, v *Vector, i int) {
	switch k {
	case TraceID:
		s.TraceID = span.TraceID(v.IDs[16*i:])
	case SpanID:
		s.ID = span.ID(v.IDs[8*i:])
	case ParentID:
		s.Parent = span.ID(v.IDs[8*i:])
	case TraceState:
		s.TraceState = v.StringAt(i)
	case Flags:
		s.Flags = uint32(v.Ints[i])
	case Name:
		s.Name = v.StringAt(i)
	case Kind:
		s.Kind = ptrace.SpanKind(v.Ints[i])
	case Start: // before Duration, in Fixed
		s.Start = uint64(v.Ints[i])
		s.End = s.Start
	case Duration:
		s.End = s.Start + uint64(v.Ints[i])
	case Status:
		s.Status = ptrace.StatusCode(v.Ints[i])
	case StatusMessage:
		s.StatusText = v.StringAt(i)
	case Dropped:
		s.Dropped = uint32(v.Ints[i])
	case DroppedEvents:
		s.DroppedEv = uint32(v.Ints[i])
	case DroppedLinks:
		s.DroppedLn = uint32(v.Ints[i])
	case Weight:
		s.Weight = v.Floats[i]
	}
}

// fillList puts values from to before to into a span's events or links, which
// EventTime and LinkTraceID make.
func fillList(s *span.Span, k Key, v *Vector, from, to int) error {
	n := to - from
	switch k {
	case EventTime:
		s.Events = slices.Grow(s.Events, n)[:n]
		for i := range s.Events {
			s.Events[i] = span.Event{Time: uint64(v.Ints[from+i]), Attrs: pcommon.NewMap()}
		}
	case LinkTraceID:
		s.Links = slices.Grow(s.Links, n)[:n]
		for i := range s.Links {
			s.Links[i] = span.Link{TraceID: span.TraceID(v.IDs[16*(from+i):]), Attrs: pcommon.NewMap()}
		}
	}
	if isEvent(k) {
		if n != len(s.Events) {
			return fmt.Errorf("%d values for %d events", n, len(s.Events))
		}
		return fillEvents(s.Events, k, v, from)
	}
	if n != len(s.Links) {
		return fmt.Errorf("%d values for %d links", n, len(s.Links))
	}
	return fillLinks(s.Links, k, v, from)
}

func isEvent(k Key) bool {
	return k.Scope == ScopeEvent || k == EventTime || k == EventName || k == EventDropped
}

func fillEvents(events []span.Event, k Key, v *Vector, from int) error {
	for i := range events {
		e, at := &events[i], from+i
		switch {
		case k == EventName:
			e.Name = v.StringAt(at)
		case k == EventDropped:
			e.Dropped = uint32(v.Ints[at])
		case k.Scope == ScopeEvent && v.Has(at):
			if err := put(e.Attrs, k, valueAt(k, v, at)); err != nil {
				return err
			}
		}
	}
	return nil
}

func fillLinks(links []span.Link, k Key, v *Vector, from int) error {
	for i := range links {
		l, at := &links[i], from+i
		switch {
		case k == LinkSpanID:
			l.SpanID = span.ID(v.IDs[8*at:])
		case k == LinkState:
			l.TraceState = v.StringAt(at)
		case k == LinkFlags:
			l.Flags = uint32(v.Ints[at])
		case k == LinkDropped:
			l.Dropped = uint32(v.Ints[at])
		case k.Scope == ScopeLink && v.Has(at):
			if err := put(l.Attrs, k, valueAt(k, v, at)); err != nil {
				return err
			}
		}
	}
	return nil
}
