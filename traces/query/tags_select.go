package query

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"supersonic/traceql"
	"supersonic/traces/column"
	"supersonic/traces/span"
)

// selectors returns for each part what a query selects there; nil: everything.
func selectors(snap *Snapshot, query string) (func(part int) selector, error) {
	if query == "" {
		return nil, nil
	}
	q, err := traceql.Parse(query)
	if err != nil {
		return nil, BadRequest{err}
	}
	search, err := traceql.NewSearch(q)
	if err != nil {
		return nil, BadRequest{err}
	}
	if selectsAll(q) {
		return nil, nil
	}
	conditions := q.Conditions()
	exact := exactConditions(q)
	return func(i int) selector {
		part := &snap.Parts[i]
		if exact {
			return newConditionSelector(part, conditions.Any[0])
		}
		return newSearchSelector(part, search)
	}, nil
}

// selectsAll tells whether a pipeline is {} alone.
func selectsAll(q *traceql.Query) bool {
	f, ok := q.Pipeline.Stages[0].(*traceql.Filter)
	return ok && f.Expr == nil && oneFilter(q)
}

// oneFilter tells whether a pipeline is a single filter: what follows it changes
// nothing of which spans are selected.
func oneFilter(q *traceql.Query) bool {
	for _, s := range q.Pipeline.Stages[1:] {
		if _, ok := s.(*traceql.Select); !ok {
			return false
		}
	}
	_, ok := q.Pipeline.Stages[0].(*traceql.Filter)
	return ok
}

// exactConditions tells whether the conditions of a query select its spans, no more
// and no fewer, and all can be told row by row.
func exactConditions(q *traceql.Query) bool {
	c := q.Conditions()
	if !c.AllConditions || !oneFilter(q) {
		return false
	}
	for _, cond := range c.Any[0] {
		if _, ok := rowColumns(cond.Attr); !ok {
			return false
		}
	}
	return true
}

// rowColumns tells whether an attribute is a column, or some, with a value for each
// row or item; fixed is the column of an intrinsic.
func rowColumns(a traceql.Attribute) (fixed column.Key, ok bool) {
	switch {
	case a.Intrinsic == traceql.IntrinsicNone:
		return column.Key{}, true
	case a.Intrinsic == traceql.IntrinsicDuration:
		return column.Duration, true
	}
	fixed, ok = fixedTags[a.Intrinsic]
	return fixed, ok
}

// conditionSelector selects the rows that satisfy all conditions.
type conditionSelector struct {
	tests []*conditionTest
	page  tagPage
	out   []bool
}

func newConditionSelector(part *Part, conditions []traceql.Condition) *conditionSelector {
	s := &conditionSelector{page: tagPage{part: part, vectors: make(map[column.Key]*tagVector)}}
	for i := range conditions {
		s.tests = append(s.tests, newConditionTest(&conditions[i], part.Segment))
	}
	return s
}

func (s *conditionSelector) rows(page int, in rowSet) (rowSet, error) {
	info := s.page.part.Segment.Page(page)
	s.page.page, s.page.info, s.page.rows = page, info, in
	if len(s.out) < info.Rows {
		s.out = make([]bool, info.Rows)
	}
	out := s.out[:info.Rows]
	for i, t := range s.tests {
		possible, err := t.possible(&s.page)
		if err != nil || !possible {
			return rowSet{}, err
		}
		clear(out)
		if err := t.mark(&s.page, out); err != nil {
			return rowSet{}, err
		}
		if i < len(s.tests)-1 { // the next one looks at these rows only
			s.page.rows = rowSet{marked: append([]bool(nil), out...)}
		}
	}
	for _, is := range out {
		if is {
			return rowSet{marked: out}, nil
		}
	}
	return rowSet{}, nil
}

// conditionTest tells which rows satisfy a condition. What it found out about the
// texts of a dictionary it keeps.
type conditionTest struct {
	*traceql.Condition
	keys  []column.Key // the last that has a value in a row counts
	codes map[knownDict][]int8
}

func newConditionTest(c *traceql.Condition, seg column.Segment) *conditionTest {
	t := &conditionTest{Condition: c, codes: make(map[knownDict][]int8)}
	t.keys = attributeKeys(seg, c.Attr)
	return t
}

// attributeKeys are the columns that hold an attribute or intrinsic of the language,
// the resource's first where the span's hide them.
func attributeKeys(seg column.Segment, a traceql.Attribute) []column.Key {
	if k, ok := rowColumns(a); ok && k != (column.Key{}) {
		return []column.Key{k}
	}
	scopes := []column.Scope{column.ScopeResource, column.ScopeSpan}
	if a.Scope != traceql.ScopeNone {
		scopes = []column.Scope{tagScopes[a.Scope]}
	}
	var keys []column.Key
	for _, scope := range scopes {
		for _, k := range seg.Keys() {
			if k.Scope == scope && k.Name == a.Name && k.Type != column.Empty {
				keys = append(keys, k)
			}
		}
	}
	return keys
}

// possible tells whether a row of the page may satisfy the condition, without
// reading it.
func (t *conditionTest) possible(p *tagPage) (bool, error) {
	for _, k := range t.keys {
		c := p.part.Segment.Column(k)
		if c == nil {
			if t.zero(k) {
				return true, nil
			}
			continue
		}
		if !k.Type.Text() {
			return true, nil
		}
		d, err := c.Dict(p.page)
		if err != nil {
			return false, p.failed(k, err)
		}
		if d == nil || k.Scope == column.ScopeFixed && t.zero(k) {
			return true, nil
		}
		codes := t.table(k, d)
		for code := 1; code < len(codes); code++ {
			if t.text(k, d, codes, uint32(code)) {
				return true, nil
			}
		}
	}
	return false, nil
}

