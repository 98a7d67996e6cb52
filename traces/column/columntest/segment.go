package columntest

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"sync"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
	"supersonic/traces/column"
	"supersonic/traces/span"
)

// Options say how a Segment looks. The zero value is a Segment with dictionaries
// and pages of column.PageRows.
type Options struct {
	PageRows int
	// Plain tells which pages of text columns have no dictionary; nil: none.
	Plain func(key column.Key, page int) bool
}

// Segment is a column.Segment in memory: a row is a map of its values.
type Segment struct {
	opts  Options
	pages []page
	keys  []column.Key // of all columns, sorted
	dicts map[column.Key]*dict
	find  map[[16]byte]column.Place
	parts sync.Map // from part to [][]cell: what was read of pages
}

type page struct {
	info   column.PageInfo
	bounds []uint32
	rows   []row
}

// row holds the values of a span: one for a column, or, of a list, one for each
// event or link.
type row map[column.Key][]cell

// cell is a value. num is an Int, the bits of a Float, 0 or 1.
type cell struct {
	there bool
	num   uint64
	text  string // ids too
}

// zero tells whether a fixed column would not need to exist for the value.
func (c cell) zero() bool { return c.num == 0 && len(bytes.Trim([]byte(c.text), "\x00")) == 0 }

type dict struct {
	codes map[string]uint32
	texts column.Dict
}

var _ column.Segment = (*Segment)(nil)

// New makes a Segment of spans in the order in which they arrived. It changes the
// spans' weights: they are resolved as the store resolves them.
func New(spans []span.Span, opts Options) *Segment {
	opts.PageRows = cmp.Or(opts.PageRows, column.PageRows)
	s := &Segment{opts: opts, dicts: make(map[column.Key]*dict), find: make(map[[16]byte]column.Place)}
	for _, t := range tracesOf(spans) {
		if n := len(s.pages); n == 0 || len(s.pages[n-1].rows) >= opts.PageRows {
			s.pages = append(s.pages, page{bounds: []uint32{0}})
		}
		s.add(t)
	}
	s.list()
	return s
}

// tracesOf groups spans, each trace in tree order, the traces by start, then id.
func tracesOf(spans []span.Span) []trace {
	byID := make(map[span.TraceID][]span.Span)
	for i := range spans {
		byID[spans[i].TraceID] = append(byID[spans[i].TraceID], spans[i])
	}
	var traces []trace
	for _, list := range byID {
		traces = append(traces, newTrace(list))
	}
	slices.SortFunc(traces, func(a, b trace) int {
		if c := cmp.Compare(a.start(), b.start()); c != 0 {
			return c
		}
		id, other := a.spans[0].TraceID, b.spans[0].TraceID
		return bytes.Compare(id[:], other[:])
	})
	return traces
}

// trace is the spans of a trace in tree order.
type trace struct {
	spans    []span.Span
	distance []int64 // rows back to the parent
}

func newTrace(spans []span.Span) trace {
	nodes := make([]column.Node, len(spans))
	for i := range spans {
		s := &spans[i]
		nodes[i] = column.Node{ID: binary.BigEndian.Uint64(s.ID[:]), Parent: binary.BigEndian.Uint64(s.Parent[:]),
			Start: s.Start, End: s.End, Kind: int32(s.Kind)}
	}
	var tree column.Tree
	order, distance := tree.Order(nodes)
	var t trace
	for _, i := range order {
		t.spans = append(t.spans, spans[i])
	}
	t.distance = slices.Clone(distance)
	t.weigh()
	return t
}

// weigh resolves the weights: a span's own, else that which the earliest ingress
// tells.
func (t trace) weigh() {
	order := make([]*span.Span, len(t.spans))
	for i := range t.spans {
		order[i] = &t.spans[i]
	}
	slices.SortFunc(order, func(a, b *span.Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.Kind, b.Kind))
	})
	var head float64
	for _, s := range order {
		if s.Name != attr.Ingress {
			continue
		}
		if th, ok := s.HeadThreshold(); ok {
			head = th.Weight()
			break
		}
	}
	for _, s := range order {
		s.Weight = head
		if th, ok := sampling.FromTracestate(s.TraceState); ok {
			s.Weight = th.Weight()
		}
	}
}

func (t trace) start() uint64 {
	return slices.MinFunc(t.spans, func(a, b span.Span) int { return cmp.Compare(a.Start, b.Start) }).Start
}

// add appends a trace to the last page.
func (s *Segment) add(t trace) {
	at := len(s.pages) - 1
	p := &s.pages[at]
	s.find[t.spans[0].TraceID] = column.Place{Page: at, Trace: p.info.Traces}
	for i := range t.spans {
		sp := &t.spans[i]
		p.rows = append(p.rows, rowOf(sp, t.distance[i]))
		p.info.MaxSpanStart = max(p.info.MaxSpanStart, sp.Start)
		p.info.MaxEnd = max(p.info.MaxEnd, sp.Start, sp.End)
	}
	p.bounds = append(p.bounds, uint32(len(p.rows)))
	if p.info.Traces == 0 {
		p.info.MinStart = t.start()
	}
	p.info.MaxStart = t.start()
	p.info.Traces++
	p.info.Rows = len(p.rows)
}

// list finds the columns and makes their dictionaries.
func (s *Segment) list() {
	has := make(map[column.Key]bool)
	for _, p := range s.pages {
		for _, r := range p.rows {
			for k, cells := range r {
				for _, c := range cells {
					s.note(k, c)
					counts := k == column.EventTime || k == column.LinkTraceID // each event and link is in it
					has[k] = has[k] || c.there && (counts || k.Scope != column.ScopeFixed || !c.zero())
				}
			}
		}
	}
	for k := range has {
		if has[k] {
			s.keys = append(s.keys, k)
		}
	}
	slices.SortFunc(s.keys, column.Key.Compare)
}

// note puts a text into its column's dictionary.
func (s *Segment) note(k column.Key, c cell) {
	if !k.Type.Text() || !c.there {
		return
	}
	d := s.dicts[k]
	if d == nil {
		d = &dict{codes: make(map[string]uint32), texts: column.Dict{Texts: []string{""}}}
		s.dicts[k] = d
	}
	if _, ok := d.codes[c.text]; !ok {
		d.codes[c.text] = uint32(len(d.texts.Texts))
		d.texts.Texts = append(d.texts.Texts, c.text)
	}
}
