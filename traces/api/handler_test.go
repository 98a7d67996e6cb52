package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/api"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// at is when the spans of these tests start, Unix seconds.
const at = 1795395600

// spanOf makes a span of a service. id is the trace's and the span's.
func spanOf(id byte, service, name string) span.Span {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", service)
	s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID([16]byte{15: id})
	s.SetSpanID([8]byte{7: id, 0: service[0]})
	s.SetName(name)
	s.SetStartTimestamp(at*1e9 + 1e9)
	s.SetEndTimestamp(at*1e9 + 2e9)
	s.Attributes().PutInt("n", int64(id))
	s.Attributes().PutStr("a/b", "slash")
	return span.FromOTLP(td)[0]
}

type got struct {
	status int
	header http.Header
	body   string
}

func ask(t testing.TB, method, url string, header ...string) got {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r) // follows no redirect
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got{resp.StatusCode, resp.Header, string(body)}
}

func want(t testing.TB, g got, status int, words ...string) {
	t.Helper()
	if g.status != status {
		t.Errorf("status %d, want %d: %s", g.status, status, g.body)
	}
	for _, w := range words {
		if !strings.Contains(g.body, w) {
			t.Errorf("the body lacks %q: %s", w, g.body)
		}
	}
}

const hour = "start=1795395600&end=1795399200"

func TestMetricsAreTemposJSON(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x"), spanOf(2, "a", "y")}), api.Options{})
	g := ask(t, "GET", base+"/api/metrics/query_range?step=3600&"+hour+"&q="+url.QueryEscape("{} | count_over_time() by (resource.service.name)"))
	want(t, g, 200, `{"series":[{"labels":[{"key":"resource.service.name","value":{"stringValue":"a"}}],"samples":[{"timestampMs":"1795399200000","value":2}],`+
		`"exemplars":[{"labels":[{"key":"trace:id","value":{"stringValue":"00000000000000000000000000000001"}},{"key":"span:id","value":{"stringValue":"6100000000000001"}}],`)
	g = ask(t, "GET", base+"/api/metrics/query?"+hour+"&query="+url.QueryEscape("{} | max_over_time(span.n)"))
	want(t, g, 200, `{"series":[{"labels":[{"key":"__name__","value":{"stringValue":"max_over_time"}}],"value":2}],"metrics":{`)
	g = ask(t, "GET", base+"/api/metrics/query_range?"+hour+"&q="+url.QueryEscape("{} | rate() with(exemplars=false)"))
	if want(t, g, 200, "samples"); strings.Contains(g.body, "exemplars") {
		t.Errorf("exemplars although the query wants none: %s", g.body)
	}
}

func TestAnAnswerThatWasCutSaysSo(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x"), spanOf(2, "b", "y"), spanOf(3, "c", "z")}), api.Options{})
	g := ask(t, "GET", base+"/api/metrics/query?maxSeries=1&"+hour+"&q="+url.QueryEscape("{} | rate() by (name)"))
	if want(t, g, 200, `"status":"PARTIAL","message":"2 spans are in no series`); !strings.Contains(g.header.Get("Warning"), "maxSeries") {
		t.Errorf("the header Warning is %q", g.header.Get("Warning"))
	}
	for path, word := range map[string]string{
		"/api/search?limit=2&q=%7B%7D": "older traces", "/api/v2/search/tag/name/values?limit=1": "more values", "/api/search/tags?limit=1": "more names",
	} {
		if word == "older traces" {
			word = "299 limit \"there may be older traces" // the agent tells a program
		}
		if g := ask(t, "GET", base+path); g.status != 200 || !strings.Contains(g.header.Get("Warning"), word) {
			t.Errorf("%s: %d, Warning %q, want %q", path, g.status, g.header.Get("Warning"), word)
		}
		if g := ask(t, "GET", base+strings.Replace(path, "limit=", "limit=2", 1)); g.header.Get("Warning") != "" {
			t.Errorf("%s with a larger limit: Warning %q", path, g.header.Get("Warning"))
		}
	}
}

