package storetest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
)

// Run holds target against the contract.
func Run(t *testing.T, target Target) {
	for name, test := range map[string]func(*testing.T, *Client){
		"an acknowledged trace is found by id":                    foundByID,
		"an acknowledged trace is found by search":                foundBySearch,
		"a trace that came in pieces is one":                      pieces,
		"every way in stores the same":                            waysIn,
		"spans without ids are left out and counted":              partialSuccess,
		"an absent trace is 404 in v1 and empty in v2":            absent,
		"a trace without its root says so":                        noRoot,
		"wrong questions are 400 with a reason":                   wrongQuestions,
		"tags and values are listed":                              tagsAndValues,
		"answers are newest first and cut at the limit":           newestFirst,
		"series count what is acknowledged, once":                 series,
		"what is no export is refused":                            malformed,
		"the pages around the API answer":                         pages,
		"trace state, flags, links and arrays come back as given": wholeSpan,
	} {
		t.Run(name, func(t *testing.T) { test(t, NewClient(t, target)) })
	}
}

// Trace makes a trace of one service: a root and n-1 children, each 1 ms after
// and shorter than the one before. tag is an attribute to find it by.
func Trace(id pcommon.TraceID, tag string, n int, start time.Time) ptrace.Traces {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "storetest")
	ss := rs.ScopeSpans().AppendEmpty()
	ss.Scope().SetName("storetest")
	for i := range n {
		s := ss.Spans().AppendEmpty()
		s.SetTraceID(id)
		s.SetSpanID(spanID(i))
		if i > 0 {
			s.SetParentSpanID(spanID(i - 1))
		}
		s.SetName(fmt.Sprintf("step %d", i))
		s.SetKind(ptrace.SpanKindServer)
		s.SetStartTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(i) * time.Millisecond)))
		s.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(2*n-i) * time.Millisecond)))
		s.Attributes().PutStr("storetest.tag", tag)
		s.Attributes().PutInt("storetest.step", int64(i))
	}
	return td
}

func spanID(i int) pcommon.SpanID {
	var id pcommon.SpanID
	binary.BigEndian.PutUint64(id[:], uint64(i+1))
	return id
}

// NewID makes a random trace id.
func NewID() pcommon.TraceID {
	var id pcommon.TraceID
	binary.BigEndian.PutUint64(id[:8], rand.Uint64())
	binary.BigEndian.PutUint64(id[8:], rand.Uint64()|1)
	return id
}

func newTag() string { return fmt.Sprintf("tag-%x", rand.Uint64()) }

func single(td ptrace.Traces) ptrace.Span {
	return td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
}

// spansOf reads a trace back by id, as protobuf.
func (c *Client) spansOf(id pcommon.TraceID) (ptrace.Traces, error) {
	status, _, body := c.Get("/api/traces/"+hex.EncodeToString(id[:]), "application/protobuf")
	if status != http.StatusOK {
		return ptrace.Traces{}, fmt.Errorf("%d %s", status, body)
	}
	return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
}

func (c *Client) wantSpans(id pcommon.TraceID, n int) ptrace.Traces {
	c.t.Helper()
	var td ptrace.Traces
	c.eventually("trace by id", func() error {
		var err error
		if td, err = c.spansOf(id); err == nil && td.SpanCount() != n {
			err = fmt.Errorf("%d spans, want %d", td.SpanCount(), n)
		}
		return err
	})
	return td
}

func (c *Client) search(params string) Answer {
	c.t.Helper()
	var a Answer
	c.GetJSON("/api/search?"+params, &a)
	return a
}

func (c *Client) wantFound(id pcommon.TraceID, params string) {
	c.t.Helper()
	c.eventually("search "+params, func() error {
		if got, want := c.search(params).IDs(), []string{hex.EncodeToString(id[:])}; !slices.Equal(got, want) {
			return fmt.Errorf("got %q, want %q", got, want)
		}
		return nil
	})
}

