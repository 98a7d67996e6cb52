package source

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The answers in this file are those of a Tempo (main of November 2026), shortened.

func TestAQuantileOfNothingIsNoneWhereATempoSaysZero(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"series":[{"labels":[{"key":"name","value":{"stringValue":"ingress"}},{"key":"p","value":{"doubleValue":0.9}}],
		"samples":[{"timestampMs":"1796048070000","value":0.01},{"timestampMs":"1796048100000"},{"timestampMs":"1796048130000","value":0.023726566406062893},{"timestampMs":"1796048160000"}],
		"exemplars":[{"labels":[{"key":"name","value":{"stringValue":"ingress"}},{"key":"trace:id","value":{"stringValue":"83a2bce65d13b41a14bbda649bf11c"}},{"key":"duration","value":{"stringValue":"13.394586ms"}}],"value":0.013394586,"timestampMs":"1796048105000"}]}],
		"metrics":{"inspectedBytes":"62870","completedJobs":1,"totalJobs":1}}`}
	samples := func(query string) []Sample {
		t.Helper()
		got, err := Tempo{client(t, s)}.Metrics(context.Background(), TraceMetrics{Query: query, From: time.Unix(1796048070, 0), To: time.Unix(1796048160, 0), Step: 30 * time.Second})
		if err != nil || len(got.Series) != 1 || got.Series[0].Exemplars[0].TraceID() != "83a2bce65d13b41a14bbda649bf11c" {
			t.Fatalf("%s: %+v, %v", query, got, err)
		}
		return got.Series[0].Samples
	}
	// A point at the begin of the range is of the step before it.
	at := func(s int64, v float64) Sample { return Sample{time.Unix(s, 0), v} }
	if diff := cmp.Diff([]Sample{at(1796048130, .023726566406062893)}, samples("{} | quantile_over_time(duration, .9) by (name)")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Sample{at(1796048100, 0), at(1796048130, .023726566406062893), at(1796048160, 0)}, samples("{} | rate() by (name)")); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersThatJSONLacksAreRead(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"series":[{"labels":[],"samples":[{"timestampMs":"1796048100000","value":"Infinity"}],"exemplars":[{"labels":[],"value":"NaN","timestampMs":"1796048100000"}]}]}`}
	got, err := Tempo{client(t, s)}.Metrics(context.Background(), TraceMetrics{Query: "{} | rate()", Step: time.Second})
	if err != nil || got.Series[0].Samples[0].Value < 1e300 || got.Series[0].Exemplars[0].Value == got.Series[0].Exemplars[0].Value {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestAMetricsQueryAtOnceIsOfTheWholeRange(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"series":[{"labels":[{"key":"__name__","value":{"stringValue":"count_over_time"}}],"value":332},
		{"labels":[{"key":"__name__","value":{"stringValue":"count_over_time"}}]}],"metrics":{"inspectedBytes":"59424","completedJobs":1,"totalJobs":1}}`}
	from, to := time.Unix(1796047658, 0), time.Unix(1796048258, 1)
	got, err := Tempo{client(t, s)}.MetricsInstant(context.Background(), "{} | count_over_time()", from, to)
	if err != nil || s.asked.URL.Path != "/under/api/metrics/query" || s.form.Get("start") != "1796047658" || s.form.Get("end") != "1796048259" {
		t.Fatalf("asked %s, %v", s.asked.URL, err)
	}
	if diff := cmp.Diff([][]Sample{{{to, 332}}, {{to, 0}}}, [][]Sample{got.Series[0].Samples, got.Series[1].Samples}); diff != "" {
		t.Error(diff)
	}
}

func TestARangeThatIsTooLongForAStoreIsToldFromAWrongQuery(t *testing.T) {
	for text, hint := range map[string]string{
		"range specified by start and end exceeds 168h0m0s. received start=1795148241 end=1796048211": "shorter time range",
		"metrics query time range exceeds the maximum allowed duration of 24h0m0s":                    "shorter time range",
		"invalid TraceQL query: parse error at line 1, col 3: unknown identifier: duratoin":           "does not accept the query",
	} {
		_, err := Tempo{client(t, &store{status: 400, kind: "text/plain; charset=utf-8", body: text})}.Search(context.Background(), Search{Query: "{}", Limit: 1})
		if err == nil || !strings.HasSuffix(err.Error(), text) || !strings.Contains(Hint(err), hint) {
			t.Errorf("%v (%s), want %q", err, Hint(err), hint)
		}
	}
}

func TestAStoreWithoutMetricsQueriesIsToldFromAWrongAddress(t *testing.T) {
	old := Tempo{client(t, &store{status: 404, kind: "text/plain; charset=utf-8", body: "404 page not found\n"})}
	_, err := old.Metrics(context.Background(), TraceMetrics{Query: "{} | rate()", Step: time.Second})
	if err == nil || !strings.Contains(Hint(err), "no TraceQL metrics") {
		t.Errorf("%v (%s)", err, Hint(err))
	}
	if _, err = old.Search(context.Background(), Search{Query: "{}", Limit: 1}); err == nil || !strings.Contains(Hint(err), "not as this kind of store") {
		t.Errorf("%v (%s)", err, Hint(err))
	}
}

func TestAStoreThatIsTooSlowIsToldInWords(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := Tempo{NewClient(Server{Name: "tempo", URL: server.URL})}.Search(ctx, Search{Query: "{}", Limit: 1})
	if err == nil || !strings.Contains(err.Error(), "ask tempo for /api/search: no answer in time") || !strings.Contains(Hint(err), "too long") {
		t.Errorf("%v (%s)", err, Hint(err))
	}
}