func TestOnlyWhoAsksGetsAnExplanation(t *testing.T) {
	e := explaining{engineOf(t, []span.Span{spanOf(1, "a", "x")})}
	base, other := serve(t, e, api.Options{}), serve(t, e.Engine, api.Options{})
	rate := url.QueryEscape("{} | rate()")
	for _, path := range []string{
		"/api/search?q=%7B%7D", "/api/search/tags?a=b", "/api/v2/search/tags?a=b", "/api/search/tag/name/values?a=b", "/api/v2/search/tag/name/values?a=b",
		"/api/metrics/query_range?" + hour + "&q=" + rate, "/api/metrics/query?" + hour + "&q=" + rate,
	} {
		plain, explained := ask(t, "GET", base+path), ask(t, "GET", base+path+"&explain=1")
		want(t, explained, 200, `"explain":{"query":"{ }","plan":["scan"],"parts":[{"name":"head","rows":3,`, `"end":"all read"`)
		var a, b map[string]any
		if err := errors.Join(json.Unmarshal([]byte(plain.body), &a), json.Unmarshal([]byte(explained.body), &b)); err != nil {
			t.Fatal(err)
		}
		delete(b, "explain")
		if x, y := fmt.Sprint(a), fmt.Sprint(b); x != y || strings.Contains(plain.body, "explain") {
			t.Errorf("%s is %s, explained %s", path, x, y)
		}
		want(t, ask(t, "GET", base+path+"&explain=perhaps"), 400, "explain")
		want(t, ask(t, "GET", other+path+"&explain=1"), 200, `"explain":{"query":`, `"parts":[{"name":"part"`)
	}
}

// explaining adds an explanation where it is asked for.
type explaining struct{ query.Engine }

func explanation(asked bool) *query.Explain {
	if !asked {
		return nil
	}
	return &query.Explain{Query: "{ }", Plan: []string{"scan"}, Parts: []query.ExplainPart{{Name: "head", Rows: 3}}, End: "all read"}
}

func (e explaining) Search(ctx context.Context, r query.SearchRequest) (query.SearchResult, error) {
	res, err := e.Engine.Search(ctx, r)
	res.Explain = explanation(r.Explain)
	return res, err
}

func (e explaining) TagNames(ctx context.Context, r query.TagNamesRequest) (query.TagNamesResult, error) {
	res, err := e.Engine.TagNames(ctx, r)
	res.Explain = explanation(r.Explain)
	return res, err
}

func (e explaining) TagValues(ctx context.Context, r query.TagValuesRequest) (query.TagValuesResult, error) {
	res, err := e.Engine.TagValues(ctx, r)
	res.Explain = explanation(r.Explain)
	return res, err
}

func (e explaining) Metrics(ctx context.Context, r query.MetricsRequest) (query.MetricsResult, error) {
	res, err := e.Engine.Metrics(ctx, r)
	res.Explain = explanation(r.Explain)
	return res, err
}

func TestErrorsAreTextWithTheirCode(t *testing.T) {
	f := func(err error, status int, word string) {
		t.Helper()
		g := ask(t, "GET", serve(t, failing{err: err}, api.Options{})+"/api/search?q=%7B%7D")
		if want(t, g, status, word); !strings.HasPrefix(g.header.Get("Content-Type"), "text/plain") {
			t.Errorf("type %q", g.header.Get("Content-Type"))
		}
	}
	f(query.BadRequest{Err: errors.New("1:3: what")}, 400, "1:3: what")
	f(query.TooLarge{What: "series", Bytes: 1 << 20, Hint: "group by less"}, 422, "group by less")
	f(fmt.Errorf("part: %w", query.ErrNotFound), 404, "not found")
	f(context.Canceled, 499, "")
	f(context.DeadlineExceeded, 504, "")
	f(errors.New("disk"), 500, "disk")
	g := ask(t, "GET", serve(t, engineOf(t), api.Options{})+"/api/search?q="+url.QueryEscape("{ statu = error }"))
	want(t, g, 400, "1:3", "expected", `did you mean "status"`)
}

// failing answers nothing, after waiting for its context where it has no error.
type failing struct {
	query.Engine
	err error
}

func (f failing) Search(ctx context.Context, _ query.SearchRequest) (query.SearchResult, error) {
	if f.err == nil {
		<-ctx.Done()
		return query.SearchResult{}, ctx.Err()
	}
	return query.SearchResult{}, f.err
}