func foundByID(t *testing.T, c *Client) {
	id := NewID()
	c.MustExport(Trace(id, newTag(), 3, time.Now()))
	c.wantSpans(id, 3)
	var v1 struct {
		Batches []struct {
			ScopeSpans []struct {
				Spans []struct {
					TraceID, SpanID, Name, Kind string
					Start                       string `json:"startTimeUnixNano"`
				}
			}
		}
	}
	c.GetJSON("/api/traces/"+hex.EncodeToString(id[:]), &v1)
	first := v1.Batches[0].ScopeSpans[0].Spans[0]
	if want := base64.StdEncoding.EncodeToString(id[:]); first.TraceID != want || first.Kind != "SPAN_KIND_SERVER" {
		t.Errorf("first span is %+v, want trace id %s and kind by name", first, want)
	}
	var v2 struct {
		Trace struct {
			ResourceSpans []json.RawMessage `json:"resourceSpans"`
		}
	}
	c.GetJSON("/api/v2/traces/"+hex.EncodeToString(id[:]), &v2)
	if len(v2.Trace.ResourceSpans) != 1 {
		t.Errorf("v2 has %d resources, want 1", len(v2.Trace.ResourceSpans))
	}
}

func foundBySearch(_ *testing.T, c *Client) {
	id, tag := NewID(), newTag()
	c.MustExport(Trace(id, tag, 3, time.Now()))
	c.wantFound(id, "q="+url.QueryEscape(fmt.Sprintf(`{ span.storetest.tag = %q }`, tag)))
	c.wantFound(id, "tags="+url.QueryEscape("storetest.tag="+tag+" service.name=storetest"))
	c.wantFound(id, "tags="+url.QueryEscape("storetest.tag="+tag[1:]+" service.name=store"))
	c.wantFound(id, "minDuration=6ms&maxDuration=6ms&tags="+url.QueryEscape("storetest.tag="+tag))
}

func pieces(t *testing.T, c *Client) {
	id, tag, start := NewID(), newTag(), time.Now()
	whole := Trace(id, tag, 4, start)
	for i := range 4 {
		piece := ptrace.NewTraces()
		whole.CopyTo(piece)
		piece.ResourceSpans().At(0).ScopeSpans().At(0).Spans().RemoveIf(func(s ptrace.Span) bool { return s.SpanID() != spanID(i) })
		c.MustExport(piece)
		c.MustExport(piece) // a retry is not a second span
	}
	c.wantSpans(id, 4)
	q := url.QueryEscape(fmt.Sprintf(`{ name = "step 0" && span.storetest.tag = %q } >> { name = "step 3" }`, tag))
	c.wantFound(id, "q="+q)
	if got := c.search("q=" + q).Traces[0]; got.RootName != "step 0" || got.Services["storetest"].Spans != 4 {
		t.Errorf("the trace is %+v, want root step 0 and 4 spans", got)
	}
}

func waysIn(t *testing.T, c *Client) {
	for _, zip := range []bool{false, true} {
		id := NewID()
		if _, err := c.ExportGRPC(Trace(id, newTag(), 2, time.Now()), zip); err != nil {
			t.Fatal(err)
		}
		c.wantSpans(id, 2)
		for kind, marshal := range map[string]func(ptrace.Traces) ([]byte, error){
			"application/x-protobuf": (&ptrace.ProtoMarshaler{}).MarshalTraces,
			"application/json":       (&ptrace.JSONMarshaler{}).MarshalTraces,
		} {
			id := NewID()
			body, err := marshal(Trace(id, newTag(), 2, time.Now()))
			if err != nil {
				t.Fatal(err)
			}
			if status, _, answer := c.ExportHTTP(kind, body, zip); status != http.StatusOK {
				t.Fatalf("%s: %d %s", kind, status, answer)
			}
			c.wantSpans(id, 2)
		}
	}
}

func partialSuccess(t *testing.T, c *Client) {
	id := NewID()
	td := Trace(id, newTag(), 3, time.Now())
	td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(1).SetTraceID(pcommon.TraceID{})
	td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(2).SetSpanID(pcommon.SpanID{})
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	status, _, answer := c.ExportHTTP("application/x-protobuf", body, false)
	resp := ptraceotlp.NewExportResponse()
	if err := resp.UnmarshalProto(answer); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s %v", status, answer, err)
	}
	if n := resp.PartialSuccess().RejectedSpans(); n != 2 || resp.PartialSuccess().ErrorMessage() == "" {
		t.Errorf("%d spans rejected, %q; want 2 and a reason", n, resp.PartialSuccess().ErrorMessage())
	}
	c.wantSpans(id, 1)
}

