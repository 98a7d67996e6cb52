package query

import (
	"encoding/hex"
	"time"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// fixedTags are the intrinsics that are a column.
var fixedTags = map[traceql.Intrinsic]column.Key{
	traceql.IntrinsicName:                   column.Name,
	traceql.IntrinsicStatus:                 column.Status,
	traceql.IntrinsicStatusMessage:          column.StatusMessage,
	traceql.IntrinsicKind:                   column.Kind,
	traceql.IntrinsicInstrumentationName:    column.ScopeName,
	traceql.IntrinsicInstrumentationVersion: column.ScopeVersion,
	traceql.IntrinsicEventName:              column.EventName,
}

// columns are those of which a tag's values are, and nothing else; ok is false for
// what is computed of others.
func (t tagRef) columns(seg column.Segment) (keys []column.Key, ok bool) {
	if t.intrinsic != traceql.IntrinsicNone {
		k, ok := fixedTags[t.intrinsic]
		return []column.Key{k}, ok
	}
	for _, k := range seg.Keys() {
		if k.Name == t.name && t.in(k.Scope) {
			keys = append(keys, k)
		}
	}
	return keys, true
}

func (t tagRef) in(scope column.Scope) bool {
	for _, s := range t.scopes {
		if tagScopes[s] == scope {
			return true
		}
	}
	return false
}

var tagScopes = map[traceql.Scope]column.Scope{
	traceql.ScopeSpan: column.ScopeSpan, traceql.ScopeResource: column.ScopeResource, traceql.ScopeInstrumentation: column.ScopeInstrumentation,
	traceql.ScopeEvent: column.ScopeEvent, traceql.ScopeLink: column.ScopeLink,
}

// addPage adds the values that rows of a page have.
func (s *valueSet) addPage(p *page, rows rowBits, tag tagRef) error {
	keys, ok := tag.columns(p.part.Segment)
	if !ok {
		s.addComputed(p, rows, tag.intrinsic)
		return p.err
	}
	for _, k := range keys {
		s.addColumn(p, rows, k)
	}
	return p.err
}

func (s *valueSet) addColumn(p *page, rows rowBits, k column.Key) {
	pv := p.column(k)
	if pv.col == nil { // a fixed one: zeros
		if k.Type == column.Int && k.Scope == column.ScopeFixed {
			s.add(fixedStatic(k, 0))
		}
		return
	}
	if k.Type.Text() {
		if d, err := pv.col.Dict(p.number); err == nil && d != nil && s.seen(k, d).left == 0 {
			return
		}
	}
	v := p.read(pv)
	if v.Dict == nil {
		eachItem(v, rows, func(i int) {
			if k.Scope == column.ScopeFixed || v.Has(i) {
				s.addValue(k, v, i)
			}
		})
		return
	}
	seen := s.seen(k, v.Dict)
	eachItem(v, rows, func(i int) {
		if code := v.Codes[i]; code != 0 && int(code) < len(seen.seen) && !seen.seen[code] {
			seen.seen[code] = true
			seen.left--
			s.addValue(k, v, i)
		}
	})
}

// eachItem visits the values of a column in rows.
func eachItem(v *column.Vector, rows rowBits, visit func(i int)) {
	if len(v.Offsets) == 0 {
		rows.each(visit)
		return
	}
	rows.each(func(row int) {
		for i := v.Offsets[row]; i < v.Offsets[row+1]; i++ {
			visit(int(i))
		}
	})
}

// addComputed adds the values of an intrinsic that is no column.
func (s *valueSet) addComputed(p *page, rows rowBits, in traceql.Intrinsic) {
	switch in {
	case traceql.IntrinsicDuration:
		durations := p.durations()
		rows.each(func(i int) { s.add(traceql.Duration(time.Duration(durations[i]))) })
	case traceql.IntrinsicSpanID:
		s.addIDs(p, rows, column.SpanID, 8)
	case traceql.IntrinsicParentID:
		s.addIDs(p, rows, column.ParentID, 8)
	case traceql.IntrinsicLinkSpanID:
		s.addIDs(p, rows, column.LinkSpanID, 8)
	case traceql.IntrinsicLinkTraceID:
		s.addIDs(p, rows, column.LinkTraceID, 16)
	case traceql.IntrinsicEventTimeSinceStart:
		s.addSinceStart(p, rows)
	case traceql.IntrinsicTraceID, traceql.IntrinsicTraceDuration, traceql.IntrinsicTraceRootName, traceql.IntrinsicTraceRootService:
		p.eachTrace(rows, func(t int) bool {
			s.add(p.ofTrace(t, in))
			return p.err == nil
		})
	} // places in the tree are no values that anybody asks for
}

func (s *valueSet) addIDs(p *page, rows rowBits, k column.Key, size int) {
	v := p.vector(k)
	if v == nil {
		return
	}
	eachItem(v, rows, func(i int) {
		s.add(traceql.String(hex.EncodeToString(v.IDs[size*i : size*i+size])))
	})
}

func (s *valueSet) addSinceStart(p *page, rows rowBits) {
	v := p.vector(column.EventTime)
	if v == nil {
		return
	}
	starts := p.starts()
	rows.each(func(row int) {
		for i := v.Offsets[row]; i < v.Offsets[row+1]; i++ {
			s.add(traceql.Duration(time.Duration(v.Ints[i] - starts[row])))
		}
	})
}

// ofTrace is what is one for all spans of a trace; nil for an empty text.
func (p *page) ofTrace(t int, in traceql.Intrinsic) traceql.Static {
	text := ""
	switch in {
	case traceql.IntrinsicTraceID:
		id := p.traceID(t)
		text = hex.EncodeToString(id[:])
	case traceql.IntrinsicTraceDuration:
		start, _, late := p.traceTimes(t)
		return traceql.Duration(traceql.Between(start, late))
	case traceql.IntrinsicTraceRootName:
		text = p.rootName(t)
	case traceql.IntrinsicTraceRootService:
		if root := p.roots()[t]; root >= 0 {
			text = (&row{p: p, i: int(root)}).service()
		}
	}
	if text == "" {
		return traceql.Nil()
	}
	return traceql.String(text)
}

// addSplit adds the values of spans of a split trace.
func (s *valueSet) addSplit(t *traceql.Trace, rows []row, spans []int, tag tagRef) {
	switch tag.intrinsic {
	case traceql.IntrinsicChildCount, traceql.IntrinsicNestedSetLeft, traceql.IntrinsicNestedSetRight, traceql.IntrinsicNestedSetParent:
		return // see addComputed
	case traceql.IntrinsicTraceDuration, traceql.IntrinsicTraceRootName, traceql.IntrinsicTraceRootService:
		if len(spans) > 0 {
			s.addText(ofRows(rows, tag.intrinsic))
		}
		return
	case traceql.IntrinsicNone:
		for _, scope := range tag.scopes {
			for _, i := range spans {
				s.add(t.Read(i, traceql.Attribute{Scope: scope, Name: tag.name}))
			}
		}
		return
	}
	for _, i := range spans {
		s.addText(t.Read(i, traceql.Attribute{Intrinsic: tag.intrinsic}))
	}
}

// addText adds values of an intrinsic, where the empty text stands for nothing.
func (s *valueSet) addText(v traceql.Static) {
	for _, p := range v.Parts() {
		s.addText(p)
	}
	if v.Type() != traceql.TypeArray && (v.Type() != traceql.TypeString || v.Text() != "") {
		s.add(v)
	}
}

// ofRows is what is one for all rows of a trace, which are in the order of their
// starts.
func ofRows(rows []row, in traceql.Intrinsic) traceql.Static {
	if in == traceql.IntrinsicTraceDuration {
		late := uint64(0)
		for i := range rows {
			late = max(late, rows[i].Start(), rows[i].End())
		}
		return traceql.Duration(traceql.Between(rows[0].Start(), late))
	}
	for i := range rows {
		r := &rows[i]
		switch {
		case r.Parent() != traceql.SpanID{}:
		case in == traceql.IntrinsicTraceRootName:
			return traceql.String(r.Intrinsic(traceql.IntrinsicName).Text())
		default:
			return traceql.String(r.service())
		}
	}
	return traceql.Nil()
}