func TestAQueryThatTakesTooLongIsEnded(t *testing.T) {
	var observed []string
	var mu sync.Mutex
	base := serve(t, failing{}, api.Options{Timeout: time.Millisecond, Observe: func(endpoint string, status int, _ time.Duration, _ query.Stats) {
		mu.Lock()
		defer mu.Unlock()
		observed = append(observed, fmt.Sprint(endpoint, status))
	}})
	want(t, ask(t, "GET", base+"/api/search?q=%7B%7D"), 504, "the limit of 1ms")
	mu.Lock()
	defer mu.Unlock()
	if !slices.Equal(observed, []string{"search504"}) {
		t.Errorf("observed %q", observed)
	}
}

func TestBeforeItIsReadyNothingIsAnswered(t *testing.T) {
	base := serve(t, engineOf(t), api.Options{Ready: func() bool { return false }})
	for _, path := range []string{"/ready", "/api/search", "/api/traces/1"} {
		want(t, ask(t, "GET", base+path), 503, "starting")
	}
	want(t, ask(t, "GET", base+"/api/echo"), 200, "echo")
	want(t, ask(t, "GET", base+"/status/services"), 200, "Starting")
}

func TestLongAnswersAreCompressedForWhoTakesThemSo(t *testing.T) {
	base := serve(t, engineOf(t), api.Options{Config: func() string { return strings.Repeat("key: value\n", 1000) }})
	path := base + "/status/config"
	plain := ask(t, "GET", path, "Accept-Encoding", "identity")
	want(t, plain, 200, "key: value")
	for accept, encoding := range map[string]string{"gzip": "gzip", "br, gzip;q=0.5": "gzip", "gzip;q=0": "", "identity": ""} {
		if g := ask(t, "GET", path, "Accept-Encoding", accept); g.header.Get("Content-Encoding") != encoding || encoding != "" && len(g.body) > len(plain.body)/2 {
			t.Errorf("%s: encoding %q, %d bytes of %d", accept, g.header.Get("Content-Encoding"), len(g.body), len(plain.body))
		}
	}
	if g := ask(t, "GET", base+"/api/echo", "Accept-Encoding", "gzip"); g.body != "echo" {
		t.Errorf("a short answer is %q", g.body)
	}
}

func TestPathsAreFoundBelowThePrefixAndTheQuerier(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x")}), api.Options{Prefix: "/tempo", Config: func() string { return "the: config\n" }})
	for _, path := range []string{"/tempo/api/traces/1", "/querier/tempo/api/traces/1", "/tempo/api/echo", "/tempo/api/status/buildinfo", "/ready", "/status", "/tempo/api/overrides"} {
		want(t, ask(t, "GET", base+path), 200)
	}
	want(t, ask(t, "GET", base+"/status/config"), 200, "the: config")
	want(t, ask(t, "GET", base+"/status/endpoints"), 200, "GET /tempo/api/metrics/query_range", "GET /querier/tempo/api/search")
	want(t, ask(t, "GET", base+"/status/version"), 200, "Tempo API 3")
	want(t, ask(t, "GET", base+"/api/search"), 404, "begin with /tempo/api/")
	want(t, ask(t, "GET", base+"/nosuch"), 404, "/status/endpoints")
	want(t, ask(t, "POST", base+"/api/mcp"), 404, "no MCP server")
	g := ask(t, "POST", base+"/tempo/api/search")
	if want(t, g, 405, "method not allowed"); !strings.Contains(g.header.Get("Allow"), "GET") {
		t.Errorf("Allow is %q", g.header.Get("Allow"))
	}
	want(t, ask(t, "POST", base+"/tempo/api/overrides"), 405, "values.yaml")
}

func TestTheTagOfAPathMayHoldSlashes(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x")}), api.Options{})
	for _, path := range []string{"/api/v2/search/tag/span.a/b/values", "/api/v2/search/tag/span.a%2Fb/values", "/api/search/tag/a%2Fb/values?tag=other"} {
		want(t, ask(t, "GET", base+path), 200, "slash")
	}
	want(t, ask(t, "GET", base+"/api/v2/search/tag/span.a"), 404, "/values")
}

