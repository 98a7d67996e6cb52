package api_test

import (
	"maps"
	"net/url"
	"slices"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/api"
	"supersonic/traces/span"
)

// exported asks page by page until the last and returns how often each trace came.
func exported(t *testing.T, base, q, limit string) (times map[byte]int, pages int) {
	t.Helper()
	times = map[byte]int{}
	for end := ""; ; pages++ {
		g := ask(t, "GET", base+"/api/traces?limit="+limit+"&q="+url.QueryEscape(q)+end)
		want(t, g, 200)
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces([]byte(g.body))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range span.FromOTLP(td) {
			times[s.TraceID[15]]++
		}
		next := g.header.Get("X-Supersonic-Next-End")
		if next == "" || pages > 20 {
			return times, pages + 1
		}
		end = "&end=" + next
	}
}

func TestWholeTracesOfAQueryComePageByPage(t *testing.T) {
	var spans []span.Span
	for id := byte(1); id <= 9; id++ {
		s := spanOf(id, "a", "x")
		s.Start, s.End = s.Start+uint64(id)*1e9, s.End+uint64(id)*1e9
		below := spanOf(id, "b", "y")
		below.Start, below.End, below.Parent = s.Start+1, s.End, s.ID
		spans = append(spans, s, below)
	}
	base := serve(t, engineOf(t, spans), api.Options{})
	all, pages := exported(t, base, `{ name = "x" }`, "4")
	if ids := slices.Sorted(maps.Keys(all)); len(ids) != 9 || pages != 3 {
		t.Errorf("traces %v on %d pages", ids, pages)
	}
	if some, _ := exported(t, base, `{ span.n = 3 }`, "100"); len(some) != 1 || some[3] != 2 {
		t.Errorf("of the one trace that is asked for, both spans: %v", some)
	}
	want(t, ask(t, "GET", base+"/api/traces?q=nonsense"), 400)
	want(t, ask(t, "GET", base+"/api/traces?limit=100000"), 400, "limit")
}
