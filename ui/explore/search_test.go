package explore

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"supersonic/ui/source"
)

// fixed is a store that finds the same traces whatever it is asked.
type fixed struct {
	TraceStore
	traces []source.FoundTrace
}

func (f fixed) Search(context.Context, source.Search) (source.Found, error) {
	all := slices.Clone(f.traces)
	for i := range all {
		all[i].Spans = slices.Clone(all[i].Spans)
	}
	return source.Found{Traces: all}, nil
}

func TestASelectionHasWhatBeganWithinItToTheNanosecond(t *testing.T) {
	from, to := time.UnixMilli(10_400), time.UnixMilli(12_600)
	at := func(ms ...uint64) source.FoundTrace {
		found := source.FoundTrace{ID: fmt.Sprint(ms), StartNano: ms[0] * 1e6, Matched: len(ms)}
		for _, m := range ms {
			found.Spans = append(found.Spans, source.FoundSpan{ID: fmt.Sprint(m), StartNano: m * 1e6})
		}
		return found
	}
	more := at(10_100) // of which one span was told
	more.Matched = 3
	s := fixed{traces: []source.FoundTrace{at(10_399, 10_400, 12_700), at(12_600), at(10_399), at(12_601, 12_650), more}}
	for began, want := range map[string][2]string{
		"spans":  {"[12600] [10399 10400 12700] [10100]", "12600 10400"},
		"traces": {"[12600]", "12600"},
		"":       {"[12601 12650] [12600] [10399 10400 12700] [10399] [10100]", "12601 12650 12600 10399 10400 12700 10399 10100"},
	} {
		got, err := Search(t.Context(), s, Searching{From: from, To: to, Limit: 100, Began: began})
		if err != nil {
			t.Fatal(err)
		}
		var traces, spans []string
		for _, f := range got.Traces {
			traces = append(traces, f.ID)
		}
		for _, f := range got.Spans {
			spans = append(spans, f.SpanID)
		}
		if text := [2]string{join(traces), join(spans)}; text != want {
			t.Errorf("began %q: %q, want %q", began, text, want)
		}
	}
}

func join(list []string) string {
	text := fmt.Sprint(list)
	return text[1 : len(text)-1]
}
