package query

import (
	"encoding/hex"
	"math"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// What a part or a page tells of its values without being read, so that it need not
// be. All of it errs on the side of reading.

// partAnswer is what a part's lists of values say to a condition.
type partAnswer struct {
	keys map[column.Key]bool // columns of the attribute that may have a value that satisfies it
	any  bool
	page int // the only page that may satisfy it, -1: any
}

// answer asks the part once.
func (l *leaf) answer(p *page) *partAnswer {
	if a, ok := l.parts.Load(p.part); ok {
		return a.(*partAnswer)
	}
	a := l.ask(p)
	kept, _ := l.parts.LoadOrStore(p.part, a)
	return kept.(*partAnswer)
}

func (l *leaf) ask(p *page) *partAnswer {
	a := &partAnswer{keys: make(map[column.Key]bool), page: -1}
	if l.attr.Intrinsic != traceql.IntrinsicNone {
		a.any = l.askIntrinsic(p, a)
		return a
	}
	scopes := []column.Scope{columnScope(l.attr.Scope)}
	if l.attr.Scope == traceql.ScopeNone {
		scopes = []column.Scope{column.ScopeSpan, column.ScopeResource}
	}
	for _, scope := range scopes {
		for _, pv := range p.attribute(scope, l.attr.Name) {
			if l.typePossible(pv.key.Type) && l.valuesPossible(p, pv.key) {
				a.keys[pv.key], a.any = true, true
			}
		}
	}
	return a
}

// typePossible tells whether a value of a type may satisfy the condition.
func (l *leaf) typePossible(t column.Type) bool {
	if l.exists {
		return true
	}
	switch t {
	case column.String, column.Bytes, column.Map:
		return l.isText
	case column.Int, column.Float:
		return l.op != traceql.OpNone
	}
	return true
}

// valuesPossible asks the list of a column's values, if there is one.
func (l *leaf) valuesPossible(p *page, k column.Key) bool {
	if l.exists {
		return true
	}
	v, ok, err := p.part.Segment.Values(k)
	if err != nil || !ok || v.Dict != nil && len(v.Dict.Texts) < v.Len { // reading will tell
		return true
	}
	for i := range v.Len {
		if k.Type.Text() && l.holdsText(k.Type, v.StringAt(i)) || !k.Type.Text() && l.test(numberStatic(k.Type, v, i)) {
			return true
		}
	}
	return false
}

func (l *leaf) askIntrinsic(p *page, a *partAnswer) bool {
	if l.exists {
		return true
	}
	if k, ok := fixedText(l.attr.Intrinsic); ok {
		return l.fixedPossible(p, k)
	}
	switch in := l.attr.Intrinsic; in {
	case traceql.IntrinsicTraceRootName:
		return l.test(traceql.String("")) || l.fixedPossible(p, column.Name)
	case traceql.IntrinsicTraceRootService:
		return l.rootServicePossible(p)
	case traceql.IntrinsicKind, traceql.IntrinsicStatus:
		return l.fewPossible(p, in)
	case traceql.IntrinsicEventName:
		return p.column(column.EventTime).col != nil && l.fixedPossible(p, column.EventName)
	case traceql.IntrinsicEventTimeSinceStart:
		return p.column(column.EventTime).col != nil
	case traceql.IntrinsicLinkTraceID, traceql.IntrinsicLinkSpanID:
		return p.column(column.LinkTraceID).col != nil
	case traceql.IntrinsicTraceID:
		return l.tracePossible(p, a)
	}
	return true
}

// fixedPossible asks for a column of texts that every row has, be it "".
func (l *leaf) fixedPossible(p *page, k column.Key) bool {
	return l.test(traceql.String("")) || p.column(k).col != nil && l.valuesPossible(p, k)
}

func (l *leaf) rootServicePossible(p *page) bool {
	if l.test(traceql.String("")) {
		return true
	}
	for _, pv := range p.attribute(column.ScopeResource, column.ServiceName.Name) {
		if pv.key.Type != column.String || l.valuesPossible(p, pv.key) {
			return true
		}
	}
	return false
}

func (l *leaf) fewPossible(p *page, in traceql.Intrinsic) bool {
	k, static := column.Kind, func(n int64) traceql.Static { return traceql.KindOf(traceql.Kind(n)) }
	if in == traceql.IntrinsicStatus {
		k, static = column.Status, func(n int64) traceql.Static { return traceql.StatusOf(traceql.Status(n)) }
	}
	v, ok, err := p.part.Segment.Values(k)
	if err != nil || !ok || l.test(static(0)) {
		return true
	}
	for _, n := range v.Ints {
		if l.test(static(n)) {
			return true
		}
	}
	return false
}

// tracePossible looks a trace up whose id the condition names.
func (l *leaf) tracePossible(p *page, a *partAnswer) bool {
	var id [16]byte
	if len(l.equal) != 2*len(id) {
		return true
	}
	if _, err := hex.Decode(id[:], []byte(l.equal)); err != nil {
		return true
	}
	at, ok, err := p.part.Segment.Find(id)
	if err == nil && ok {
		a.page = at.Page
	}
	return err != nil || ok
}

// possible implements node.
func (l *leaf) possible(p *page, opened bool) bool {
	a := l.answer(p)
	if !a.any || !opened {
		return a.any
	}
	if a.page >= 0 && a.page != p.number {
		return false
	}
	if l.exists {
		return true
	}
	if k, ok := fixedText(l.attr.Intrinsic); ok {
		pv := p.column(k)
		return pv.col == nil || l.columnPossible(p, pv)
	}
	switch l.attr.Intrinsic {
	case traceql.IntrinsicNone:
		return l.attributePossible(p, a)
	case traceql.IntrinsicDuration:
		return l.durationPossible(p)
	case traceql.IntrinsicEventName:
		pv := p.column(column.EventName)
		return pv.col == nil || l.columnPossible(p, pv)
	case traceql.IntrinsicEventTimeSinceStart:
		return l.sincePossible(p, p.column(column.EventTime))
	case traceql.IntrinsicTraceRootName:
		return l.rootNamePossible(p)
	case traceql.IntrinsicTraceDuration:
		most := p.info.MaxEnd - p.info.MinStart
		return !l.whole || p.info.MaxEnd >= 1<<63 || p.info.MaxEnd < p.info.MinStart || l.bounds.meets(0, int64(most))
	}
	return true
}

func (l *leaf) attributePossible(p *page, a *partAnswer) bool {
	scopes := []column.Scope{columnScope(l.attr.Scope)}
	if l.attr.Scope == traceql.ScopeNone {
		scopes = []column.Scope{column.ScopeSpan, column.ScopeResource}
	}
	for _, scope := range scopes {
		for _, pv := range p.attribute(scope, l.attr.Name) {
			if a.keys[pv.key] && l.columnPossible(p, pv) {
				return true
			}
		}
	}
	return false
}

// columnPossible asks the page's zone or dictionary.
func (l *leaf) columnPossible(p *page, pv *pageVector) bool {
	if l.exists {
		return true
	}
	if pv.key.Type == column.Int {
		if !l.whole {
			return true
		}
		lo, hi, ok := pv.col.Zone(p.number)
		return !ok || l.bounds.meets(lo, hi)
	}
	if !pv.key.Type.Text() {
		return true
	}
	d, err := pv.col.Dict(p.number)
	if err != nil || d == nil {
		return true
	}
	return p.table(l, d, pv.key).any
}

func (l *leaf) rootNamePossible(p *page) bool {
	pv := p.column(column.Name)
	return pv.col == nil || l.test(traceql.String("")) || l.columnPossible(p, pv)
}

// durationPossible asks the zone of durations, of which those below zero count as 0.
func (l *leaf) durationPossible(p *page) bool {
	pv := p.often.duration
	p.bind(pv)
	if !l.whole || pv.col == nil || p.info.MaxEnd >= 1<<63 {
		return true
	}
	lo, hi, ok := pv.col.Zone(p.number)
	return !ok || l.bounds.meets(max(lo, 0), max(hi, 0))
}

// sincePossible compares the events' times with the earliest and latest start.
func (l *leaf) sincePossible(p *page, times *pageVector) bool {
	if times.col == nil {
		return false
	}
	lo, hi, ok := times.col.Zone(p.number)
	const some = math.MaxInt64 / 4 // far from where differences wrap around
	if !l.whole || !ok || p.info.MaxSpanStart > some*2 || lo < 0 || hi > some*2 {
		return true
	}
	return l.bounds.meets(lo-int64(p.info.MaxSpanStart), hi-int64(p.info.MinStart))
}
