package query

import (
	"slices"
	"sync"
	"testing"

	"supersonic/traces/column"
)

// asked is a Segment that tells when somebody asks more of it than what its pages hold.
type asked struct {
	column.Segment
	tell func()
}

func (s asked) Values(k column.Key) (*column.Vector, bool, error) {
	s.tell()
	return s.Segment.Values(k)
}

func (s asked) Column(k column.Key) column.Column {
	s.tell()
	return s.Segment.Column(k)
}

func (s asked) Keys() []column.Key {
	s.tell()
	return s.Segment.Keys()
}

func TestASearchAsksNoPartBehindItsEnd(t *testing.T) {
	src := siteSnapshot(t, 12, 2000)
	for workers := 1; workers <= 3; workers++ {
		var mu sync.Mutex
		parts := make(map[column.Segment]bool)
		e := NewEngine(&wrapped{fixedSnapshot: src, wrap: func(s column.Segment) column.Segment {
			return asked{s, func() { mu.Lock(); parts[s] = true; mu.Unlock() }}
		}}, EngineOptions{Workers: workers})
		out, err := e.Search(t.Context(), SearchRequest{Query: `{ name = "compute" }`, Limit: 20, Explain: true})
		if err != nil || len(out.Traces) != 20 {
			t.Fatalf("%d workers: %d traces, %v", workers, len(out.Traces), err)
		}
		if len(parts) == 0 || len(parts) > 2 {
			t.Errorf("%d workers: %d of 12 parts were asked for the newest 20 traces, which lie in one", workers, len(parts))
		}
		for _, p := range out.Explain.Parts[2:] {
			if p.Skipped[endLimit] != p.Pages {
				t.Errorf("%d workers: the explanation of %s says %v of its %d pages", workers, p.Name, p.Skipped, p.Pages)
			}
		}
	}
}

func TestPagesAreReadNewestFirstWhateverTheOrderOfTheParts(t *testing.T) {
	src := siteSnapshot(t, 4, 20_000)
	slices.Reverse(src.Parts[1:3])
	s := newScan(t.Context(), &Snapshot{Parts: src.Parts}, &plan{root: allNode{}, exact: true}, Range{}, EngineOptions{})
	items, err := newAgenda(s).all()
	pages := 0
	for _, p := range src.Parts {
		pages += p.Segment.Pages()
	}
	if sorted := slices.IsSortedFunc(items, newestItem); err != nil || len(items) != pages || !sorted {
		t.Errorf("%d items of %d pages, sorted: %t, %v", len(items), pages, sorted, err)
	}
}