func absent(t *testing.T, c *Client) {
	id := NewID()
	if status, _, _ := c.Get("/api/traces/"+hex.EncodeToString(id[:]), ""); status != http.StatusNotFound {
		t.Errorf("v1: %d, want 404", status)
	}
	status, _, body := c.Get("/api/v2/traces/"+hex.EncodeToString(id[:]), "")
	if status != http.StatusOK || strings.TrimSpace(string(body)) != `{"trace":{}}` {
		t.Errorf("v2: %d %s, want 200 and an empty trace", status, body)
	}
}

func noRoot(t *testing.T, c *Client) {
	id, tag := pcommon.TraceID{}, newTag()
	short := NewID()
	copy(id[8:], short[8:]) // an id of 64 bits, as Zipkin makes them
	td := Trace(id, tag, 1, time.Now())
	single(td).SetParentSpanID(spanID(77))
	c.MustExport(td)
	q := "q=" + url.QueryEscape(fmt.Sprintf(`{ .storetest.tag = %q }`, tag))
	c.wantFound(id, q)
	hit := c.search(q).Traces[0]
	if hit.RootService != "<root span not yet received>" {
		t.Errorf("root service is %q", hit.RootService)
	}
	if want := strings.TrimLeft(hex.EncodeToString(id[8:]), "0"); hit.TraceID != want {
		t.Errorf("trace id is %q, want %q", hit.TraceID, want)
	}
	if status, _, body := c.Get("/api/traces/"+hit.TraceID, ""); status != http.StatusOK {
		t.Errorf("by the short id: %d %s", status, body)
	}
}

func wrongQuestions(t *testing.T, c *Client) {
	for _, path := range []string{
		"/api/traces/nothex", "/api/traces/" + strings.Repeat("a", 33),
		"/api/search?limit=-1", "/api/search?limit=x", "/api/search?start=20&end=10", "/api/search?minDuration=fast",
		"/api/search?q=" + url.QueryEscape("{ name = }"), "/api/v2/search/tags?scope=nosuch", "/api/v2/search/tag/unscoped/values",
		"/api/metrics/query_range?q=%7B%7D", "/api/metrics/query?q=" + url.QueryEscape("{} | rat()"), "/api/metrics/query_range?step=-1&q=" + url.QueryEscape("{} | rate()"),
		"/api/metrics/query_range?start=20&end=10&q=" + url.QueryEscape("{} | rate()"),
	} {
		if status, _, body := c.Get(path, ""); status != http.StatusBadRequest || len(body) == 0 {
			t.Errorf("%s: %d %q, want 400 and a reason", path, status, body)
		}
	}
}

func tagsAndValues(t *testing.T, c *Client) {
	id, tag := NewID(), newTag()
	c.MustExport(Trace(id, tag, 2, time.Now()))
	c.eventually("values", func() error {
		var v struct {
			TagValues []struct{ Type, Value string }
		}
		c.GetJSON("/api/v2/search/tag/span.storetest.step/values?q="+url.QueryEscape(fmt.Sprintf(`{ span.storetest.tag = %q }`, tag)), &v)
		if diff := cmp.Diff([]struct{ Type, Value string }{{"int", "0"}, {"int", "1"}}, v.TagValues); diff != "" {
			return fmt.Errorf("values differ (-want +got):\n%s", diff)
		}
		var old struct{ TagValues []string }
		c.GetJSON("/api/search/tag/storetest.tag/values", &old)
		if !slices.Contains(old.TagValues, tag) {
			return fmt.Errorf("v1 values lack %s", tag)
		}
		var names struct {
			Scopes []struct {
				Name string
				Tags []string
			}
		}
		c.GetJSON("/api/v2/search/tags", &names)
		for _, s := range names.Scopes {
			if s.Name == "span" && slices.Contains(s.Tags, "storetest.step") {
				return nil
			}
		}
		return fmt.Errorf("scope span lacks storetest.step: %+v", names)
	})
}

