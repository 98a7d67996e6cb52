package query

import (
	"encoding/hex"
	"math/bits"
	"time"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// intrinsic selects rows by an intrinsic.
func (l *leaf) intrinsic(p *page, out rowBits) {
	switch in := l.attr.Intrinsic; in {
	case traceql.IntrinsicName, traceql.IntrinsicStatusMessage, traceql.IntrinsicInstrumentationName, traceql.IntrinsicInstrumentationVersion:
		k, _ := fixedText(in)
		l.fixedTexts(p, k, out)
	case traceql.IntrinsicDuration:
		l.numbers(p.durations(), func(n int64) traceql.Static { return traceql.Duration(time.Duration(n)) }, out)
	case traceql.IntrinsicStatus:
		l.few(p.ints(column.Status), func(n int64) traceql.Static { return traceql.StatusOf(traceql.Status(n)) }, out)
	case traceql.IntrinsicKind:
		l.few(p.ints(column.Kind), func(n int64) traceql.Static { return traceql.KindOf(traceql.Kind(n)) }, out)
	case traceql.IntrinsicChildCount, traceql.IntrinsicNestedSetLeft, traceql.IntrinsicNestedSetRight, traceql.IntrinsicNestedSetParent:
		l.numbers(p.tree(in), traceql.Int, out)
	case traceql.IntrinsicSpanID:
		l.ids8(p, column.SpanID, out)
	case traceql.IntrinsicParentID:
		l.ids8(p, column.ParentID, out)
	case traceql.IntrinsicEventName, traceql.IntrinsicEventTimeSinceStart:
		l.events(p, out)
	case traceql.IntrinsicLinkTraceID, traceql.IntrinsicLinkSpanID:
		l.links(p, out)
	default:
		l.ofTrace(p, out)
	}
}

// holds tells whether a value satisfies the condition.
func (l *leaf) holds(v traceql.Static) bool {
	if l.exists {
		return !v.IsNil()
	}
	return l.test(v)
}

// fixedTexts selects rows by a text that each has.
func (l *leaf) fixedTexts(p *page, k column.Key, out rowBits) {
	pv := p.column(k)
	switch {
	case l.exists:
		out.fill(0, p.info.Rows)
	case pv.col == nil:
		if l.test(traceql.String("")) {
			out.fill(0, p.info.Rows)
		}
	case l.columnPossible(p, pv) && !l.find(p, pv, out):
		l.texts(p, k, p.read(pv), out)
	}
}

// numbers selects rows by a number that each has.
func (l *leaf) numbers(values []int64, static func(int64) traceql.Static, out rowBits) {
	if l.whole && !l.exists {
		selectInts(values, nil, l.bounds, out)
		return
	}
	for i, n := range values {
		if l.holds(static(n)) {
			out.set(i)
		}
	}
}

// keep takes the rows out of which the condition does not hold, and looks at no others;
// false: it is none of those for which this pays.
func (l *leaf) keep(p *page, rows rowBits) bool {
	if l.attr.Intrinsic != traceql.IntrinsicDuration || !l.whole || l.exists || l.parent {
		return false
	}
	values := p.durations()
	for w, x := range rows {
		for left := x; left != 0; left &= left - 1 {
			i := bits.TrailingZeros64(left)
			x &^= bit(!l.bounds.has(values[w<<6+i])) << i
		}
		rows[w] = x
	}
	return true
}

// few selects rows by a number of which there are few different ones: only its low
// byte counts for the language.
func (l *leaf) few(values []int64, static func(int64) traceql.Static, out rowBits) {
	var known, holds [256]uint8
	for i, n := range values {
		c := uint8(n)
		if known[c] == 0 {
			known[c], holds[c] = 1, uint8(bit(l.holds(static(int64(c)))))
		}
		out[i>>6] |= uint64(holds[c]) << (i & 63)
	}
}

// ids8 selects rows by an id; a root's parent has one of zeros.
func (l *leaf) ids8(p *page, k column.Key, out rowBits) {
	v := p.vector(k)
	for i := range p.info.Rows {
		var id [8]byte
		if v != nil {
			id = [8]byte(v.IDs[8*i:])
		}
		if l.holdsID(id[:]) {
			out.set(i)
		}
	}
}

// holdsID tells whether the condition holds for an id, which is written in hex.
func (l *leaf) holdsID(id []byte) bool {
	if l.exists {
		return true
	}
	if l.equal != "" {
		var text [32]byte
		n := hex.Encode(text[:], id)
		return string(text[:n]) == l.equal
	}
	return l.test(traceql.String(hex.EncodeToString(id)))
}

// events selects rows by the names or times of their events.
func (l *leaf) events(p *page, out rowBits) {
	times := p.column(column.EventTime)
	if times.col == nil {
		return
	}
	if l.attr.Intrinsic == traceql.IntrinsicEventTimeSinceStart {
		if l.sincePossible(p, times) {
			l.sinceStart(p, p.read(times), out)
		}
		return
	}
	names := p.column(column.EventName)
	if l.exists || names.col == nil {
		if l.exists || l.test(traceql.String("")) {
			withItems(p.read(times), out)
		}
		return
	}
	if !l.columnPossible(p, names) {
		return
	}
	v := p.read(names)
	values := p.temp(v.Len)
	l.texts(p, column.EventName, v, values)
	byRow(v, values, out)
	p.give(values)
}

// withItems selects the rows that have an event, or a link.
func withItems(v *column.Vector, out rowBits) {
	for i := range v.Rows {
		out[i>>6] |= bit(v.Offsets[i+1] > v.Offsets[i]) << (i & 63)
	}
}

// sinceStart selects rows by the times of their events since their start.
func (l *leaf) sinceStart(p *page, v *column.Vector, out rowBits) {
	if l.exists {
		withItems(v, out)
		return
	}
	starts := p.starts()
	if !l.whole {
		for i, start := range starts {
			for _, at := range v.Ints[v.Offsets[i]:v.Offsets[i+1]] {
				if l.test(traceql.Duration(time.Duration(at - start))) {
					out.set(i)
				}
			}
		}
		return
	}
	lo, width, flip := uint64(l.bounds.lo), uint64(l.bounds.hi)-uint64(l.bounds.lo), bit(l.bounds.outside)
	for i, start := range starts {
		x, from := uint64(0), uint64(start)+lo
		for _, at := range v.Ints[v.Offsets[i]:v.Offsets[i+1]] {
			x |= bit(uint64(at)-from <= width) ^ flip
		}
		out[i>>6] |= x << (i & 63)
	}
}

// links selects rows by the ids that their links have.
func (l *leaf) links(p *page, out rowBits) {
	traces := p.vector(column.LinkTraceID)
	if traces == nil {
		return
	}
	if l.exists {
		withItems(traces, out)
		return
	}
	ids, size := traces.IDs, 16
	if l.attr.Intrinsic == traceql.IntrinsicLinkSpanID {
		size, ids = 8, make([]byte, 8*traces.Len)
		if v := p.vector(column.LinkSpanID); v != nil && v.Len == traces.Len {
			ids = v.IDs
		}
	}
	for i := range traces.Rows {
		for at := int(traces.Offsets[i]); at < int(traces.Offsets[i+1]); at++ {
			if l.holdsID(ids[size*at : size*(at+1)]) {
				out.set(i)
				break
			}
		}
	}
}

// ofTrace selects the rows of traces by what is the trace's.
func (l *leaf) ofTrace(p *page, out rowBits) {
	if l.attr.Intrinsic == traceql.IntrinsicTraceRootName && !l.exists && !l.rootNamePossible(p) {
		return
	}
	for t := range p.info.Traces {
		if l.holdsTrace(p, t) {
			out.fill(p.rowRange(t))
		}
	}
}

func (l *leaf) holdsTrace(p *page, t int) bool {
	switch l.attr.Intrinsic {
	case traceql.IntrinsicTraceID:
		id := p.traceID(t)
		return l.holdsID(id[:])
	case traceql.IntrinsicTraceDuration:
		start, end, _ := p.traceTimes(t)
		d := traceql.Between(start, end)
		if l.whole && !l.exists {
			return l.bounds.meets(int64(d), int64(d))
		}
		return l.holds(traceql.Duration(d))
	case traceql.IntrinsicTraceRootName:
		return l.holds(traceql.String(p.rootName(t)))
	case traceql.IntrinsicTraceRootService:
		return l.holds(traceql.String(p.rootService(t)))
	}
	return false
}

// rootName is the name of a trace's root, "" without one.
func (p *page) rootName(t int) string {
	root := p.roots()[t]
	v := p.vector(column.Name)
	if root < 0 || v == nil {
		return ""
	}
	return v.StringAt(int(root))
}

// rootService is the service of a trace's root as the language sees it.
func (p *page) rootService(t int) string {
	root := p.roots()[t]
	if root < 0 {
		return ""
	}
	v := p.static(column.ScopeResource, column.ServiceName.Name, int(root))
	if v.IsNil() {
		return ""
	}
	return v.String()
}
