package oracle

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/head"
	"supersonic/traces/merge"
	"supersonic/traces/otlp"
	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/traffic"
)

// snapshot is a storage that holds always the same.
type snapshot query.Snapshot

func (s *snapshot) Snapshot() (*query.Snapshot, error) {
	out := query.Snapshot(*s)
	out.Release = func() {}
	return &out, nil
}

// world spreads random spans over parts, as a store holds them: the newest in a head,
// others in blocks of one input or of several; some traces in pieces, some deleted.
// The Model has the same.
func world(t *testing.T, seed uint64) (*snapshot, *Model) {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 21))
	return spread(t, rng, columntest.Random(rng, 20+rng.IntN(250)), 1+rng.IntN(4))
}

func spread(t *testing.T, rng *rand.Rand, spans []span.Span, parts int) (*snapshot, *Model) {
	t.Helper()
	m := New()
	home := make(map[span.TraceID]int)
	lists := make([][]span.Span, parts)
	for _, s := range spans {
		if _, ok := home[s.TraceID]; !ok {
			home[s.TraceID] = rng.IntN(parts)
			if rng.IntN(4) == 0 {
				home[s.TraceID] = -1 // anywhere
			}
		}
		to := home[s.TraceID]
		if to < 0 {
			to = rng.IntN(parts)
		}
		lists[to] = append(lists[to], s)
	}
	// Of a span that is there twice the earlier one counts: the order of the pieces.
	out := &snapshot{}
	for i := range lists {
		seg, kept := segment(t, rng, lists[i])
		m.Add(kept...)
		out.Parts = append(out.Parts, query.Part{Segment: seg, Name: fmt.Sprint("part ", i), Hidden: make(map[int][]uint32)})
	}
	for _, id := range slices.SortedFunc(maps.Keys(home), func(a, b span.TraceID) int { return slices.Compare(a[:], b[:]) }) {
		deleted := rng.IntN(15) == 0
		out.place(t, m, id, deleted)
		if deleted {
			m.Delete(id)
		}
	}
	out.sort()
	return out, m
}

// sort puts what place noted in order.
func (s *snapshot) sort() {
	for i := range s.Parts {
		for _, list := range s.Parts[i].Hidden {
			slices.Sort(list)
		}
	}
	slices.SortFunc(s.Split, func(a, b query.Split) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.ID[:], b.ID[:]))
	})
}

// segment shows spans as a Segment of some kind, and returns what it shows.
func segment(t *testing.T, rng *rand.Rand, spans []span.Span) (column.Segment, []span.Span) {
	t.Helper()
	opts := columntest.Options{PageRows: 1 + rng.IntN(60)}
	if rng.IntN(2) == 0 {
		opts.Plain = func(k column.Key, page int) bool { return (len(k.Name)+page)%3 == 0 }
	}
	plain := func(spans []span.Span) column.Segment { return columntest.New(slices.Clone(spans), opts) }
	half := len(spans) / 2
	switch kind := rng.IntN(5); {
	case kind == 0:
		spans = unmarked(spans)
		return inHead(t, spans), spans
	case kind == 1:
		return merged(t, plain(spans[:half]), plain(spans[half:])), spans
	case kind == 2 && half > 0:
		return inBlock(t, plain(spans)), spans
	case kind == 3 && half > 0:
		return inBlock(t, merged(t, inBlock(t, plain(spans[:half])), inBlock(t, plain(spans[half:])))), spans
	}
	return plain(spans), spans
}

