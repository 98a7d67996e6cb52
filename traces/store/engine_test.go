package store

import (
	"errors"
	"fmt"
	"testing"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

// TestTheEngineAnswersWhatIsStored asks for each trace, by id and by search, in a
// store with heads, blocks, split and deleted traces.
func TestTheEngineAnswersWhatIsStored(t *testing.T) {
	for seed := range uint64(5) {
		w := newWorld(t, 200+seed, tiny())
		w.mustOpen()
		for range 80 {
			w.step(false)
		}
		want := make(map[span.TraceID]int)
		for k := range w.must {
			want[k.trace]++
		}
		e := query.NewEngine(w.s, query.EngineOptions{})
		for _, id := range w.ids {
			tr, _, err := e.Trace(t.Context(), id)
			if want[id] == 0 && (err == nil || errors.Is(err, query.ErrNotFound)) {
				continue // an append that was refused may be found
			}
			if err != nil || len(tr.Spans) < want[id] {
				w.fatalf("trace %x: %v, want %d spans", id, err, want[id])
			}
		}
		all, err := e.Search(t.Context(), query.SearchRequest{Query: "{}", Limit: 10_000, SpansPerSet: 1, Range: query.Range{End: uint64(w.now.UnixNano())}})
		if err != nil {
			w.fatalf("search: %v", err)
		}
		found := make(map[string]bool)
		for _, h := range all.Traces {
			found[fmt.Sprintf("%x", h.ID[:])] = true
		}
		for id := range want {
			if !found[fmt.Sprintf("%x", id[:])] {
				w.fatalf("trace %x is not found by a search; %d are", id, len(found))
			}
		}
		w.s.Close()
	}
}