func TestOldTagsThatAreNoAttributesHaveValues(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x")}), api.Options{})
	values := ask(t, "GET", base+"/api/search/tag/rootName/values").body
	if !strings.Contains(values, `"tagValues":["`) {
		t.Fatalf("no root has a name: %s", values)
	}
	for old, name := range map[string]string{"root.name": "rootName", "root.service.name": "rootServiceName", "status.code": "status"} {
		want(t, ask(t, "GET", base+"/api/search/tag/"+old+"/values"), 200, ask(t, "GET", base+"/api/search/tag/"+name+"/values").body)
	}
	want(t, ask(t, "GET", base+"/api/search?tags=status.code%3Dunset"), 200, `"traceID"`)
	want(t, ask(t, "GET", base+"/api/search?tags=status.code%3Derror"), 200, `"traces":[]`)
}

func TestNamesAndValuesAreAsTempos(t *testing.T) {
	s := spanOf(1, "a", "x")
	s.Attrs.PutDouble("whole", 2)
	base := serve(t, engineOf(t, []span.Span{s}), api.Options{})
	want(t, ask(t, "GET", base+"/api/v2/search/tags?scope=intrinsic"), 200, `"link:spanID","link:traceID","name"`)
	want(t, ask(t, "GET", base+"/api/v2/search/tag/span.whole/values"), 200, `{"type":"float","value":"2.0"}`)
}

func TestATagIsFoundByAPartOfItsValue(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "triton-7", "InferRequest")}), api.Options{})
	for tags, found := range map[string]string{
		"service.name=TRITON": `"traceID"`, "name=Infer service.name=7": `"traceID"`, "root.name=request": `"traceID"`,
		"service.name=envoy": `"traces":[]`, `service.name=""`: `"traces":[]`, "status=uns": `"traces":[]`,
	} {
		want(t, ask(t, "GET", base+"/api/search?tags="+url.QueryEscape(tags)), 200, found)
	}
}

func TestASpanWhoseParentIsNotStoredIsNoRoot(t *testing.T) {
	root, orphan := spanOf(1, "a", "root"), spanOf(2, "a", "orphan")
	orphan.Parent = [8]byte{9}
	base := serve(t, engineOf(t, []span.Span{root, orphan}), api.Options{})
	for q, name := range map[string]string{"{ nestedSetParent < 0 }": "root", "{ nestedSetParent = 0 }": "orphan"} {
		g := ask(t, "GET", base+"/api/search?q="+url.QueryEscape(q+" | select(name)"))
		if want(t, g, 200, `"name":"`+name+`"`); strings.Count(g.body, `"traceID"`) != 1 {
			t.Errorf("%s: %s", q, g.body)
		}
	}
}

func TestTracesComeInTheFormAskedFor(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x")}), api.Options{})
	want(t, ask(t, "GET", base+"/api/traces/1?mode=all&blockStart=00&blockEnd=ff&start=1&end=2"), 200, `{"batches":[`)
	want(t, ask(t, "GET", base+"/api/v2/traces/1"), 200, `"resourceSpans":[`)
	want(t, ask(t, "GET", base+"/api/v2/traces/9"), 200, `{"trace":{}}`)
	want(t, ask(t, "GET", base+"/api/traces/9"), 404, "not found")
	for path, words := range map[string]string{"/api/traces/1": `{"traceId":"00000000000000000000000000000001"`, "/api/v2/traces/1": `{"trace":{"traceId":"00`, "/api/v2/traces/9": `{"trace":{}}`} {
		g := ask(t, "GET", base+path, "Accept", "application/vnd.grafana.llm")
		if want(t, g, 200, words); g.header.Get("Content-Type") != "application/vnd.grafana.llm" {
			t.Errorf("type %q", g.header.Get("Content-Type"))
		}
	}
	g := ask(t, "GET", base+"/api/traces/1", "Accept", "application/protobuf")
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces([]byte(g.body))
	if err != nil || td.SpanCount() != 1 || g.header.Get("Content-Type") != "application/protobuf" {
		t.Errorf("protobuf of %d spans, %v, type %q", td.SpanCount(), err, g.header.Get("Content-Type"))
	}
}
