package api

import (
	"encoding/json"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supersonic/traceql"
	"supersonic/traces/query"
)

func TestTagsAreReadAsLogfmt(t *testing.T) {
	f := func(in string, want ...query.Tag) {
		t.Helper()
		got, err := parseTags(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
	f("")
	f("a=1", query.Tag{Key: "a", Value: "1"})
	f(`  a.b=x   c="y z\"q" d= `, query.Tag{Key: "a.b", Value: "x"}, query.Tag{Key: "c", Value: `y z"q`}, query.Tag{Key: "d"})
	for _, in := range []string{"a", "=b", `a="x`, `a="x"b=c`, "a b=c"} {
		if got, err := parseTags(in); err == nil {
			t.Errorf("%s: %v, want an error", in, got)
		}
	}
}

// TestAQuestionThatCannotBeReadIsNotAnsweredAsAnother: without its q or its start it
// would be about everything.
func TestAQuestionThatCannotBeReadIsNotAnsweredAsAnother(t *testing.T) {
	for _, raw := range []string{"q=%zz", "q=%7B%7D&start=1;end=2", "start=%2"} {
		if v, err := paramsOf(&http.Request{URL: &url.URL{RawQuery: raw}}); err == nil {
			t.Errorf("%s is read as %v", raw, v)
		}
	}
}

func TestSearchHasTempoDefaults(t *testing.T) {
	got, err := parseSearch(url.Values{"q": {"{}"}, "start": {"10"}, "end": {"20"}, "minDuration": {"5ms"}})
	if err != nil {
		t.Fatal(err)
	}
	want := query.SearchRequest{Query: "{}", Range: query.Range{Start: 10e9, End: 20e9}, Limit: 20, SpansPerSet: 3, MinDuration: 5 * time.Millisecond}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzSearchParams(f *testing.F) {
	f.Add("q=%7B%7D&limit=3&start=1&end=2")
	f.Add(`tags=a%3Db+c%3D%22d%22&minDuration=1s&spss=0`)
	f.Fuzz(func(t *testing.T, raw string) {
		v, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		r, err := parseSearch(v)
		if err == nil && (r.Limit < 1 || r.Limit > MaxLimit || r.SpansPerSet > maxSpss || r.MinDuration < 0) {
			t.Errorf("%q gives %+v", raw, r)
		}
	})
}

func FuzzTraceID(f *testing.F) {
	f.Add("abc")
	f.Fuzz(func(t *testing.T, s string) {
		if id, err := parseTraceID(s); err == nil {
			again, err := parseTraceID(id.String())
			if err != nil || again != id {
				t.Errorf("%q is %s, which is %s, %v", s, id, again, err)
			}
		}
	})
}

func TestNumbersThatJSONLacksAreNamed(t *testing.T) {
	b, err := json.Marshal([]any{jsonFloat(1.5), jsonFloat(inf(1)), jsonFloat(inf(-1)), jsonFloat(inf(1) - inf(1))})
	if err != nil || string(b) != `[1.5,"Infinity","-Infinity","NaN"]` {
		t.Errorf("%s %v", b, err)
	}
}

func TestPointsAreWrittenAsEncodingJSONWritesThem(t *testing.T) {
	for _, f := range []float64{0, 1, -1.5, 1.0 / 3, 1e-6, 9.99e-7, 1e-9, 1.5e-300, 1e20, 1e21, -1e300, math.MaxFloat64, math.SmallestNonzeroFloat64, inf(1), inf(-1), inf(1) - inf(1)} {
		want, err := json.Marshal(jsonFloat(f))
		if got := appendFloat(nil, f); err != nil || string(got) != string(want) {
			t.Errorf("%g is %s, want %s %v", f, got, want, err)
		}
	}
	r := jsonRange{
		Series: []jsonSeries{
			{Labels: []jsonAttr{{"a", map[string]any{"stringValue": "<"}}}, Samples: jsonPoints{{Time: 5e6, Value: 0.5}, {Time: 6e6}}},
			{Labels: []jsonAttr{}, Samples: jsonPoints{{Time: 5e6, Value: inf(1)}}, Exemplars: []jsonExemplar{{Value: 1.5, Time: 3}}},
		},
		Status: statusPartial, Message: "some", Explain: &jsonExplain{Query: "{ }"},
	}
	for _, r := range []jsonRange{r, {Series: []jsonSeries{}}} {
		if got, want := r.json(), marshal(r); string(got) != string(want) {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestExemplarsOfCountsLieOnTheSeries(t *testing.T) {
	s := traceql.Series{
		Points:    []traceql.Point{{Time: 10, Value: 3}, {Time: 30, Value: 5}},
		Exemplars: []traceql.Exemplar{{Time: 0, Value: 1}, {Time: 10, Value: 1}, {Time: 11, Value: 1}, {Time: 21, Value: 1}, {Time: 31, Value: 1}},
	}
	lift(&s, 10)
	want := []traceql.Exemplar{{Time: 0, Value: 3}, {Time: 10, Value: 3}, {Time: 21, Value: 5}}
	if diff := cmp.Diff(want, s.Exemplars); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for text, want := range map[string]bool{"{} | rate() by (name)": true, "{} | max_over_time(duration)": false, "{}": false, "{": false} {
		if got := counts(text); got != want {
			t.Errorf("%s counts: %v", text, got)
		}
	}
}

func TestExemplarsAreDealtOutEvenly(t *testing.T) {
	series := func(exemplars, points int) traceql.Series {
		return traceql.Series{Exemplars: make([]traceql.Exemplar, exemplars), Points: make([]traceql.Point, points)}
	}
	got := fairShare([]traceql.Series{series(9, 1), series(2, 1), series(0, 1), series(9, 0), series(9, 1)}, 9)
	if diff := cmp.Diff([]int{4, 2, 0, 0, 3}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]int{0, 2, 5}, spread([]int{0, 1, 2, 3, 4, 5, 6, 7}, 3)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzFloat(f *testing.F) {
	f.Add(0.1)
	f.Fuzz(func(t *testing.T, v float64) {
		want, err := json.Marshal(jsonFloat(v))
		if got := appendFloat(nil, v); err != nil || string(got) != string(want) {
			t.Errorf("%g is %s, want %s %v", v, got, want, err)
		}
	})
}

func inf(sign float64) float64 {
	zero := 0.0
	return sign / zero
}
