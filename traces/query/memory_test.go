package query

import (
	"errors"
	"math"
	"testing"
	"time"

	"supersonic/internal/rounds"
)

// askAll asks one question of each kind that takes memory, and returns its error.
func askAll(t *testing.T, e Engine) map[string]error {
	t.Helper()
	all := map[string]error{}
	_, all["search"] = e.Search(t.Context(), SearchRequest{Query: `{}`, Limit: 1000, SpansPerSet: 100})
	_, all["values"] = e.TagValues(t.Context(), TagValuesRequest{Tag: "name", Query: `{ duration >= 0 }`})
	for _, q := range []string{`{} | rate() by (name)`, `{} | quantile_over_time(duration, .5) by (name)`, `{} >> {} | count_over_time() by (name)`, `{} | compare({ status = error })`} {
		_, all[q] = e.Metrics(t.Context(), MetricsRequest{Query: q, Range: Range{End: math.MaxInt64}, Step: 1000 * time.Hour, MaxSeries: 1000})
	}
	return all
}

func TestQueriesShareTheirMemoryAndGiveItBack(t *testing.T) {
	src := randomSnapshot(7, rounds.Of(t, 2000), 3)
	memory := NewMemory(64 << 20)
	for name, opts := range map[string]EngineOptions{
		"alone": {Workers: 1}, "several workers": {Workers: 4, alone: 1}, "too large": {Workers: 2, alone: 1, MaxBytes: 64},
	} {
		opts.Memory = memory
		e := NewEngine(src, opts)
		for what, err := range askAll(t, e) {
			if large := errors.As(err, new(TooLarge)); large != (name == "too large") || !large && err != nil {
				t.Errorf("%s, %s: %v", name, what, err)
			}
		}
		if n := memory.Used(); n != 0 {
			t.Fatalf("%s: %d bytes are taken after the queries ended", name, n)
		}
	}
	others := int64(64 << 20)
	if err := memory.take(others); err != nil {
		t.Fatal(err)
	}
	for what, err := range askAll(t, NewEngine(src, EngineOptions{Memory: memory})) {
		if !errors.Is(err, ErrCrowded) {
			t.Errorf("%s beside others that take all: %v", what, err)
		}
	}
	if n := memory.Used(); n != others {
		t.Errorf("%d bytes are taken, want those of the others, %d", n, others)
	}
	_ = memory.take(-others)
	for what, err := range askAll(t, NewEngine(src, EngineOptions{Memory: memory})) {
		if err != nil {
			t.Errorf("%s after the others ended: %v", what, err)
		}
	}
}
