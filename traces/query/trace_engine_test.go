package query

import (
	"errors"
	"testing"

	"supersonic/traces/span"
)

func TestTraceIsJoinedOfItsPieces(t *testing.T) {
	for seed := range uint64(4) {
		src := randomSnapshot(seed, 100, 3)
		e := NewEngine(src, EngineOptions{})
		all, err := allTraces(t.Context(), &Snapshot{Parts: src.Parts, Split: src.Split})
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range all {
			got, stats, err := e.Trace(t.Context(), want.ID)
			if err != nil {
				t.Fatalf("seed %d, trace %s: %v", seed, want.ID, err)
			}
			if len(got.Spans) != len(want.Spans) || got.Start != want.Start || got.End != want.End || stats.Spans != len(got.Spans) {
				t.Fatalf("seed %d, trace %s: %d spans, want %d", seed, want.ID, len(got.Spans), len(want.Spans))
			}
			for i := range got.Spans {
				if got.Spans[i].ID != want.Spans[i].ID || got.Spans[i].Kind != want.Spans[i].Kind {
					t.Fatalf("seed %d, trace %s: span %d is %s, want %s", seed, want.ID, i, got.Spans[i].ID, want.Spans[i].ID)
				}
			}
		}
		for i := range src.Parts {
			for id := range src.Parts[i].Deleted {
				if _, _, err := e.Trace(t.Context(), id); !errors.Is(err, ErrNotFound) {
					t.Fatalf("a deleted trace: %v", err)
				}
			}
		}
		if _, _, err := e.Trace(t.Context(), span.TraceID{0xab}); !errors.Is(err, ErrNotFound) {
			t.Fatalf("an absent trace: %v", err)
		}
	}
}
