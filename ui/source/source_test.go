package source

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"
)

// store answers every path with one answer and keeps the last request.
type store struct {
	status     int
	kind, body string
	asked      *http.Request
	form       url.Values
}

func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	s.asked, s.form = r, r.Form
	w.Header().Set("Content-Type", s.kind)
	w.WriteHeader(s.status)
	fmt.Fprint(w, s.body)
}

func client(t *testing.T, s *store) *Client {
	t.Helper()
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c := NewClient(Server{Name: "tempo", URL: server.URL + "/under/"})
	t.Cleanup(c.Close)
	return c
}

func small() ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "supersonic-envoy-0")
	s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetName("ingress")
	s.SetTraceID(pcommon.TraceID{1, 2, 3})
	s.SetSpanID(pcommon.SpanID{4})
	s.SetStartTimestamp(1000)
	s.SetEndTimestamp(2000)
	return td
}

func TestATraceIsReadInEveryFormThatTempoGivesIt(t *testing.T) {
	bare, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(small())
	if err != nil {
		t.Fatal(err)
	}
	wrapped := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), bare)
	text := func(id func([]byte) string) string {
		return fmt.Sprintf(`[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"supersonic-envoy-0"}}]},"scopeSpans":[{"spans":[{"traceId":%q,"spanId":%q,"name":"ingress","startTimeUnixNano":"1000","endTimeUnixNano":"2000"}]}]}]`,
			id([]byte{1, 2, 3, 15: 0}), id([]byte{4, 7: 0}))
	}
	hexed := text(func(b []byte) string { return fmt.Sprintf("%x", b) })
	based := text(base64.StdEncoding.EncodeToString)
	f := func(name, kind, body, partial string) {
		t.Helper()
		tempo := Tempo{client(t, &store{status: 200, kind: kind, body: body})}
		td, got, err := tempo.Trace(context.Background(), "010203")
		if err != nil || td.SpanCount() != 1 || got != partial {
			t.Errorf("%s: %d spans, partial %q, %v", name, td.SpanCount(), got, err)
			return
		}
		s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
		if s.Name() != "ingress" || s.TraceID() != (pcommon.TraceID{1, 2, 3}) {
			t.Errorf("%s: span %s of %s", name, s.Name(), s.TraceID())
		}
	}
	status := protowire.AppendVarint(protowire.AppendTag(nil, 3, protowire.VarintType), 1)
	f("protobuf of v1", "application/protobuf", string(bare), "")
	f("protobuf of v2", "application/protobuf", string(wrapped), "")
	f("protobuf of v2, cut", "application/protobuf", string(wrapped)+string(status), "the store says that this trace is not whole")
	f("JSON of v1", "application/json", `{"batches":`+based+`}`, "")
	f("JSON of v2", "application/json", `{"trace":{"resourceSpans":`+based+`},"message":"too large"}`, "too large")
	f("OTLP's own JSON", "application/json", `{"resourceSpans":`+hexed+`}`, "")
}

func TestAnAbsentTraceIsToldFromAFault(t *testing.T) {
	empty := string(protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), nil))
	for _, s := range []*store{{status: 200, kind: "application/protobuf", body: empty}, {status: 404, body: "trace not found"}, {status: 200, kind: "application/json", body: `{"trace":{}}`}} {
		if _, _, err := (Tempo{client(t, s)}).Trace(context.Background(), "01"); !errors.Is(err, ErrNoTrace) {
			t.Errorf("status %d %q: %v", s.status, s.body, err)
		}
	}
	_, _, err := Tempo{client(t, &store{status: 500, body: "out of memory\nstack"})}.Trace(context.Background(), "01")
	if err == nil || errors.Is(err, ErrNoTrace) || !strings.HasSuffix(err.Error(), "out of memory") {
		t.Errorf("a fault of the store: %v", err)
	}
}

