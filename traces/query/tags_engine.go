package query

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// columnScopes are the scopes of attributes as columns have them.
var columnScopes = map[column.Scope]Scope{
	column.ScopeResource: ScopeResource, column.ScopeSpan: ScopeSpan, column.ScopeEvent: ScopeEvent,
	column.ScopeLink: ScopeLink, column.ScopeInstrumentation: ScopeInstrumentation,
}

// nameSet is the names that were found.
type nameSet struct {
	scope Scope // ScopeAll for every one
	names map[scopedName]struct{}
	more  bool
}

func (s *nameSet) wants(k column.Key) bool {
	scope, ok := columnScopes[k.Scope]
	if !ok || s.scope != ScopeAll && s.scope != scope {
		return false
	}
	_, known := s.names[scopedName{scope, k.Name}]
	return !known
}

func (s *nameSet) add(scope Scope, name string) {
	if s.scope != ScopeAll && s.scope != scope {
		return
	}
	k := scopedName{scope, name}
	if _, ok := s.names[k]; !ok && len(s.names) >= maxNames {
		s.more = true
		return
	}
	s.names[k] = struct{}{}
}

// addRow adds the names that a row has.
func (s *nameSet) addRow(r *row) {
	for _, k := range r.p.part.keys() {
		if !s.wants(k) {
			continue
		}
		v := r.p.vector(k)
		if v == nil {
			continue
		}
		lo, hi := r.i, r.i+1
		if k.List() {
			lo, hi = int(v.Offsets[r.i]), int(v.Offsets[r.i+1])
		}
		for i := lo; i < hi; i++ {
			if v.Has(i) {
				s.add(columnScopes[k.Scope], k.Name)
			}
		}
	}
}

// result sorts the names and cuts each scope's at the limit.
func (s *nameSet) result(limit int) (names map[Scope][]string, more bool) {
	names, more = make(map[Scope][]string), s.more
	for k := range s.names {
		names[k.scope] = append(names[k.scope], k.name)
	}
	for scope, list := range names {
		slices.Sort(list)
		if limit > 0 && len(list) > limit {
			names[scope], more = list[:limit], true
		}
	}
	return names, more
}

// TagNames implements Engine: all names that there are. A part that counts whole
// knows its own; else each column is read until a span that counts has a value in it.
func (e *engine) TagNames(ctx context.Context, r TagNamesRequest) (TagNamesResult, error) {
	var out TagNamesResult
	snap, err := e.src.Snapshot()
	if err != nil {
		return out, err
	}
	defer snap.Release()
	s, err := newTagScan(ctx, snap, r.Query, r.Range, e.opts)
	if err != nil {
		return out, err
	}
	set := &nameSet{scope: r.Scope, names: make(map[scopedName]struct{})}
	err = s.run(tagVisitor{
		whole: func(part *Part) (bool, error) {
			for _, k := range part.Segment.Keys() {
				if set.wants(k) {
					set.add(columnScopes[k.Scope], k.Name)
				}
			}
			return true, nil
		},
		page: set.addPage,
		split: func(_ *traceql.Trace, rows []row, spans []int) {
			for _, i := range spans {
				set.addRow(&rows[i])
			}
		},
	})
	out.Names, out.More = set.result(r.Limit)
	out.Stats, out.Explain = s.answered(r.Query, r.Explain)
	return out, err
}

// addPage adds the names of the columns in which a row that counts has a value.
func (s *nameSet) addPage(p *page, rows rowBits) error {
	for _, k := range p.part.keys() {
		if !s.wants(k) {
			continue
		}
		if v := p.vector(k); v != nil && hasAny(v, rows) {
			s.add(columnScopes[k.Scope], k.Name)
		}
	}
	return p.err
}

// hasAny tells whether one of the rows has a value.
func hasAny(v *column.Vector, rows rowBits) bool {
	for row := rows.next(0); row >= 0; row = rows.next(row + 1) {
		lo, hi := row, row+1
		if len(v.Offsets) > 0 {
			lo, hi = int(v.Offsets[row]), int(v.Offsets[row+1])
		}
		for i := lo; i < hi; i++ {
			if v.Has(i) {
				return true
			}
		}
	}
	return false
}

// valueSet is the values that were found.
type valueSet struct {
	limit  int
	values map[valueKey]traceql.Static
	more   bool
	known  map[knownDict]*dictSeen
	charge func(bytes int64) error // accounts for memory
	err    error                   // the first that charge told
}

type knownDict struct {
	key  column.Key
	dict *column.Dict
}

// dictSeen is which texts of a dictionary are in the set.
type dictSeen struct {
	seen []bool
	left int // texts that are not
}

// valueBytes is about what a value takes beside its text.
const valueBytes = 160

