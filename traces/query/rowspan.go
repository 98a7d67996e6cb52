package query

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"slices"
	"time"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
	"supersonic/traceql"
	"supersonic/traces/column"
	"supersonic/traces/span"
)

// row shows a row of a page to the language: each method reads one value of a
// column.
type row struct {
	p       *page
	i       int
	weight  float64 // if weighed: the page knows only a piece of the trace
	weighed bool
}

var (
	_ traceql.Span     = (*row)(nil)
	_ traceql.Weighted = (*row)(nil)
)

// trace shows a trace of the page to the evaluator: its spans in the order of their
// starts, ids and kinds. It is good until the next call. The rows are in the order
// of the trace's spans.
func (p *page) trace(t int) (*traceql.Trace, []row) {
	rows := p.rowsOf(t)
	return languageRows(p.traceID(t), rows), rows
}

// rowsOf is the rows of a trace in that order.
func (p *page) rowsOf(t int) []row {
	lo, hi := p.rowRange(t)
	p.rows = p.rows[:0]
	for _, i := range p.ordered(lo, hi) {
		p.rows = append(p.rows, row{p: p, i: int(i)})
	}
	return p.rows
}

// ordered is the rows from lo to before hi by start, id and kind.
func (p *page) ordered(lo, hi int) []int32 {
	p.rowOrder = p.rowOrder[:0]
	sorted := true
	for i := lo; i < hi; i++ {
		p.rowOrder = append(p.rowOrder, int32(i))
		sorted = sorted && (i == lo || p.before(i-1, i))
	}
	if !sorted {
		slices.SortFunc(p.rowOrder, func(a, b int32) int {
			if p.before(int(a), int(b)) {
				return -1
			}
			return 1
		})
	}
	return p.rowOrder
}

func languageRows(id span.TraceID, rows []row) *traceql.Trace {
	spans := make([]traceql.Span, len(rows))
	for i := range rows {
		spans[i] = &rows[i]
	}
	return traceql.NewTrace(traceql.TraceID(id), spans)
}

// traceID is the id of a trace of the page.
func (p *page) traceID(t int) (id span.TraceID) {
	if v := p.vector(column.TraceID); v != nil {
		id = span.TraceID(v.IDs[16*p.bounds()[t]:])
	}
	return id
}

// compareIDs orders two rows by id, then kind.
func compareIDs(p *page, i int, q *page, j int) int {
	a, b := p.id8(p.often.id, i), q.id8(q.often.id, j)
	if c := bytes.Compare(a[:], b[:]); c != 0 {
		return c
	}
	return cmp.Compare(int32(p.numbersOf(p.often.kind)[i]), int32(q.numbersOf(q.often.kind)[j]))
}

func (p *page) id8(pv *pageVector, i int) (id [8]byte) {
	if v := p.read(pv); v != nil {
		id = [8]byte(v.IDs[8*i:])
	}
	return id
}

// joinRows makes one trace of the rows of its pieces, as NewTrace makes it of spans.
func joinRows(rows []row) []row {
	slices.SortStableFunc(rows, func(a, b row) int {
		return cmp.Or(compareIDs(a.p, a.i, b.p, b.i), cmp.Compare(b.End(), a.End()))
	})
	rows = slices.CompactFunc(rows, func(a, b row) bool { return compareIDs(a.p, a.i, b.p, b.i) == 0 })
	slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.Start(), b.Start()) })
	return rows
}

// weigh gives the spans of a joined trace their weights: a span's own, else that
// which the first ingress tells. A piece without that ingress told another.
func weigh(rows []row) {
	head := 0.0
	for i := range rows {
		if th, ok := rows[i].headThreshold(); ok {
			head = th.Weight()
			break
		}
	}
	for i := range rows {
		r := &rows[i]
		r.weight, r.weighed = head, true
		if th, ok := sampling.FromTracestate(r.text(column.TraceState)); ok {
			r.weight = th.Weight()
		}
	}
}

// headThreshold is span.Span's, of an ingress.
func (r *row) headThreshold() (sampling.Threshold, bool) {
	if r.text(column.Name) != attr.Ingress {
		return 0, false
	}
	if v := r.Attribute(traceql.ScopeSpan, attr.HeadThreshold); !v.IsNil() && v.String() != "" {
		return sampling.ParseThreshold(v.String())
	}
	return sampling.FromTracestate(r.text(column.TraceState))
}

func (r *row) ID() traceql.SpanID     { return r.p.id8(r.p.often.id, r.i) }
func (r *row) Parent() traceql.SpanID { return r.p.id8(r.p.often.parent, r.i) }
func (r *row) Start() uint64          { return uint64(r.p.starts()[r.i]) }
func (r *row) End() uint64            { return r.p.end(r.i) }