func TestASearchAsksForWholeSecondsAndGivesIdsTheirZerosBack(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"traces":[{"traceID":"abc","rootServiceName":"supersonic-envoy-0","rootTraceName":"ingress",
		"startTimeUnixNano":"1795402153404275000","durationMs":80,"spanSets":[{"matched":2},{"matched":1}],"serviceStats":{"supersonic-envoy-0":{"spanCount":1},"supersonic-triton-0":{"spanCount":3,"errorCount":1}}}],
		"metrics":{"inspectedSpans":"64"}}`}
	from := time.Unix(100, 900)
	got, err := Tempo{client(t, s)}.Search(context.Background(), Search{Query: `{ name = "ingress" }`, From: from, To: time.Unix(200, 1), Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	if s.asked.URL.Path != "/under/api/search" || s.form.Get("start") != "100" || s.form.Get("end") != "201" || s.form.Get("q") != `{ name = "ingress" } with(most_recent=true)` {
		t.Errorf("asked %s", s.asked.URL)
	}
	f := got.Traces[0]
	if f.ID != strings.Repeat("0", 29)+"abc" || f.Matched != 3 || f.Services["supersonic-triton-0"].ErrorCount != 1 || got.Inspected != 64 || f.StartNano != 1795402153404275000 {
		t.Errorf("found %+v, inspected %v", f, got.Inspected)
	}
}

// A Tempo answers any traces that match unless it is asked for the newest, and no names of
// spans unless they are selected; an old one does not know how to be asked. A query's own
// hints stay as they are.
func TestASearchAsksForTheNewestTracesWhereTheStoreKnowsHow(t *testing.T) {
	var asked []string
	old := false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.FormValue("q"))
		if old && strings.Contains(r.FormValue("q"), "with") {
			http.Error(w, "invalid TraceQL query: parse error at line 1, col 4: syntax error: unexpected IDENTIFIER", http.StatusBadRequest)
			return
		}
		fmt.Fprint(w, `{"traces":[],"metrics":{}}`)
	}))
	defer server.Close()
	spans := 0
	f := func(query string, want ...string) {
		t.Helper()
		asked = nil
		if _, err := (Tempo{NewClient(Server{URL: server.URL})}).Search(t.Context(), Search{Query: query, Limit: 1, SpansPerTrace: spans}); err != nil {
			t.Errorf("%s: %v", query, err)
		}
		if diff := cmp.Diff(want, asked); diff != "" {
			t.Errorf("%s: %s", query, diff)
		}
	}
	f("{}", "{} with(most_recent=true)")
	f("{ .a = 1 } with(sample=0.1)", "{ .a = 1 } with(sample=0.1)")
	f("{ something(new) }", "{ something(new) }")
	spans = 3
	f("{} | count() > 1", "{} | count() > 1 | select(name) with(most_recent=true)")
	spans, old = 0, true
	f("{}", "{} with(most_recent=true)", "{}")
}

func TestPrometheusAnswersAreValuesAndItsErrorsAreSentences(t *testing.T) {
	s := &store{status: 200, kind: "application/json", body: `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"server":"a"},"value":[1795402153.5,"+Inf"]}]}}`}
	p := Prometheus{client(t, s)}
	got, err := p.Instant(context.Background(), "up", time.UnixMilli(1795402153500))
	if err != nil || got[0].Labels["server"] != "a" || got[0].Samples[0].Time.UnixMilli() != 1795402153500 {
		t.Fatalf("%+v %v", got, err)
	}
	if s.form.Get("time") != "1795402153.500" {
		t.Errorf("asked at %s", s.form.Get("time"))
	}
	bad := Prometheus{client(t, &store{status: 400, body: `{"status":"error","errorType":"bad_data","error":"1:4: parse error: unexpected end"}`})}
	if _, err := bad.Instant(context.Background(), "up{", time.Now()); err == nil || !strings.HasSuffix(err.Error(), "parse error: unexpected end") {
		t.Errorf("a refused query: %v", err)
	}
	scalar := Prometheus{client(t, &store{status: 200, body: `{"status":"success","data":{"resultType":"scalar","result":[1,"2"]}}`})}
	if one, err := scalar.Instant(context.Background(), "2", time.Now()); err != nil || one[0].Last() != 2 {
		t.Errorf("a scalar is %v %v", one, err)
	}
}

func TestADeadStoreIsNamedWithAHint(t *testing.T) {
	p := Prometheus{NewClient(Server{Name: "prometheus", URL: "http://127.0.0.1:1"})}
	_, err := p.Instant(context.Background(), "up", time.Now())
	if err == nil || !strings.HasPrefix(err.Error(), "ask prometheus for /api/v1/query") || !strings.Contains(Hint(err), "nothing listens") {
		t.Errorf("%v (%s)", err, Hint(err))
	}
}

func TestCredentialsGoAlongAndStayOutOfErrors(t *testing.T) {
	s := &store{status: 403, body: "no"}
	c := client(t, s)
	c.server.BasicAuth, c.server.User, c.server.Password = true, "shift", "hunter2"
	_, err := Tempo{c}.Tags(context.Background(), time.Time{}, time.Time{})
	user, password, ok := s.asked.BasicAuth()
	if !ok || user != "shift" || password != "hunter2" || err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("sent %q %q, error %v", user, password, err)
	}
}

func FuzzDecodeTrace(f *testing.F) {
	bare, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(small())
	if err != nil {
		f.Fatal(err)
	}
	f.Add("application/protobuf", bare)
	f.Add("application/protobuf", protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), bare))
	text, err := os.ReadFile("../waterfall/testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	f.Add("application/json", []byte(line))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		td, _, err := decodeTrace(kind, body)
		if err == nil {
			td.SpanCount()
		}
	})
}

func FuzzDecodeAnswers(f *testing.F) {
	f.Add([]byte(`{"traces":[{"traceID":"abc","startTimeUnixNano":"1","spanSets":[{"matched":2}]}]}`))
	f.Add([]byte(`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[1,"2"]]}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if found, err := decodeSearch(body); err == nil {
			for _, trace := range found.Traces {
				if len(trace.ID) < 32 {
					t.Errorf("id %q", trace.ID)
				}
			}
		}
		decodePrometheus(body)
	})
}

func TestAnAnswerThatTheLimitCutIsToldApartFromOtherWarnings(t *testing.T) {
	for _, c := range []struct {
		headers []string
		limited bool
		told    int
	}{
		{nil, false, 0},
		{[]string{`299 limit "there may be older traces"`}, true, 0},
		{[]string{`299 - "a block is damaged; cut by the limit of its reader"`, `299 limit "there may be older traces"`}, true, 1},
		{[]string{`199 - "limit"`}, false, 1},
	} {
		told, limited := warnings(http.Header{"Warning": c.headers})
		if limited != c.limited || len(told) != c.told {
			t.Errorf("%q: limited %v, told %q", c.headers, limited, told)
		}
	}
}
