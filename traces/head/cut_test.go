package head

import (
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"

	"supersonic/traces/otlp"
)

// cutNow cuts a head that nobody appends to.
func cutNow(h *Head, since uint64) (full *View, next *Head) {
	h.Cut(since, func(v *View, n *Head) { full, next = v, n })
	return full, next
}

// part is the spans of a model of some traces.
func (m model) part(in func(trace [16]byte) bool) model {
	out := make(model)
	for key, s := range m {
		if in(key.trace) {
			out[key] = s
		}
	}
	return out
}

func traceID(n byte) [16]byte { return [16]byte{15: n} }

// some is a batch of one span for each trace.
func some(arrived uint64, id byte, traces ...byte) *otlp.Batch {
	b := &otlp.Batch{Arrived: arrived, Resources: make([]otlp.Resource, 1), Scopes: make([]otlp.Scope, 1)}
	for _, t := range traces {
		b.Spans = append(b.Spans, otlp.Span{TraceID: traceID(t), ID: [8]byte{id}, Start: uint64(t), End: uint64(t)})
	}
	return b
}

// wantTraces looks at which traces a segment has.
func wantTraces(t *testing.T, what string, v *View, want ...byte) {
	t.Helper()
	got := make(map[[16]byte]bool)
	for key := range read(t, v) {
		got[key.trace] = true
	}
	wanted := make(map[[16]byte]bool)
	for _, n := range want {
		wanted[traceID(n)] = true
	}
	if !maps.Equal(got, wanted) {
		t.Errorf("%s has traces %v, want %v", what, got, wanted)
	}
	for n := range byte(20) {
		if _, ok, err := v.Find(traceID(n)); err != nil || ok != wanted[traceID(n)] {
			t.Errorf("%s: trace %d is found: %v, %v", what, n, ok, err)
		}
	}
}

func TestCutLeavesTracesTouchedLastToTheNextHeadOnce(t *testing.T) {
	const second = 1_000_000_000
	h := New(Options{})
	appendAll(t, h, some(10*second, 1, 1, 2), 5)
	appendAll(t, h, some(11*second, 1, 3), 6)
	appendAll(t, h, some(12*second, 2, 1, 4), 7)
	full, next := cutNow(h, 12*second)
	wantTraces(t, "the block", full, 2, 3)
	wantTraces(t, "the next head", next.View(), 1, 4)
	wantTraces(t, "the head that was cut", h.View(), 1, 2, 3, 4)
	if low, ok := next.Low(); !ok || low != 5 || next.Oldest() != 10*second {
		t.Errorf("the next head begins at %d, %v, %d, want 5 of second 10", low, ok, next.Oldest())
	}
	if err := h.Append(some(1, 1, 1), 9); !errors.Is(err, ErrCut) {
		t.Errorf("append after the cut: %v", err)
	}
	appendAll(t, next, some(13*second, 3, 1, 5), 8)
	full, last := cutNow(next, 12*second)
	wantTraces(t, "the second block", full, 1, 4)
	wantTraces(t, "the last head", last.View(), 5)
	if low, _ := last.Low(); low != 8 {
		t.Errorf("the last head begins at %d", low)
	}
	full, empty := cutNow(last, CarryNone)
	wantTraces(t, "the third block", full, 5)
	if _, ok := empty.Low(); ok || empty.Rows() != 0 || empty.Oldest() != 0 {
		t.Error("the head after a cut that carries none is not empty")
	}
}

func TestCutCarriesNoMoreSpansThanItMay(t *testing.T) {
	h := New(Options{CarryRows: 3})
	appendAll(t, h, some(5, 1, 1, 2, 3), 1)
	appendAll(t, h, some(5, 2, 1, 2), 2)
	full, next := cutNow(h, 0)
	wantTraces(t, "the next head", next.View(), 2, 3)
	wantTraces(t, "the block", full, 1)
}

func TestNothingIsLostOrChangedByCuts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for round := range 6 {
		m := maker{Rand: r, traces: 200, ids: 9000 * (round % 2)}
		h := New(Options{MaxKeys: 20 + 1000*(round/2), CarryRows: 300})
		want := make(model)
		for i := range 40 {
			b := m.batch(50)
			appendAll(t, h, b, uint64(i))
			want.add(b)
			if i%8 != 7 {
				continue
			}
			full, next := cutNow(h, uint64(r.IntN(1000)))
			if full.Rows()+next.View().Rows() != h.View().Rows() {
				t.Fatalf("%d and %d rows of %d", full.Rows(), next.View().Rows(), h.View().Rows())
			}
			if round > 1 { // keys enough: nothing is in More
				left := want.part(next.Has)
				same(t, read(t, next.View()), left.flat())
				same(t, read(t, full), want.part(func(id [16]byte) bool { return !next.Has(id) }).flat())
				want = left
			}
			h = next
		}
	}
}

// TestAppendsGoOnWhileViewsAreReadAndHeadsCut has a store's use of heads: whoever
// appends finds the head that takes spans, and whoever reads finds every span whose
// append has returned exactly once.
func TestAppendsGoOnWhileViewsAreReadAndHeadsCut(t *testing.T) {
	type state struct {
		blocks []*View
		head   *Head
	}
	var now atomic.Pointer[state]
	now.Store(&state{head: New(Options{MaxRows: 2000})})
	const writers, batches, spans = 3, 60, 40
	var appended atomic.Int64
	var work, readers sync.WaitGroup
	for w := range writers {
		work.Go(func() {
			m := maker{Rand: rand.New(rand.NewPCG(uint64(w), 1)), traces: 1 << 30}
			for i := range batches {
				b := m.batch(spans)
				for now.Load().head.Append(b, uint64(i)) != nil {
				}
				appended.Add(spans)
			}
		})
	}
	done := make(chan struct{})
	readers.Go(func() {
		for last := false; !last; {
			select {
			case <-done:
				last = true
			default:
			}
			before := appended.Load()
			s := now.Load()
			rows := int64(len(read(t, s.head.View())))
			for _, b := range s.blocks {
				rows += int64(b.Rows())
			}
			if rows < before {
				t.Errorf("%d spans are shown of %d", rows, before)
			}
			if last && rows != writers*batches*spans {
				t.Errorf("%d spans in the end", rows)
			}
		}
	})
	readers.Go(func() {
		for range 8 {
			s := now.Load()
			for s.head.Rows() < 300 {
				select {
				case <-done:
					return
				default:
				}
			}
			s.head.Cut(0, func(full *View, next *Head) {
				now.Store(&state{append(s.blocks[:len(s.blocks):len(s.blocks)], full), next})
			})
		}
	})
	work.Wait()
	close(done)
	readers.Wait()
}