func newestFirst(t *testing.T, c *Client) {
	tag, now := newTag(), time.Now()
	var want []string
	for i := range 30 {
		id := NewID()
		// Newest in the middle of the arrivals, so that order is not arrival's.
		start := now.Add(-time.Duration((i*7)%30) * time.Second)
		c.MustExport(Trace(id, tag, 1, start))
		want = append(want, fmt.Sprintf("%02d %s", (i*7)%30, hex.EncodeToString(id[:])))
	}
	slices.Sort(want)
	for i := range want {
		want[i] = want[i][3:]
	}
	q := "q=" + url.QueryEscape(fmt.Sprintf(`{ .storetest.tag = %q }`, tag))
	c.eventually("newest first", func() error {
		if diff := cmp.Diff(want[:20], c.search(q).IDs()); diff != "" {
			return fmt.Errorf("default limit (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(want[:5], c.search(q+"&limit=5").IDs()); diff != "" {
			return fmt.Errorf("limit 5 (-want +got):\n%s", diff)
		}
		in := c.search(fmt.Sprintf("%s&start=%d&end=%d", q, now.Unix()-12, now.Unix()-10)).IDs()
		if len(in) < 2 || len(in) > 4 {
			return fmt.Errorf("a range of two seconds holds %d traces", len(in))
		}
		return nil
	})
}

func series(_ *testing.T, c *Client) {
	id, tag, now := NewID(), newTag(), time.Now()
	for range 2 {
		c.MustExport(Trace(id, tag, 3, now))
	}
	over := fmt.Sprintf("start=%d&end=%d&q=%s", now.Unix()-60, now.Unix()+60, url.QueryEscape(fmt.Sprintf(`{ span.storetest.tag = %q } | count_over_time() by (name)`, tag)))
	want := points{`{"name":"step 0"}`: {dataEnd: 1}, `{"name":"step 1"}`: {dataEnd: 1}, `{"name":"step 2"}`: {dataEnd: 1}}
	c.eventually("series", func() error {
		if diff := cmp.Diff(want, c.points("I", over)); diff != "" {
			return fmt.Errorf("instant (-want +got):\n%s", diff)
		}
		total := 0.0
		for _, byTime := range c.points("M", over) {
			for _, v := range byTime {
				total += v
			}
		}
		if total != 3 {
			return fmt.Errorf("a range counts %g spans, want 3", total)
		}
		return nil
	})
}

func malformed(t *testing.T, c *Client) {
	for kind, body := range map[string]string{"application/x-protobuf": "\xff\xff\xff", "application/json": `{"resourceSpans": 3`} {
		if status, _, _ := c.ExportHTTP(kind, []byte(body), false); status != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", kind, status)
		}
	}
	if status, _, _ := c.ExportHTTP("text/plain", []byte("x"), false); status != http.StatusUnsupportedMediaType {
		t.Errorf("text/plain: %d, want 415", status)
	}
}

func pages(t *testing.T, c *Client) {
	for path, want := range map[string]string{"/api/echo": "echo", "/ready": "ready", "/api/status/buildinfo": "version", "/metrics": "# HELP"} {
		if status, _, body := c.Get(path, ""); status != http.StatusOK || !strings.Contains(string(body), want) {
			t.Errorf("%s: %d %.100s, want %q", path, status, body, want)
		}
	}
}

// byKey sorts the attributes of spans: their order is no store's promise.
func byKey(td ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				sorted := pcommon.NewMap()
				for _, key := range slices.Sorted(maps.Keys(s.Attributes().AsRaw())) {
					v, _ := s.Attributes().Get(key)
					v.CopyTo(sorted.PutEmpty(key))
				}
				sorted.CopyTo(s.Attributes())
			}
		}
	}
}

func wholeSpan(t *testing.T, c *Client) {
	id := NewID()
	td := Trace(id, newTag(), 1, time.Now())
	s := single(td)
	s.TraceState().FromRaw("ot=th:fd70a3d70a3d7,vendor=x")
	s.SetFlags(0x301)
	s.Status().SetCode(ptrace.StatusCodeError)
	s.Status().SetMessage("failed")
	list := s.Attributes().PutEmptySlice("list")
	list.AppendEmpty().SetInt(1)
	list.AppendEmpty().SetStr("two")
	e := s.Events().AppendEmpty()
	e.SetName("event")
	e.SetTimestamp(s.StartTimestamp() - 5) // before its span, as Triton's WAITREAD is
	e.Attributes().PutDouble("ratio", 0.5)
	l := s.Links().AppendEmpty()
	l.SetTraceID(NewID())
	l.SetSpanID(spanID(9))
	l.Attributes().PutBool("yes", true)
	c.MustExport(td)
	got, want := c.wantSpans(id, 1), td
	byKey(want)
	byKey(got)
	asJSON := func(td ptrace.Traces) string {
		b, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	if diff := cmp.Diff(asJSON(want), asJSON(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
