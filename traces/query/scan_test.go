package query

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"supersonic/internal/rounds"
	"supersonic/traceql"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
)

// wrapped is a Snapshots that counts, and that wraps each Segment.
type wrapped struct {
	*fixedSnapshot
	wrap     func(column.Segment) column.Segment
	released atomic.Int32
	taken    atomic.Int32
}

func (w *wrapped) Snapshot() (*Snapshot, error) {
	s, err := w.fixedSnapshot.Snapshot()
	if err != nil {
		return nil, err
	}
	w.taken.Add(1)
	out := *s
	out.Parts = append([]Part(nil), s.Parts...)
	for i := range out.Parts {
		if w.wrap != nil {
			out.Parts[i].Segment = w.wrap(out.Parts[i].Segment)
		}
	}
	out.Release = func() { w.released.Add(1) }
	return &out, nil
}

// segmentWith calls a hook before each read of a column.
type segmentWith struct {
	column.Segment
	read func(k column.Key, page int) error
}

type columnWith struct {
	column.Column
	key  column.Key
	read func(k column.Key, page int) error
}

func (s segmentWith) Column(k column.Key) column.Column {
	c := s.Segment.Column(k)
	if c == nil {
		return nil
	}
	return columnWith{c, k, s.read}
}

func (c columnWith) Read(page int, v *column.Vector) error {
	if err := c.read(c.key, page); err != nil {
		return err
	}
	return c.Column.Read(page, v)
}

func TestSearchIsTheSameWithAnyNumberOfWorkers(t *testing.T) {
	for seed := range uint64(2) {
		src := randomSnapshot(seed, 600, 4)
		ask := asker{rand.New(rand.NewPCG(seed, 79))}
		for range rounds.Of(t, 20) {
			r := SearchRequest{Query: ask.query(), Limit: 1 + ask.IntN(30), SpansPerSet: 3}
			var first SearchResult
			for workers := 1; workers <= 8; workers++ {
				out, err := NewEngine(src, EngineOptions{Workers: workers}).Search(t.Context(), r)
				if err != nil {
					break // the language refuses it
				}
				out.Stats = Stats{}
				if workers == 1 {
					first = out
				} else if !reflect.DeepEqual(first, out) {
					t.Fatalf("seed %d, %s: %d workers find\n%+v, one finds\n%+v", seed, r.Query, workers, out, first)
				}
			}
		}
	}
}

func TestACancelledSearchReadsNoMore(t *testing.T) {
	spans := spread(columntest.Load(t)[:1000], 250, 25)
	for workers := 1; workers <= 4; workers++ {
		ctx, cancel := context.WithCancel(t.Context())
		var rows, reads, after atomic.Int64
		src := &wrapped{fixedSnapshot: spans, wrap: func(s column.Segment) column.Segment {
			return segmentWith{s, func(column.Key, int) error {
				if ctx.Err() != nil {
					after.Add(1)
				}
				if reads.Add(1) == 10 {
					cancel()
				}
				return nil
			}}
		}}
		e := NewEngine(src, EngineOptions{Workers: workers, Rows: func(n int) { rows.Add(int64(n)) }})
		_, err := e.Search(ctx, SearchRequest{Query: `{ name != "x" && kind != consumer }`, Limit: 100_000})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d workers: error %v", workers, err)
		}
		if n := after.Load(); n > int64(workers) { // each was about to read when it was cancelled
			t.Errorf("%d workers: %d columns were read after the cancellation", workers, n)
		}
		if n := rows.Load(); n == 0 || n > 500 {
			t.Errorf("%d workers: %d rows were read", workers, n)
		}
		if src.taken.Load() != 1 || src.released.Load() != 1 {
			t.Errorf("%d snapshots, %d released", src.taken.Load(), src.released.Load())
		}
		cancel()
	}
}

var errDisk = errors.New("the disk is on fire")

func TestAnErrorOfReadingIsTheAnswer(t *testing.T) {
	spans := spread(columntest.Load(t)[:900], 300, 50)
	for _, key := range []column.Key{column.Name, column.Start, column.SpanID, column.TraceID, column.ServiceName} {
		src := &wrapped{fixedSnapshot: spans, wrap: func(s column.Segment) column.Segment {
			return segmentWith{s, func(k column.Key, page int) error {
				if k == key && page == 2 {
					return errDisk
				}
				return nil
			}}
		}}
		for _, query := range []string{`{ name != "x" }`, `{ resource.service.name != "x" } | avg(duration) > 0s`} {
			_, err := NewEngine(src, EngineOptions{Workers: 2}).Search(t.Context(), SearchRequest{Query: query, Limit: 100_000, SpansPerSet: 3})
			if !errors.Is(err, errDisk) || !strings.Contains(err.Error(), key.Name) || !strings.Contains(err.Error(), "page 2") || !strings.Contains(err.Error(), "part ") {
				t.Errorf("%v, %s: %v", key, query, err)
			}
		}
		if src.taken.Load() != src.released.Load() {
			t.Errorf("%d snapshots, %d released", src.taken.Load(), src.released.Load())
		}
	}
}

// damagedVectors changes what is read.
type damagedVectors struct {
	column.Segment
	damage func(k column.Key, v *column.Vector)
}

type damagedColumn struct {
	column.Column
	key    column.Key
	damage func(k column.Key, v *column.Vector)
}

func (s damagedVectors) Column(k column.Key) column.Column {
	c := s.Segment.Column(k)
	if c == nil {
		return nil
	}
	return damagedColumn{c, k, s.damage}
}

func (c damagedColumn) Read(page int, v *column.Vector) error {
	err := c.Column.Read(page, v)
	c.damage(c.key, v)
	return err
}