func (s *valueSet) add(v traceql.Static) {
	switch v.Type() {
	case traceql.TypeNil:
		return
	case traceql.TypeArray:
		for _, p := range v.Parts() {
			s.add(p)
		}
		return
	}
	k := valueKey{v.Type(), v.String()}
	if _, ok := s.values[k]; ok {
		return
	}
	if len(s.values) >= s.limit || s.err != nil {
		s.more = true
		return
	}
	s.err = s.charge(valueBytes + int64(2*len(k.text)))
	s.values[k] = v
}

func (s *valueSet) seen(k column.Key, d *column.Dict) *dictSeen {
	at := knownDict{k, d}
	if s.known[at] == nil {
		if len(s.known) > 4096 { // as many row groups: forgetting costs time only
			clear(s.known)
		}
		s.known[at] = &dictSeen{seen: make([]bool, len(d.Texts)), left: len(d.Texts) - 1}
	}
	return s.known[at]
}

func (s *valueSet) sorted() []traceql.Static {
	keys := make([]valueKey, 0, len(s.values))
	for k := range s.values {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b valueKey) int {
		return cmp.Or(cmp.Compare(a.typ, b.typ), strings.Compare(a.text, b.text))
	})
	var out []traceql.Static
	for _, k := range keys {
		out = append(out, s.values[k])
	}
	return out
}

// TagValues implements Engine: all values that there are, up to the limit. Where all
// of a part counts and it knows its values, no page is read.
func (e *engine) TagValues(ctx context.Context, r TagValuesRequest) (TagValuesResult, error) {
	var out TagValuesResult
	tag, err := parseTag(r.Tag)
	if err != nil {
		return out, err
	}
	if r.Limit <= 0 || r.Limit > MaxValues {
		r.Limit = MaxValues
	}
	snap, err := e.src.Snapshot()
	if err != nil {
		return out, err
	}
	defer snap.Release()
	s, err := newTagScan(ctx, snap, r.Query, r.Range, e.opts)
	if err != nil {
		return out, err
	}
	defer s.letGo()
	set := &valueSet{limit: r.Limit, values: make(map[valueKey]traceql.Static), known: make(map[knownDict]*dictSeen),
		charge: func(bytes int64) error { return s.scan.charge("values", bytes) }}
	err = s.run(tagVisitor{
		whole: func(part *Part) (bool, error) { return set.addWhole(part, tag) },
		page: func(p *page, rows rowBits) error {
			if err := set.addPage(p, rows, tag); err != nil {
				return err
			}
			return set.err
		},
		split: func(t *traceql.Trace, rows []row, spans []int) { set.addSplit(t, rows, spans, tag) },
		full:  func() bool { return set.more },
	})
	if err == nil {
		err = set.err
	}
	out.Values, out.More = set.sorted(), set.more
	out.Stats, out.Explain = s.answered(r.Query, r.Explain)
	return out, err
}

// addWhole adds what a part tells of a tag's columns; false if only a scan tells.
func (s *valueSet) addWhole(part *Part, tag tagRef) (bool, error) {
	keys, ok := tag.columns(part.Segment)
	if !ok {
		return false, nil
	}
	vectors := make([]*column.Vector, len(keys))
	for i, k := range keys {
		v, ok, err := part.Segment.Values(k)
		if err != nil {
			return false, fmt.Errorf("%s, values of %s: %w", part.Name, k.Name, err)
		}
		if !ok {
			return false, nil
		}
		vectors[i] = v
	}
	for i, k := range keys {
		s.addVector(k, vectors[i])
		if k.Scope == column.ScopeFixed && k.Type == column.Int && part.mayBeZero(k) {
			s.add(fixedStatic(k, 0))
		}
	}
	return true, nil
}

// mayBeZero tells whether some row may have zero in a fixed column: Values need not
// tell that.
func (p *Part) mayBeZero(k column.Key) bool {
	if p.Segment.Pages() == 0 {
		return false
	}
	c := p.Segment.Column(k)
	if c == nil {
		return true
	}
	for page := range p.Segment.Pages() {
		if lo, hi, ok := c.Zone(page); !ok || lo <= 0 && hi >= 0 {
			return true
		}
	}
	return false
}

func (s *valueSet) addVector(k column.Key, v *column.Vector) {
	for i := range v.Len {
		if v.Has(i) {
			s.addValue(k, v, i)
		}
	}
}

// addValue adds a value of a column of an attribute, or of a fixed one, where the
// empty text stands for nothing.
func (s *valueSet) addValue(k column.Key, v *column.Vector, i int) {
	switch {
	case k.Scope != column.ScopeFixed:
		s.add(valueStatic(k.Type, v, i))
	case k.Type == column.String:
		if text := v.StringAt(i); text != "" {
			s.add(traceql.String(text))
		}
	default:
		s.add(fixedStatic(k, v.Ints[i]))
	}
}