// Weight is how many spans the span stands for, 0 if that is not known.
func (r *row) Weight() float64 {
	if r.weighed {
		return r.weight
	}
	if v := r.p.vector(column.Weight); v != nil {
		return v.Floats[r.i]
	}
	return 0
}

// text is a fixed column of texts.
func (r *row) text(k column.Key) string {
	if v := r.p.vector(k); v != nil {
		return v.StringAt(r.i)
	}
	return ""
}

func (r *row) Intrinsic(in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicName:
		if v := r.p.read(r.p.often.name); v != nil {
			return traceql.String(v.StringAt(r.i))
		}
		return traceql.String("")
	case traceql.IntrinsicDuration:
		return traceql.Duration(time.Duration(r.p.durations()[r.i]))
	case traceql.IntrinsicStatus:
		return traceql.StatusOf(traceql.Status(r.p.numbersOf(r.p.often.status)[r.i]))
	case traceql.IntrinsicKind:
		return traceql.KindOf(traceql.Kind(r.p.numbersOf(r.p.often.kind)[r.i]))
	}
	if k, ok := fixedText(in); ok {
		return traceql.String(r.text(k))
	}
	return traceql.Nil()
}

// fixedText is the column of an intrinsic that is a text of each span.
func fixedText(in traceql.Intrinsic) (column.Key, bool) {
	switch in {
	case traceql.IntrinsicName:
		return column.Name, true
	case traceql.IntrinsicStatusMessage:
		return column.StatusMessage, true
	case traceql.IntrinsicInstrumentationName:
		return column.ScopeName, true
	case traceql.IntrinsicInstrumentationVersion:
		return column.ScopeVersion, true
	}
	return column.Key{}, false
}

// columnScope is the scope of the columns of a scope's attributes.
func columnScope(s traceql.Scope) column.Scope {
	switch s {
	case traceql.ScopeResource:
		return column.ScopeResource
	case traceql.ScopeInstrumentation:
		return column.ScopeInstrumentation
	case traceql.ScopeEvent:
		return column.ScopeEvent
	case traceql.ScopeLink:
		return column.ScopeLink
	}
	return column.ScopeSpan
}

func (r *row) Attribute(scope traceql.Scope, name string) traceql.Static {
	return r.p.static(columnScope(scope), name, r.i)
}

// static is value i of an attribute, nil if there is none.
func (p *page) static(scope column.Scope, name string, i int) traceql.Static {
	for _, pv := range p.attribute(scope, name) {
		v := p.read(pv)
		if i < v.Len && v.Has(i) {
			return valueStatic(pv.key.Type, v, i)
		}
	}
	return traceql.Nil()
}

func (r *row) Each(scope traceql.Scope, yield func(string, traceql.Static) bool) {
	of := columnScope(scope)
	for _, k := range r.p.part.keys() {
		if k.Scope != of {
			continue
		}
		v := r.p.vector(k)
		if v != nil && v.Has(r.i) && !yield(k.Name, valueStatic(k.Type, v, r.i)) {
			return
		}
	}
}

// items is where the values of a row's events or links are.
func (r *row) items(scope traceql.Scope) (from, to int) {
	k := column.LinkTraceID
	if scope == traceql.ScopeEvent {
		k = column.EventTime
	}
	v := r.p.vector(k)
	if v == nil {
		return 0, 0
	}
	return int(v.Offsets[r.i]), int(v.Offsets[r.i+1])
}

func (r *row) Items(scope traceql.Scope) int {
	from, to := r.items(scope)
	return to - from
}

func (r *row) ItemIntrinsic(i int, in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicEventName:
		from, _ := r.items(traceql.ScopeEvent)
		if v := r.p.vector(column.EventName); v != nil && from+i < v.Len {
			return traceql.String(v.StringAt(from + i))
		}
		return traceql.String("")
	case traceql.IntrinsicEventTimeSinceStart:
		from, _ := r.items(traceql.ScopeEvent)
		at := r.p.vector(column.EventTime).Ints[from+i]
		return traceql.Duration(time.Duration(at - r.p.starts()[r.i]))
	case traceql.IntrinsicLinkTraceID:
		from, _ := r.items(traceql.ScopeLink)
		v := r.p.vector(column.LinkTraceID)
		return traceql.String(hex.EncodeToString(v.IDs[16*(from+i) : 16*(from+i+1)]))
	case traceql.IntrinsicLinkSpanID:
		from, _ := r.items(traceql.ScopeLink)
		id := [8]byte{}
		if v := r.p.vector(column.LinkSpanID); v != nil && from+i < v.Len {
			id = [8]byte(v.IDs[8*(from+i):])
		}
		return traceql.String(hex.EncodeToString(id[:]))
	}
	return traceql.Nil()
}

func (r *row) ItemAttribute(scope traceql.Scope, i int, name string) traceql.Static {
	from, _ := r.items(scope)
	return r.p.static(columnScope(scope), name, from+i)
}
