package columntest_test

import (
	"encoding/hex"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/span"
)

func mixed(k column.Key, page int) bool { return (len(k.Name)+page)%3 == 0 }

func TestASegmentOfRandomSpansIsInOrder(t *testing.T) {
	for seed := range uint64(40) {
		spans := columntest.Random(rand.New(rand.NewPCG(seed, 1)), 200)
		s := columntest.New(spans, columntest.Options{PageRows: 1 + int(seed)*7, Plain: mixed})
		if err := columntest.Check(s); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if err := columntest.Diff(s, columntest.New(spans, columntest.Options{})); err != nil {
			t.Fatalf("seed %d: pages and plain texts made a difference: %v", seed, err)
		}
	}
}

func TestTheReferenceTrafficIsASegment(t *testing.T) {
	spans := columntest.Load(t)
	if len(spans) != 2855 {
		t.Errorf("%d spans, want 2855", len(spans))
	}
	s := columntest.New(spans, columntest.Options{PageRows: 500})
	if err := columntest.Check(s); err != nil {
		t.Fatal(err)
	}
	traces := 0
	for p := range s.Pages() {
		traces += s.Page(p).Traces
	}
	if traces != 600 || s.Pages() < 5 {
		t.Errorf("%d traces in %d pages, want 600 in 6 or so", traces, s.Pages())
	}
}

func TestDiffSeesASingleValue(t *testing.T) {
	random := func() []span.Span { return columntest.Random(rand.New(rand.NewPCG(5, 5)), 60) }
	want := columntest.New(random(), columntest.Options{})
	for what, change := range map[string]func(*span.Span){
		"name":           func(s *span.Span) { s.Name += "x" },
		"flags":          func(s *span.Span) { s.Flags++ },
		"an attribute":   func(s *span.Span) { s.Attrs.PutEmpty("one more") },
		"of other type":  func(s *span.Span) { s.Attrs.PutInt("attr.0", 77) },
		"an event":       func(s *span.Span) { s.Events = append(slices.Clone(s.Events), span.Event{Attrs: s.Attrs}) },
		"a link":         func(s *span.Span) { s.Links = append(slices.Clone(s.Links), span.Link{Attrs: s.Attrs}) },
		"resource":       func(s *span.Span) { s.Resource = &span.Resource{Attrs: s.Resource.Attrs, Dropped: 987} },
		"another trace":  func(s *span.Span) { s.TraceID[3]++ },
		"another parent": func(s *span.Span) { s.Parent[0] ^= 0x40 },
	} {
		spans := random()
		change(&spans[59])
		if err := columntest.Diff(want, columntest.New(spans, columntest.Options{})); err == nil {
			t.Errorf("%s: no difference was found", what)
		}
	}
}

// broken changes what a Segment tells.
type broken struct {
	*columntest.Segment
	page   func(column.PageInfo) column.PageInfo
	column func(column.Key) column.Key
}

func (b broken) Page(p int) column.PageInfo { return b.page(b.Segment.Page(p)) }

func (b broken) Column(k column.Key) column.Column { return b.Segment.Column(b.column(k)) }

func TestCheckSeesWhatIsBroken(t *testing.T) {
	same := func(p column.PageInfo) column.PageInfo { return p }
	alike := func(k column.Key) column.Key { return k }
	swap := func(from, to column.Key) func(column.Key) column.Key {
		return func(k column.Key) column.Key {
			if k == from {
				return to
			}
			return k
		}
	}
	s := columntest.New(columntest.Load(t), columntest.Options{PageRows: 300})
	if err := columntest.Check(broken{s, same, alike}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		want string
		s    broken
	}{
		{"says", broken{s, func(p column.PageInfo) column.PageInfo { p.MaxEnd++; return p }, alike}},
		{"tree order", broken{s, same, swap(column.ParentRow, column.Kind)}},
		{"comes after", broken{s, same, swap(column.Start, column.Duration)}},
		{"is nil", broken{s, same, swap(column.TraceID, column.Key{})}},
		{"elements", broken{s, same, swap(column.SpanID, column.TraceID)}},
		{"among the values", broken{s, same, swap(column.Name, column.ServiceName)}},
		{"values for", broken{s, same, swap(column.EventTime, column.LinkFlags)}},
		{"offsets", broken{s, same, swap(column.EventName, column.Name)}},
	} {
		if err := columntest.Check(c.s); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("want an error with %q, got %v", c.want, err)
		}
	}
}

func TestOneSeedMakesTheSameSpans(t *testing.T) {
	a := columntest.Random(rand.New(rand.NewPCG(1, 2)), 500)
	b := columntest.Random(rand.New(rand.NewPCG(1, 2)), 500)
	for i := range a {
		if a[i].ID != b[i].ID || a[i].Name != b[i].Name {
			t.Fatalf("span %d is %s, and %s", i, hex.EncodeToString(a[i].ID[:]), hex.EncodeToString(b[i].ID[:]))
		}
	}
}