func TestDamagedVectorsAreErrorsOrAnswersAndNoPanics(t *testing.T) {
	damages := map[string]func(k column.Key, v *column.Vector){
		"short": func(_ column.Key, v *column.Vector) {
			v.Ints, v.IDs, v.Codes, v.Floats = v.Ints[:len(v.Ints)/2], v.IDs[:len(v.IDs)/2], v.Codes[:len(v.Codes)/2], v.Floats[:len(v.Floats)/2]
			v.Ends = v.Ends[:len(v.Ends)/2]
		},
		"distances": func(k column.Key, v *column.Vector) {
			if k == column.ParentRow {
				for i := range v.Ints {
					v.Ints[i] = int64(i)*7919 - 1<<20
				}
			}
		},
	}
	spans := spread(columntest.Load(t)[:400], 200, 60)
	for name, damage := range damages {
		src := &wrapped{fixedSnapshot: spans, wrap: func(s column.Segment) column.Segment { return damagedVectors{s, damage} }}
		for _, query := range []string{`{ name != "x" }`, `{} >> { event:timeSinceStart > 1us }`, `{ span.triton.model_name =~ ".*" || event:name != nil } | select(event:name, parent.name)`, `{ nestedSetLeft > 2 } ~ {} | by(.a)`} {
			_, err := NewEngine(src, EngineOptions{}).Search(t.Context(), SearchRequest{Query: query, Limit: 50, SpansPerSet: 3})
			if err == nil && name == "short" {
				t.Errorf("%s: %s: no error", name, query)
			}
		}
	}
}

// TestAColumnThatCannotBeReadIsMadeOnce: a trace may have 100,000 spans in one page,
// and each of them asks for its start.
func TestAColumnThatCannotBeReadIsMadeOnce(t *testing.T) {
	q, err := traceql.Parse(`{}`)
	if err != nil {
		t.Fatal(err)
	}
	snap, err := spread(columntest.Load(t)[:400], 200, 60).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := newScan(ctx, snap, newPlan(q), Range{}, EngineOptions{MaxBytes: 1 << 30})
	p := newPage(s)
	p.open(s.parts[0], 0)
	first, again := p.starts(), p.starts()
	if p.err == nil || len(first) != p.info.Rows || &first[0] != &again[0] {
		t.Errorf("%v: %d starts of %d rows, made twice: %v", p.err, len(first), p.info.Rows, &first[0] != &again[0])
	}
}

func TestASearchThatKeepsTooMuchIsRefused(t *testing.T) {
	src := spread(columntest.Load(t)[:900], 300, 50)
	e := NewEngine(src, EngineOptions{MaxBytes: 50_000})
	_, err := e.Search(t.Context(), SearchRequest{Query: `{}`, Limit: 100_000, SpansPerSet: 100})
	var large TooLarge
	if !errors.As(err, &large) || large.What != "hits" || large.Hint == "" {
		t.Errorf("error %v", err)
	}
	if _, err := e.Search(t.Context(), SearchRequest{Query: `{}`, Limit: 5, SpansPerSet: 3}); err != nil {
		t.Errorf("the newest five: %v", err)
	}
}

// counter is a sink that counts.
type counter struct {
	mu           *sync.Mutex
	rows, splits *int
}

func (c counter) page(_ *page, rows rowBits) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	rows.each(func(int) { *c.rows++ })
	return nil
}

func (c counter) split(_ *traceql.Trace, rows []row) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	*c.splits += len(rows)
	return nil
}

func TestAllShowsEachSpanOnce(t *testing.T) {
	for seed := range uint64(3) {
		src := randomSnapshot(seed, 300, 3)
		want := 0
		for _, tr := range newMemo(t, src).traces {
			want += len(tr.Spans)
		}
		q, err := traceql.Parse(`{}`)
		if err != nil {
			t.Fatal(err)
		}
		snap, err := src.Snapshot()
		if err != nil {
			t.Fatal(err)
		}
		for workers := 1; workers < 5; workers++ {
			rows, splits := 0, 0
			var mu sync.Mutex
			s := newScan(t.Context(), snap, newPlan(q), Range{}, EngineOptions{Workers: workers, MaxBytes: 1 << 30})
			if err := s.all(func() sink { return counter{&mu, &rows, &splits} }); err != nil {
				t.Fatal(err)
			}
			if rows+splits != want {
				t.Errorf("%s: %d and %d rows, want %d", fmt.Sprint("seed ", seed), rows, splits, want)
			}
		}
	}
}

func TestRowBits(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		n := 1 + rng.IntN(300)
		b, plain := make(rowBits, wordsOf(n)), make([]bool, n)
		for range rng.IntN(20) {
			lo := rng.IntN(n)
			hi := lo + rng.IntN(n-lo+1)
			if set := rng.IntN(2) == 0; set {
				b.fill(lo, hi)
				for i := lo; i < hi; i++ {
					plain[i] = true
				}
			} else {
				b.drop(lo, hi)
				clear(plain[lo:hi])
			}
		}
		lo := rng.IntN(n)
		hi := lo + rng.IntN(n-lo+1)
		count := 0
		for _, is := range plain[lo:hi] {
			count += int(bit(is))
		}
		if b.count(lo, hi) != count || b.any(lo, hi) != (count > 0) {
			t.Fatalf("%d from %d to %d, want %d", b.count(lo, hi), lo, hi, count)
		}
		next := b.next(lo)
		for i := lo; i < n; i++ {
			if b.has(i) != plain[i] {
				t.Fatalf("bit %d is %v", i, b.has(i))
			}
			if plain[i] {
				if next != i {
					t.Fatalf("next of %d is %d, want %d", lo, next, i)
				}
				break
			}
		}
	}
}
