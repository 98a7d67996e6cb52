package query

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"supersonic/internal/rounds"
	"supersonic/traceql"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/span"
)

// fixedSnapshot is a storage that holds always the same.
type fixedSnapshot struct {
	Parts []Part
	Split []Split
}

func (s *fixedSnapshot) Snapshot() (*Snapshot, error) {
	return &Snapshot{Parts: s.Parts, Split: s.Split, Release: func() {}}, nil
}

// randomSnapshot spreads the spans of a seed over parts: some traces lie in pieces,
// some were deleted.
func randomSnapshot(seed uint64, n, parts int) *fixedSnapshot {
	rng := rand.New(rand.NewPCG(seed, 7))
	spans := columntest.Random(rng, n)
	home := make(map[span.TraceID]int)
	lists := make([][]span.Span, parts)
	for i := range spans {
		id := spans[i].TraceID
		if _, ok := home[id]; !ok {
			home[id] = rng.IntN(parts)
			if rng.IntN(5) == 0 {
				home[id] = -1 // anywhere
			}
		}
		to := home[id]
		if to < 0 {
			to = rng.IntN(parts)
		}
		lists[to] = append(lists[to], spans[i])
	}
	deleted := make(map[span.TraceID]struct{})
	for _, id := range sortedIDs(home) {
		if rng.IntN(12) == 0 && seed%2 == 0 {
			deleted[id] = struct{}{}
		}
	}
	out := &fixedSnapshot{}
	for i, list := range lists {
		seg := columntest.New(list, columntest.Options{PageRows: 1 + rng.IntN(60), Plain: func(k column.Key, page int) bool { return (len(k.Name)+page)%3 == 0 }})
		out.Parts = append(out.Parts, Part{Segment: seg, Name: fmt.Sprint("part ", i), Hidden: map[int][]uint32{}})
	}
	for _, id := range sortedIDs(home) {
		out.place(id, deleted)
	}
	for i := range out.Parts {
		for page := range out.Parts[i].Hidden {
			slices.Sort(out.Parts[i].Hidden[page])
		}
	}
	slices.SortFunc(out.Split, func(a, b Split) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

func sortedIDs(m map[span.TraceID]int) []span.TraceID {
	return slices.SortedFunc(maps.Keys(m), func(a, b span.TraceID) int { return slices.Compare(a[:], b[:]) })
}

// place hides a trace that lies in pieces or was deleted.
func (s *fixedSnapshot) place(id span.TraceID, deleted map[span.TraceID]struct{}) {
	var pieces []Piece
	for i := range s.Parts {
		if at, ok, _ := s.Parts[i].Segment.Find(id); ok {
			pieces = append(pieces, Piece{Part: i, Place: at})
		}
	}
	_, gone := deleted[id]
	if len(pieces) < 2 && !gone {
		return
	}
	for _, p := range pieces {
		part := &s.Parts[p.Part]
		part.Hidden[p.Place.Page] = append(part.Hidden[p.Place.Page], uint32(p.Place.Trace))
		if gone {
			if part.Deleted == nil {
				part.Deleted = make(map[span.TraceID]struct{})
			}
			part.Deleted[id] = struct{}{}
		}
	}
	if gone {
		return
	}
	split := Split{ID: id, Pieces: pieces}
	var spans []span.Span
	for _, p := range pieces {
		more, err := column.Spans(s.Parts[p.Part].Segment, p.Place)
		if err != nil {
			panic(err)
		}
		spans = append(spans, more...)
	}
	t := NewTrace(id, spans)
	split.Start, split.End = t.Start, t.End
	s.Split = append(s.Split, split)
}

// randomRanges are all of time, and pieces of it.
func randomRanges(seed uint64) []Range {
	const base = 1_764_000_000_000_000_000
	rng := rand.New(rand.NewPCG(seed, 9))
	from := base + rng.Uint64N(1e10)
	return []Range{{}, {Start: from, End: from + rng.Uint64N(5e9)}, {Start: from}, {End: from}}
}

var tagQueries = []string{
	"", "{}", `{ name = "ingress" }`, `{ .attr.1 != "word-1" && duration > 100ns }`, `{ resource.service.name =~ "service-[12]" }`,
	`{ span.attr.2 = "word-1" || status = error }`, `{ event:name = "word-2" }`, `{ kind = server } >> { status = ok }`, `{ event:name = "" }`,
	`{ rootServiceName = "service-1" && statusMessage = "" }`, `{ instrumentation:name = "word-1" } | select(name)`, `{ duration > 1s } | count() > 2`,
	`{ .attr.1 > 3 }`, `{ link.own3.1 != "x" }`, `{ .attr.4 }`,
}

func TestNamesAreThoseOfAllSpans(t *testing.T) {
	for seed := range uint64(4) {
		src := randomSnapshot(seed, 90, 1+int(seed%3))
		e := NewEngine(src, EngineOptions{})
		for _, r := range randomRanges(seed) {
			for _, q := range []string{"", tagQueries[int(seed)%len(tagQueries)]} {
				for _, scope := range []Scope{ScopeAll, ScopeSpan, ScopeEvent} {
					request := TagNamesRequest{Scope: scope, Query: q, Range: r}
					got, err := e.TagNames(t.Context(), request)
					if err != nil {
						t.Fatal(err)
					}
					want, err := scanner{rowSource{src}}.TagNames(t.Context(), request)
					if err != nil {
						t.Fatal(err)
					}
					for s, names := range got.Names { // see known
						if q == "" {
							got.Names[s] = slices.DeleteFunc(names, func(n string) bool { return len(src.Split) > 0 && !slices.Contains(want.Names[s], n) })
						}
					}
					if !reflect.DeepEqual(got.Names, want.Names) {
						t.Fatalf("seed %d, %+v:\n got %v\nwant %v", seed, request, got.Names, want.Names)
					}
				}
			}
		}
	}
}

func TestValuesAreThoseOfAllSpans(t *testing.T) {
	tags := []string{"service.name", "resource.attr.1", ".attr.2", "span.own1.3", "event.own2.1", "link.own3.1", "instrumentation.attr.1", "span.nosuch"}
	for _, in := range traceql.Intrinsics() {
		tags = append(tags, in.String())
	}
	for seed := range uint64(rounds.Of(t, 4)) {
		src := randomSnapshot(seed, 80, 1+int(seed%3))
		e := NewEngine(src, EngineOptions{})
		for i, r := range randomRanges(seed) {
			for j, tag := range tags {
				request := TagValuesRequest{Tag: tag, Range: r}
				if i > 0 {
					request.Query = tagQueries[(int(seed)+j)%len(tagQueries)]
				}
				got, err := e.TagValues(t.Context(), request)
				if err != nil {
					t.Fatal(err)
				}
				want := allValues(t, src, request)
				if request.Query == "" && len(src.Split) > 0 {
					got.Values = known(got.Values, want)
				}
				if !slices.Equal(texts(got.Values), texts(want)) || got.More {
					t.Fatalf("seed %d, %+v:\n got %q\nwant %q", seed, request, texts(got.Values), texts(want))
				}
			}
		}
	}
}

// allValues asks the scanner, and leaves out what stands for nothing in an intrinsic.
func allValues(t *testing.T, src Snapshots, r TagValuesRequest) []traceql.Static {
	t.Helper()
	want, err := scanner{rowSource{src}}.TagValues(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := traceql.IntrinsicByName(r.Tag); !ok {
		return want.Values
	}
	return slices.DeleteFunc(want.Values, func(v traceql.Static) bool {
		return v.Type() == traceql.TypeString && v.Text() == ""
	})
}

// known leaves out what is not wanted: a part tells of a copy of a span too that
// another part has in a later form.
func known(got, want []traceql.Static) []traceql.Static {
	list := texts(want)
	return slices.DeleteFunc(got, func(v traceql.Static) bool { return !slices.Contains(list, texts([]traceql.Static{v})[0]) })
}

func texts(list []traceql.Static) []string {
	var out []string
	for _, v := range list {
		out = append(out, v.Type().String()+" "+v.String())
	}
	return out
}

func TestValuesAreCutAtTheLimitAndSaySo(t *testing.T) {
	e := NewEngine(randomSnapshot(1, 200, 2), EngineOptions{})
	got, err := e.TagValues(t.Context(), TagValuesRequest{Tag: "span:id", Limit: 7})
	if err != nil || len(got.Values) != 7 || !got.More {
		t.Errorf("%d values, more %v, %v", len(got.Values), got.More, err)
	}
	names, err := e.TagNames(t.Context(), TagNamesRequest{Limit: 2})
	if err != nil || len(names.Names[ScopeSpan]) != 2 || !names.More {
		t.Errorf("%v, more %v, %v", names.Names, names.More, err)
	}
	if _, err := e.TagValues(t.Context(), TagValuesRequest{Tag: "."}); err == nil {
		t.Error("a tag without a name is no error")
	}
	if _, err := e.TagNames(t.Context(), TagNamesRequest{Query: "{} | rate()"}); err == nil {
		t.Error("series are no filter, and it is no error")
	}
}

func TestTagListsAreExplainedAndBounded(t *testing.T) {
	src := randomSnapshot(1, 200, 2)
	e := NewEngine(src, EngineOptions{})
	got, err := e.TagValues(t.Context(), TagValuesRequest{Tag: "kind", Explain: true})
	if err != nil || got.Explain == nil || got.Explain.Parts[0].Skipped["the part lists its values"] == 0 {
		t.Errorf("%+v, %v", got.Explain, err)
	}
	names, err := e.TagNames(t.Context(), TagNamesRequest{Query: `{ kind = server }`, Explain: true})
	if err != nil || names.Explain == nil || names.Explain.Query != `{ kind = server }` || names.Explain.Rows == 0 {
		t.Errorf("%+v, %v", names.Explain, err)
	}
	_, err = NewEngine(src, EngineOptions{MaxBytes: 5000}).TagValues(t.Context(), TagValuesRequest{Tag: "span:id"})
	if !errors.As(err, new(TooLarge)) {
		t.Errorf("values beyond the memory: %v", err)
	}
}
