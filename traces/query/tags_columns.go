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
func (s *valueSet) addPage(p *tagPage, tag tagRef) error {
	keys, ok := tag.columns(p.part.Segment)
	if !ok {
		return s.addComputed(p, tag.intrinsic)
	}
	for _, k := range keys {
		if err := s.addColumn(p, k); err != nil {
			return err
		}
	}
	return nil
}

func (s *valueSet) addColumn(p *tagPage, k column.Key) error {
	c := p.part.Segment.Column(k)
	if c == nil { // a fixed one: zeros
		if k.Type == column.Int && !p.rows.none() {
			s.add(fixedStatic(k, 0))
		}
		return nil
	}
	if k.Type.Text() {
		d, err := c.Dict(p.page)
		if err != nil {
			return p.failed(k, err)
		}
		if d != nil && s.seen(k, d).left == 0 {
			return nil
		}
	}
	v, err := p.read(k)
	if err != nil {
		return err
	}
	if v.Dict == nil {
		for i := range p.items(v) {
			if v.Has(i) {
				s.addValue(k, v, i)
			}
		}
		return nil
	}
	seen := s.seen(k, v.Dict)
	for i := range p.items(v) {
		if code := v.Codes[i]; code != 0 && !seen.seen[code] {
			seen.seen[code] = true
			seen.left--
			s.addValue(k, v, i)
		}
	}
	return nil
}

// addComputed adds the values of an intrinsic that is no column.
func (s *valueSet) addComputed(p *tagPage, in traceql.Intrinsic) error {
	switch in {
	case traceql.IntrinsicDuration:
		return s.addDurations(p)
	case traceql.IntrinsicSpanID:
		return s.addIDs(p, column.SpanID, 8)
	case traceql.IntrinsicParentID:
		return s.addIDs(p, column.ParentID, 8)
	case traceql.IntrinsicLinkSpanID:
		return s.addIDs(p, column.LinkSpanID, 8)
	case traceql.IntrinsicLinkTraceID:
		return s.addIDs(p, column.LinkTraceID, 16)
	case traceql.IntrinsicEventTimeSinceStart:
		return s.addSinceStart(p)
	case traceql.IntrinsicTraceID, traceql.IntrinsicTraceDuration, traceql.IntrinsicTraceRootName, traceql.IntrinsicTraceRootService:
		return s.addOfTraces(p, in)
	}
	return nil // places in the tree are no values that anybody asks for
}

func (s *valueSet) addDurations(p *tagPage) error {
	start, duration, err := p.times()
	if err != nil {
		return err
	}
	for row := range p.eachRow() {
		s.add(traceql.Duration(lasting(intAt(start, row), intAt(duration, row))))
	}
	return nil
}

// lasting is the duration that a span has, of its start and the difference to its
// end: none if it ends before it starts.
func lasting(start, difference uint64) time.Duration {
	if start+difference < start {
		return 0
	}
	return time.Duration(difference)
}

// addIDs adds ids; zeros are none, but of links.
func (s *valueSet) addIDs(p *tagPage, k column.Key, size int) error {
	v, err := p.read(k)
	if err != nil || v == nil {
		return err
	}
	zero := string(make([]byte, size))
	for i := range p.items(v) {
		if id := v.IDs[size*i : size*i+size]; k != column.ParentID || string(id) != zero {
			s.add(traceql.String(hex.EncodeToString(id)))
		}
	}
	return nil
}

func (s *valueSet) addSinceStart(p *tagPage) error {
	v, err := p.read(column.EventTime)
	if err != nil || v == nil {
		return err
	}
	start, _, err := p.times()
	if err != nil {
		return err
	}
	for row := range p.eachRow() {
		for i := v.Offsets[row]; i < v.Offsets[row+1]; i++ {
			s.add(traceql.Duration(time.Duration(uint64(v.Ints[i]) - intAt(start, row))))
		}
	}
	return nil
}

// addOfTraces adds what is one for all spans of a trace.
func (s *valueSet) addOfTraces(p *tagPage, in traceql.Intrinsic) error {
	bounds, err := p.part.Segment.Bounds(p.page)
	if err != nil {
		return p.failed(column.TraceID, err)
	}
	value, err := p.ofTrace(in)
	if err != nil {
		return err
	}
	for trace := range len(bounds) - 1 {
		for row := bounds[trace]; row < bounds[trace+1]; row++ {
			if p.rows.has(int(row)) {
				s.add(value(int(bounds[trace]), int(bounds[trace+1])))
				break
			}
		}
	}
	return nil
}

// ofTrace returns what tells an intrinsic of the trace of some rows.
func (p *tagPage) ofTrace(in traceql.Intrinsic) (func(lo, hi int) traceql.Static, error) {
	switch in {
	case traceql.IntrinsicTraceID:
		v, err := p.read(column.TraceID)
		return func(lo, _ int) traceql.Static { return traceql.String(hex.EncodeToString(v.IDs[16*lo : 16*lo+16])) }, err
	case traceql.IntrinsicTraceDuration:
		start, duration, err := p.times()
		return func(lo, hi int) traceql.Static { return traceql.Duration(traceLasts(start, duration, lo, hi)) }, err
	}
	parent, err := p.read(column.ParentID)
	if err != nil {
		return nil, err
	}
	name := func(int) traceql.Static { return traceql.Nil() }
	if in == traceql.IntrinsicTraceRootName {
		name, err = p.rootName()
	} else {
		name, err = p.rootService()
	}
	return func(lo, hi int) traceql.Static {
		for row := lo; row < hi; row++ { // tops come by start, each before what is below it
			if parent == nil || isZero(parent.IDs[8*row:8*row+8]) {
				return name(row)
			}
		}
		return traceql.Nil()
	}, err
}

func isZero(id []byte) bool {
	for _, b := range id {
		if b != 0 {
			return false
		}
	}
	return true
}

func traceLasts(start, duration *column.Vector, lo, hi int) time.Duration {
	from, to := intAt(start, lo), uint64(0)
	for row := lo; row < hi; row++ {
		at := intAt(start, row)
		from, to = min(from, at), max(to, at, at+intAt(duration, row))
	}
	return time.Duration(to - from)
}

func (p *tagPage) rootName() (func(row int) traceql.Static, error) {
	v, err := p.read(column.Name)
	return func(row int) traceql.Static {
		if v == nil || v.StringAt(row) == "" {
			return traceql.Nil()
		}
		return traceql.String(v.StringAt(row))
	}, err
}

// rootService reads service.name as text, of whatever type it is.
func (p *tagPage) rootService() (func(row int) traceql.Static, error) {
	type typed struct {
		typ column.Type
		*column.Vector
	}
	var columns []typed
	for _, k := range p.part.Segment.Keys() {
		if k.Scope != column.ScopeResource || k.Name != column.ServiceName.Name {
			continue
		}
		v, err := p.read(k)
		if err != nil {
			return nil, err
		}
		columns = append(columns, typed{k.Type, v})
	}
	return func(row int) traceql.Static {
		for _, c := range columns {
			if text := asText(c.typ, c.Vector, row); text != "" {
				return traceql.String(text)
			}
		}
		return traceql.Nil()
	}, nil
}

// asText is value i of an attribute's column as OTLP's libraries write it.
func asText(typ column.Type, v *column.Vector, i int) string {
	if !v.Has(i) {
		return ""
	}
	if typ == column.Array || typ == column.Map {
		value, err := decodeAny(v.StringAt(i))
		if err != nil {
			return ""
		}
		return value.AsString()
	}
	s := valueStatic(typ, v, i)
	if s.IsNil() {
		return ""
	}
	return s.String()
}
