package merge

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"sync"

	"supersonic/traces/column"
)

// Options say what a merge leaves out.
type Options struct {
	// Deleted tells whether a trace is to be left out; nil: none is. New calls it, once
	// or more for each trace, from its own goroutine.
	Deleted func(id [16]byte) bool

	pageRows int // for tests; 0: column.PageRows
}

// Segment is several Segments as one.
type Segment struct {
	inputs []input
	pages  []page
	bounds []uint32
	runs   []run
	rows   int
	traces int

	distances []patch[int64]   // by row of pages
	weights   []patch[float64] // likewise

	keys []column.Key // of attributes

	mu      sync.Mutex
	columns map[column.Key]column.Column

	cache cache
}

var _ column.Segment = (*Segment)(nil)

// input is a Segment that is merged.
type input struct {
	column.Segment
	place   []uint32 // by number of the trace: its number in the output + 1, 0 if it is left out
	first   []uint32 // by page: number of its first trace
	lastUse []uint32 // by page: the last page of the output that has rows of it
	dirty   bool     // some rows are left out
}

// page is a page of the output. Those of its parts that are in common arrays begin
// where it says and end where the next page's begin.
type page struct {
	column.PageInfo
	trace             int // its first trace
	bound, run        int
	distance, weight  int
	short, long       int64 // durations
	distLow, distHigh int64 // of its patches of distances
	sources           []source
}

// source is a page of an input of which a page of the output has rows.
type source struct{ input, page uint32 }

// run is rows of an input's page that stay together.
type run struct{ input, page, row, rows uint32 }

// patch is a value that is not the input's: of a row of a page, or, while it is not
// known where a trace will lie, of a trace.
type patch[T any] struct {
	row   uint32
	value T
}

// New merges Segments, the older ones first. An error names the input, by its place
// among them, and what it was asked for.
func New(inputs []column.Segment, opts Options) (*Segment, error) {
	if opts.pageRows == 0 {
		opts.pageRows = column.PageRows
	}
	s := &Segment{inputs: make([]input, len(inputs)), columns: make(map[column.Key]column.Column)}
	s.cache.limit = cacheBytes
	traces := make([][]trace, len(inputs))
	for i, in := range inputs {
		s.inputs[i].Segment = in
		var err error
		if traces[i], err = s.list(i, opts.Deleted); err != nil {
			return nil, fmt.Errorf("merge: input %d of %d: %w", i+1, len(inputs), err)
		}
	}
	joined, err := s.join(traces)
	if err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	s.order(traces, joined, opts.pageRows)
	if err := s.measure(); err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	if s.keys, err = s.findKeys(); err != nil {
		return nil, fmt.Errorf("merge: %w", err)
	}
	return s, nil
}

// Rows is the number of spans.
func (s *Segment) Rows() int { return s.rows }

// Traces is the number of traces.
func (s *Segment) Traces() int { return s.traces }

// Pages implements column.Segment, as do the methods below.
func (s *Segment) Pages() int { return len(s.pages) }

// Page implements column.Segment.
func (s *Segment) Page(page int) column.PageInfo { return s.pages[page].PageInfo }

// Bounds implements column.Segment.
func (s *Segment) Bounds(page int) ([]uint32, error) {
	p := &s.pages[page]
	end := p.bound + p.Traces + 1
	return s.bounds[p.bound:end:end], nil
}

// Keys implements column.Segment.
func (s *Segment) Keys() []column.Key { return slices.Clone(s.keys) }

// Find implements column.Segment: it asks the inputs.
func (s *Segment) Find(id [16]byte) (column.Place, bool, error) {
	for i := range s.inputs {
		in := &s.inputs[i]
		at, ok, err := in.Find(id)
		if err != nil {
			return column.Place{}, false, fmt.Errorf("merge: input %d: find trace %x: %w", i+1, id, err)
		}
		if !ok {
			continue
		}
		n, err := in.placed(at)
		if err != nil {
			return column.Place{}, false, fmt.Errorf("merge: input %d: find trace %x: %w", i+1, id, err)
		}
		if n == 0 {
			return column.Place{}, false, nil
		}
		trace := int(n - 1)
		page := sort.Search(len(s.pages), func(p int) bool { return s.pages[p].trace > trace }) - 1
		return column.Place{Page: page, Trace: trace - s.pages[page].trace}, true, nil
	}
	return column.Place{}, false, nil
}

// placed returns the number of a trace of the input in the output + 1, 0 if it is
// left out.
func (in *input) placed(at column.Place) (uint32, error) {
	if at.Page < 0 || at.Page >= len(in.first) || at.Trace < 0 || int(in.first[at.Page])+at.Trace >= len(in.place) {
		return 0, fmt.Errorf("there is no trace %d in page %d", at.Trace, at.Page)
	}
	return in.place[int(in.first[at.Page])+at.Trace], nil
}

// pageRuns is the runs of a page.
func (s *Segment) pageRuns(page int) []run {
	if page+1 < len(s.pages) {
		return s.runs[s.pages[page].run:s.pages[page+1].run]
	}
	return s.runs[s.pages[page].run:]
}

// measure fills in what pages tell of their spans' times.
func (s *Segment) measure() error {
	start, duration := s.Column(column.Start), s.Column(column.Duration)
	var starts, durations column.Vector
	for i := range s.pages {
		p := &s.pages[i]
		if err := readInts(start, i, p.Rows, &starts); err != nil {
			return err
		}
		if err := readInts(duration, i, p.Rows, &durations); err != nil {
			return err
		}
		p.short, p.long = math.MaxInt64, math.MinInt64
		for row, from := range starts.Ints {
			d := durations.Ints[row]
			p.MaxSpanStart = max(p.MaxSpanStart, uint64(from))
			p.MaxEnd = max(p.MaxEnd, uint64(from), uint64(from)+uint64(d))
			p.short, p.long = min(p.short, d), max(p.long, d)
		}
	}
	return nil
}

// readInts reads a page of a fixed column, zeros if it is nil.
func readInts(c column.Column, page, rows int, v *column.Vector) error {
	if c != nil {
		return c.Read(page, v)
	}
	v.Reset()
	v.Ints = append(v.Ints, make([]int64, rows)...)
	return nil
}

// findKeys lists the attributes. Where rows were left out, those that only they had
// are no more.
func (s *Segment) findKeys() ([]column.Key, error) {
	sure, all := make(map[column.Key]bool), []column.Key(nil)
	for i := range s.inputs {
		for _, k := range s.inputs[i].Keys() {
			if _, ok := sure[k]; !ok {
				all = append(all, k)
			}
			sure[k] = sure[k] || !s.inputs[i].dirty
		}
	}
	var keys []column.Key
	for _, k := range all {
		here := sure[k]
		if !here {
			var err error
			if here, err = s.some(k); err != nil {
				return nil, err
			}
		}
		if here {
			keys = append(keys, k)
		}
	}
	return keys, nil
}

// some tells whether some row has a value in a column.
func (s *Segment) some(k column.Key) (bool, error) {
	c := s.newColumn(k)
	var v column.Vector
	for page := range s.pages {
		if err := c.Read(page, &v); err != nil {
			return false, err
		}
		for i := range v.Len {
			if v.Has(i) {
				return true, nil
			}
		}
	}
	return false, nil
}