func merged(t *testing.T, inputs ...column.Segment) column.Segment {
	t.Helper()
	m, err := merge.New(inputs, merge.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// inBlock writes a Segment to disk and opens what was written.
func inBlock(t *testing.T, seg column.Segment) column.Segment {
	t.Helper()
	dir := t.TempDir()
	_, err := block.Write(faultfs.OS{}, dir, seg, block.Meta{})
	if err != nil {
		t.Fatal(err)
	}
	b, err := block.Open(faultfs.OS{}, dir, block.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Release)
	return b
}

// unmarked leaves out what the decoder refuses, and what it marks as odd: it would
// add an attribute.
func unmarked(spans []span.Span) []span.Span {
	return slices.DeleteFunc(slices.Clone(spans), func(s span.Span) bool { return s.ID.IsZero() || s.End < s.Start || s.Start > 1<<63 })
}

func inHead(t *testing.T, spans []span.Span) column.Segment {
	t.Helper()
	h := head.New(head.Options{})
	d := otlp.NewDecoder(otlp.Limits{})
	for i := range spans {
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(spans[i : i+1]))
		if err != nil {
			t.Fatal(err)
		}
		b, err := d.Decode(raw, uint64(1)<<63) // late enough for no mark
		if err == nil {
			err = h.Append(b, uint64(i))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return h.View()
}

// place hides a trace that lies in pieces or is deleted.
func (s *snapshot) place(t *testing.T, m *Model, id span.TraceID, deleted bool) {
	t.Helper()
	var pieces []query.Piece
	for i := range s.Parts {
		at, ok, err := s.Parts[i].Segment.Find(id)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			pieces = append(pieces, query.Piece{Part: i, Place: at})
		}
	}
	if len(pieces) < 2 && !deleted {
		return
	}
	for _, p := range pieces {
		part := &s.Parts[p.Part]
		part.Hidden[p.Place.Page] = append(part.Hidden[p.Place.Page], uint32(p.Place.Trace))
		if deleted {
			if part.Deleted == nil {
				part.Deleted = make(map[span.TraceID]struct{})
			}
			part.Deleted[id] = struct{}{}
		}
	}
	if deleted {
		return
	}
	whole, _, err := m.Trace(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	s.Split = append(s.Split, query.Split{ID: id, Start: whole.Start, End: whole.End, Pieces: pieces})
}

// worlds is how many the engine is asked about; a soak asks for thousands.
func worlds(t *testing.T) uint64 {
	text := os.Getenv("SUPERSONIC_SOAK_ENGINE")
	if text == "" {
		return 12
	}
	n, err := strconv.ParseUint(text, 10, 32)
	if err != nil {
		t.Fatalf("SUPERSONIC_SOAK_ENGINE: %v", err)
	}
	return n
}

func TestTheEngineAnswersAsTheModel(t *testing.T) {
	for seed := range worlds(t) {
		src, m := world(t, seed)
		e := query.NewEngine(src, query.EngineOptions{Workers: 1 + int(seed%3)})
		if err := Diff(t.Context(), e, m, rand.New(rand.NewPCG(seed, 22)), 40); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
	}
}

func TestTheEngineAnswersAsTheModelOverTheReferenceTraffic(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 23))
	src, m := spread(t, rng, columntest.Load(t), 3)
	e := query.NewEngine(src, query.EngineOptions{})
	if err := Diff(t.Context(), e, m, rng, 60); err != nil {
		t.Error(err)
	}
}

// site returns spans of a site's traffic.
func site(t *testing.T, n int) []span.Span {
	t.Helper()
	stream := traffic.New(traffic.Options{Seed: 5, TraceState: "ot=th:fd70a3d70a3d7"})
	var spans []span.Span
	for len(spans) < n {
		raw, _ := stream.Next()
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
		if err != nil {
			t.Fatal(err)
		}
		spans = append(spans, span.FromOTLP(td)...)
	}
	return spans
}

func TestTheEngineAnswersAsTheModelOverPagesOfTraffic(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 24))
	spans := site(t, 12_000)
	third := len(spans) / 3
	m := New(spans...)
	src := &snapshot{Parts: []query.Part{
		{Segment: inHead(t, spans[2*third:]), Name: "head", Hidden: make(map[int][]uint32)},
		{Segment: inBlock(t, merged(t, inHead(t, spans[:third]), inHead(t, spans[third:2*third]))), Name: "block", Hidden: make(map[int][]uint32)},
	}}
	for _, id := range m.IDs() {
		src.place(t, m, id, false)
	}
	src.sort()
	e := query.NewEngine(src, query.EngineOptions{})
	if err := Diff(t.Context(), e, m, rng, 40); err != nil {
		t.Error(err)
	}
}

func TestWhatIsWrongIsTheAskersFault(t *testing.T) {
	src, m := world(t, 3)
	for _, e := range []query.Engine{m, query.NewEngine(src, query.EngineOptions{})} {
		_, err := e.Search(t.Context(), query.SearchRequest{Query: "{ nonsense }", Limit: 1})
		if _, ok := errors.AsType[query.BadRequest](err); !ok {
			t.Errorf("%T: %v", e, err)
		}
		_, err = e.Metrics(t.Context(), query.MetricsRequest{Query: "{}", Range: query.Range{Start: 1, End: 2}})
		if _, ok := errors.AsType[query.BadRequest](err); !ok {
			t.Errorf("%T: %v", e, err)
		}
	}
}