// zero tells whether a fixed column's zero satisfies the condition.
func (t *conditionTest) zero(k column.Key) bool {
	if k.Scope != column.ScopeFixed {
		return false
	}
	if k.Type == column.String {
		return t.Test(traceql.String(""))
	}
	return t.Test(fixedStatic(k, 0))
}

func (t *conditionTest) table(k column.Key, d *column.Dict) []int8 {
	at := knownDict{k, d}
	if t.codes[at] == nil {
		if len(t.codes) > 4096 {
			clear(t.codes)
		}
		t.codes[at] = make([]int8, len(d.Texts))
	}
	return t.codes[at]
}

// text tells whether a text of a dictionary satisfies the condition: 1 yes, -1 no.
func (t *conditionTest) text(k column.Key, d *column.Dict, codes []int8, code uint32) bool {
	if codes[code] == 0 {
		codes[code] = -1
		if t.Test(staticOf(k, d.Texts[code])) {
			codes[code] = 1
		}
	}
	return codes[code] > 0
}

// staticOf is what the language sees of a text of any column.
func staticOf(k column.Key, text string) traceql.Static {
	if k.Scope == column.ScopeFixed {
		return traceql.String(text)
	}
	return textStatic(k.Type, text)
}

// mark marks the rows of the page that count and satisfy the condition.
func (t *conditionTest) mark(p *tagPage, out []bool) error {
	for _, k := range t.keys {
		if err := t.markColumn(p, k, out); err != nil {
			return err
		}
	}
	return nil
}

func (t *conditionTest) markColumn(p *tagPage, k column.Key, out []bool) error {
	holds, v, err := t.holds(p, k)
	if err != nil {
		return err
	}
	if len(v.Offsets) > 0 {
		for row := range p.eachRow() {
			for i := v.Offsets[row]; i < v.Offsets[row+1] && !out[row]; i++ {
				out[row] = (k.Scope == column.ScopeFixed || v.Has(int(i))) && holds(int(i))
			}
		}
		return nil
	}
	if k.List() { // no row has an item
		return nil
	}
	for row := range p.eachRow() {
		if k.Scope == column.ScopeFixed || v.Has(row) {
			out[row] = holds(row)
		}
	}
	return nil
}

// holds returns what tells whether a value of a column satisfies the condition.
func (t *conditionTest) holds(p *tagPage, k column.Key) (func(i int) bool, *column.Vector, error) {
	v, err := p.read(k)
	if err != nil {
		return nil, nil, err
	}
	zero := t.zero(k)
	switch {
	case v == nil:
		v = &none
		if k.List() {
			if v, err = p.read(column.EventTime); v == nil {
				v = &none
			}
		}
		return func(int) bool { return zero }, v, err
	case v.Dict != nil:
		codes := t.table(k, v.Dict)
		return func(i int) bool {
			if v.Codes[i] == 0 {
				return zero
			}
			return t.text(k, v.Dict, codes, v.Codes[i])
		}, v, nil
	case k.Type.Text():
		return func(i int) bool { return t.Test(staticOf(k, v.StringAt(i))) }, v, nil
	case k == column.Duration:
		start, _, err := p.times()
		return func(i int) bool { return t.Test(traceql.Duration(lasting(intAt(start, i), uint64(v.Ints[i])))) }, v, err
	case k.Scope == column.ScopeFixed:
		return func(i int) bool { return t.Test(fixedStatic(k, v.Ints[i])) }, v, nil
	}
	return func(i int) bool { return t.Test(numberStatic(k.Type, v, i)) }, v, nil
}

// searchSelector selects what a query selects trace by trace.
type searchSelector struct {
	part   *Part
	search *traceql.Search
	reader *column.SpanReader
	out    []bool
}

func newSearchSelector(part *Part, search *traceql.Search) *searchSelector {
	return &searchSelector{part: part, search: search, reader: column.NewSpanReader(part.Segment)}
}

func (s *searchSelector) rows(page int, in rowSet) (rowSet, error) {
	bounds, err := s.part.Segment.Bounds(page)
	if err != nil {
		return rowSet{}, err
	}
	out := make([]bool, s.part.Segment.Page(page).Rows)
	found := false
	for trace := range len(bounds) - 1 {
		lo, hi := int(bounds[trace]), int(bounds[trace+1])
		if !in.has(lo) && !in.has(hi-1) {
			continue // a trace counts whole or not at all
		}
		spans, err := s.reader.Spans(column.Place{Page: page, Trace: trace})
		if err != nil {
			return rowSet{}, fmt.Errorf("%s: %w", s.part.Name, err)
		}
		t, order := inOrder(spans)
		for _, set := range s.search.Eval(t) {
			for _, m := range set.Spans {
				out[lo+order[m.Index]], found = true, true
			}
		}
	}
	if !found {
		return rowSet{}, nil
	}
	return rowSet{marked: out}, nil
}

// inOrder shows the language the spans of a trace in the order of stored traces,
// which tells parents of one id apart; order tells where they were.
func inOrder(spans []span.Span) (t *traceql.Trace, order []int) {
	order = make([]int, len(spans))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		x, y := &spans[a], &spans[b]
		return cmp.Or(cmp.Compare(x.Start, y.Start), bytes.Compare(x.ID[:], y.ID[:]), cmp.Compare(x.Kind, y.Kind))
	})
	views := make([]traceql.Span, len(spans))
	for i, at := range order {
		views[i] = spanView{&spans[at]}
	}
	return traceql.NewTrace(traceql.TraceID(spans[0].TraceID), views), order
}
