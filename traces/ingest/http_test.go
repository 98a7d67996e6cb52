package ingest

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/zstd"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	spb "google.golang.org/genproto/googleapis/rpc/status"
	"google.golang.org/grpc/codes"
	"google.golang.org/protobuf/proto"

	"supersonic/traces/otlp"
)

func compressed(t testing.TB, name, body string) string {
	t.Helper()
	var out bytes.Buffer
	var z io.WriteCloser
	switch name {
	case "":
		return body
	case "gzip", "GZIP":
		z = gzip.NewWriter(&out)
	case "deflate":
		z = zlib.NewWriter(&out)
	case "zstd":
		var err error
		if z, err = zstd.NewWriter(&out); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := io.WriteString(z, body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

var encodings = []string{"", "gzip", "zstd", "deflate", "GZIP"}

func readAll(t testing.TB, resp *http.Response) []byte {
	t.Helper()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

func TestHTTPTakesProtobufAndJSONInEachCompression(t *testing.T) {
	w := newWorld(t, nil)
	long := strings.Repeat("a", 200_000) // more than the first buffer
	for _, encoding := range encodings {
		for kind, body := range map[string]string{
			typeProto:                    string(encoded(t, spans(long, encoding))),
			typeJSON + "; charset=utf-8": encodedJSON(t, spans(long, encoding)),
		} {
			resp := w.post(compressed(t, encoding, body), "Content-Type: "+kind, "Content-Encoding: "+encoding)
			answer := readAll(t, resp)
			if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != strings.Split(kind, ";")[0] {
				t.Errorf("%s, %q: %s: %q", kind, encoding, resp.Status, answer)
			}
			if want := map[bool]string{true: "{}", false: ""}[strings.HasPrefix(kind, typeJSON)]; string(answer) != want {
				t.Errorf("%s: %q", kind, answer)
			}
		}
	}
	w.want(map[string]int{"received": 20, "kept": 20})
}

func TestTheTypeOfAnExportIsReadWhateverItsCaseAndParameters(t *testing.T) {
	w := newWorld(t, nil)
	for kind, body := range map[string]string{typeProto: string(encoded(t, spans("a"))), typeJSON: encodedJSON(t, spans("a"))} {
		for _, written := range []string{strings.ToUpper(kind), kind + ";charset=UTF-8", " " + kind + " ; a=\"b\"; c=d", kind + "; charset"} {
			if resp := w.post(body, "Content-Type: "+written); resp.StatusCode != 200 || resp.Header.Get("Content-Type") != kind {
				t.Errorf("%q: %s, %s", written, resp.Status, resp.Header.Get("Content-Type"))
			}
		}
	}
	w.want(map[string]int{"received": 8, "kept": 8})
}

func TestPartialSuccessByHTTP(t *testing.T) {
	w := newWorld(t, nil)
	td := spans("a")
	td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).SetTraceID([16]byte{})
	const why = "spans left out: 1 without a trace id of 16 bytes"
	resp := ptraceotlp.NewExportResponse()
	if err := resp.UnmarshalProto(readAll(t, w.post(string(encoded(t, td)), "Content-Type: "+typeProto))); err != nil {
		t.Fatal(err)
	}
	if p := resp.PartialSuccess(); p.RejectedSpans() != 1 || p.ErrorMessage() != why {
		t.Errorf("%d: %s", p.RejectedSpans(), p.ErrorMessage())
	}
	text := readAll(t, w.post(encodedJSON(t, td), "Content-Type: "+typeJSON))
	if want := `{"partialSuccess":{"rejectedSpans":"1","errorMessage":"` + why + `"}}`; string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	if w.exports != 0 {
		t.Error("an export without spans to keep came to the store")
	}
}

func TestErrorsByHTTPAreAStatus(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.ExportBytes = 1 << 20 })
	zeros := strings.Repeat("\x00", 2<<20)
	for _, c := range []struct {
		name, body, encoding string
		status               int
		text                 string
	}{
		{"no export", "no export", "", 400, "not an OTLP trace export"},
		{"no gzip", "no gzip", "gzip", 400, "gzip"},
		{"gzip that ends", compressed(t, "gzip", zeros)[:1000], "gzip", 400, "unexpected EOF"},
		{"no zstd", "no zstd", "zstd", 400, "not an OTLP"},
		{"other compression", "", "br", 415, `"br"`},
		{"too large", zeros, "", 413, "at most 1048576 bytes"},
		{"too large in gzip", compressed(t, "gzip", zeros), "gzip", 413, "at most 1048576 bytes"},
		{"too large in zstd", compressed(t, "zstd", zeros), "zstd", 413, "at most 1048576 bytes"},
		{"too large in deflate", compressed(t, "deflate", zeros), "deflate", 413, "at most 1048576 bytes"},
	} {
		resp := w.post(c.body, "Content-Type: "+typeProto, "Content-Encoding: "+c.encoding)
		var st spb.Status
		err := proto.Unmarshal(readAll(t, resp), &st)
		if err != nil || resp.StatusCode != c.status || !strings.Contains(st.Message, c.text) || st.Code == 0 || resp.Header.Get("Retry-After") != "" {
			t.Errorf("%s: %s, %v, %v", c.name, resp.Status, &st, err)
		}
		resp = w.post(c.body, "Content-Type: "+typeJSON, "Content-Encoding: "+c.encoding)
		var js struct {
			Code    codes.Code
			Message string
		}
		if err := json.Unmarshal(readAll(t, resp), &js); err != nil || resp.StatusCode != c.status || js.Code == 0 {
			t.Errorf("%s: %s, %v, %v", c.name, resp.Status, js, err)
		}
	}
	w.want(map[string]int{"export malformed": 8, "export too_large": 8, "export unsupported": 2})
}

func TestABodyOfUnknownLengthIsBounded(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.ExportBytes = 1 << 20 })
	endless := io.MultiReader(strings.NewReader(strings.Repeat("x", 10<<20)))
	resp, err := http.Post(w.http.URL+"/v1/traces", typeProto, endless)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != 413 {
		t.Error(resp.Status)
	}
}

func TestOtherRequestsAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	if resp := w.post("x", "Content-Type: text/plain"); resp.StatusCode != 415 {
		t.Error(resp.Status)
	}
	if resp := w.post("x"); resp.StatusCode != 415 {
		t.Error(resp.Status)
	}
	for path, want := range map[string]int{"/v1/traces": 405, "/v1/logs": 404} {
		resp, err := http.Get(w.http.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("GET %s: %s", path, resp.Status)
		}
	}
}

func TestAStoreThatCannotWriteByHTTP(t *testing.T) {
	for err, want := range map[error]int{syscall.ENOSPC: 429, syscall.EIO: 503} {
		w := newWorld(t, nil)
		w.before = func(*otlp.Batch) error { return fmt.Errorf("write: %w", err) }
		resp := w.post(string(encoded(t, spans("a"))), "Content-Type: "+typeProto)
		if resp.StatusCode != want || resp.Header.Get("Retry-After") != "1" {
			t.Errorf("%v: %s %v", err, resp.Status, resp.Header)
		}
	}
}

func TestBracketsThatNeverCloseAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	for name, body := range map[string]string{
		"brackets": strings.Repeat("[", 1_000_000),
		"unknown":  `{"other":` + strings.Repeat(`{"a":`, 1_000_000),
		"an id":    `{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0`,
		"a string": `{"resourceSpans":[{"scopeSpans":[{"spans":[{"spanId":"\`,
		"twice":    `{"resourceSpans":[]} {"resourceSpans":[]}`,
		"behind":   `{"resourceSpans":[]}x`,
	} {
		if resp := w.post(body, "Content-Type: "+typeJSON); resp.StatusCode != 400 {
			t.Errorf("%s: %s", name, resp.Status)
		}
	}
	w.want(map[string]int{"export malformed": 6})
}

func TestOneBadSpanInJSONIsLeftOutAndTheRestKept(t *testing.T) {
	w := newWorld(t, nil)
	span := func(name, trace, id, more string) string {
		return `{"name":"` + name + `","traceId":` + trace + `, "spanId" : ` + id + more + `}`
	}
	const trace, id = `"0123456789ABCDEF0123456789abcdef"`, `"0123456789abcdef"`
	deep := func(levels int, open, end string) string {
		return `,"attributes":[{"key":"k","value":` + strings.Repeat(open, levels) + `{"stringValue":"]}\"["}` + strings.Repeat(end, levels) + `}]`
	}
	lists, maps := [2]string{`{"arrayValue":{"values":[`, `]}}`}, [2]string{`{"kvlistValue":{"values":[{"key":"in","value":`, `}]}}`}
	body := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + strings.Join([]string{
		span("a", trace, id, ""),
		span("short", `"0123"`, id, ""), span("long", `"`+strings.Repeat("0", 33)+`"`, id, ""), span("base64", `"ASNFZ4mrze8BI0VniavN7w=="`, id, ""),
		span("no hex", `"0123456789ABCDEF0123456789abcdeg"`, id, ""), span("null", "null", id, ""),
		span("short span", trace, `"0123456789abcde"`, ""), span("no span", trace, `""`, ""),
		span("b", trace, id, `,"parentSpanId":"12"`), span("c", trace, id, `,"links":[{"traceId":"12","spanId":"1234"}]`),
		span("d", trace, id, deep(63, lists[0], lists[1])), span("e", trace, id, deep(64, lists[0], lists[1])),
		span("f", trace, id, deep(64, maps[0], maps[1])), span("g", trace, id, deep(200_000, maps[0], maps[1])),
		span("i", trace, id, `,"kind":null,"startTimeUnixNano" : null,"end_time_unix_nano":null,"flags":null,"status":{"code":null},"events":[{"timeUnixNano":null,"droppedAttributesCount":null}]`),
		span("h", trace, id, `,"attributes":[{"key":"traceId","value":{"stringValue":"traceId"}}],"other":{"spanId":[1],"traceId":{}}`),
	}, ",") + `]}]}],"other":` + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + "}\r\n"
	text := readAll(t, w.post(body, "Content-Type: "+typeJSON))
	const want = `{"partialSuccess":{"rejectedSpans":"7","errorMessage":"spans left out: 5 without a trace id of 16 bytes, 2 without a span id of 8 bytes; ` +
		`spans kept, but cut by limits: 3 with attributes_cut"}}`
	if string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
	if kept := w.kept(); kept != "a b c d e f g h i" {
		t.Error(kept)
	}
	w.want(map[string]int{"received": 16, "kept": 9, "refused no_trace_id": 5, "refused no_span_id": 2, "mark attributes_cut": 3})
}

func TestASpanWithAValueThatItsFieldCannotHaveCostsOnlyItself(t *testing.T) {
	w := newWorld(t, nil)
	span := func(name, more string) string {
		return `{"name":"` + name + `","traceId":"0123456789abcdef0123456789abcdef","spanId":"0123456789abcdef"` + more + `}`
	}
	body := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + strings.Join([]string{
		span("a", `,"kind":"SPAN_KIND_SERVER","status":{"code":"STATUS_CODE_ERROR"}`), span("b", `,"startTimeUnixNano":1.5e18,"endTimeUnixNano":"1.5e18","attributes":[{"key":"n","value":{"intValue":5.0}}]`),
		span("kind", `,"kind":"SPAN_KIND_OTHER"`), span("code", `,"status":{"code":"ERROR"}`), span("range", `,"droppedEventsCount":4294967296`),
		span("fraction", `,"attributes":[{"key":"n","value":{"intValue":5.5}}]`), span("list", `,"events":{"name":"e"}`), `{"traceId":""}`,
		span("c", `,"other":{"kind":"OTHER"}`),
	}, ",") + `]}]}]}`
	var answer struct {
		PartialSuccess struct{ RejectedSpans, ErrorMessage string }
	}
	if err := json.Unmarshal(readAll(t, w.post(body, "Content-Type: "+typeJSON)), &answer); err != nil {
		t.Fatal(err)
	}
	why := answer.PartialSuccess.ErrorMessage
	if answer.PartialSuccess.RejectedSpans != "6" || !strings.Contains(why, "1 without a trace id of 16 bytes, 5 with a value that its field cannot have (the first: ReadEnumValue: unknown string value") {
		t.Errorf("%+v", answer)
	}
	if kept := w.kept(); kept != "a b c" {
		t.Error(kept)
	}
	w.want(map[string]int{"received": 9, "kept": 3, "refused no_trace_id": 1, "refused malformed": 5})
}

func TestAResourceOrScopeWithABadValueCostsItsSpansOnly(t *testing.T) {
	w := newWorld(t, nil)
	spans := func(names ...string) string {
		var list []string
		for _, name := range names {
			list = append(list, `{"name":"`+name+`","traceId":"0123456789abcdef0123456789abcdef","spanId":"0123456789abcdef"}`)
		}
		return `"spans":[` + strings.Join(list, ",") + `]`
	}
	const badKind, bad = `{"kind":"OTHER"}`, `"attributes":[{"key":"n","value":{"intValue":5.5}}]`
	body := `{"resourceSpans":[
		{"resource":{` + bad + `},"scopeSpans":[{` + spans("1", "2") + `},{"spans":[` + badKind + `,{}]}]},
		{"resource":{"attributes":[]},"scopeSpans":[{` + spans("a") + `},{"scope":{` + bad + `},` + spans("3") + `},{` + spans("b", "c") + `}]},
		{"scope_spans":[{` + spans("d") + `}],"resource":{"droppedAttributesCount":"many"}},
		{"scopeSpans":[{"scope":{` + bad + `}, "spans":[]}]},
		{"resource":{},"scopeSpans":[{` + spans("e") + `}]}]}`
	resp := w.post(body, "Content-Type: "+typeJSON)
	if text := string(readAll(t, resp)); resp.StatusCode != http.StatusBadRequest || !strings.Contains(text, "5.5") {
		t.Errorf("a bad scope without spans: %s %s", resp.Status, text)
	}
	body = strings.Replace(body, `{"scopeSpans":[{"scope":{`+bad+`}, "spans":[]}]},`, "", 1)
	var answer struct {
		PartialSuccess struct{ RejectedSpans, ErrorMessage string }
	}
	if err := json.Unmarshal(readAll(t, w.post(body, "Content-Type: "+typeJSON)), &answer); err != nil {
		t.Fatal(err)
	}
	if why := answer.PartialSuccess.ErrorMessage; answer.PartialSuccess.RejectedSpans != "6" || !strings.Contains(why, "1 without a trace id of 16 bytes, 5 with a value that its field cannot have") {
		t.Errorf("%+v", answer)
	}
	if kept := w.kept(); kept != "a b c e" {
		t.Error(kept)
	}
	w.want(map[string]int{"received": 10, "kept": 4, "refused no_trace_id": 1, "refused malformed": 5, "export malformed": 1})
}

func TestJSONThatBlowsUpInMemoryIsRefused(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits = Limits{ExportBytes: 8 << 20, InFlightBytes: 64 << 20} })
	body := `{"resourceSpans":[{"scopeSpans":[{"spans":[` + strings.Repeat("{},", 2_000_000) + `{}]}]}]}`
	if resp := w.post(body, "Content-Type: "+typeJSON); resp.StatusCode != 413 {
		t.Error(resp.Status)
	}
	w.want(map[string]int{"export too_large": 1})
}

func TestASenderThatLeavesWithinItsBody(t *testing.T) {
	w := newWorld(t, nil)
	conn, err := net.Dial("tcp", w.http.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(conn, "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 100000\r\n\r\nsome", typeProto)
	eventually(t, "the body is being read", func() bool { return w.r.InFlight() > 0 })
	conn.Close()
	eventually(t, "it is given up", func() bool { return w.r.InFlight() == 0 })
	w.want(map[string]int{"export gone": 1})
}

func TestSendersThatSendNothingLeaveRoomForOthers(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits = Limits{ExportBytes: 8 << 20, InFlightBytes: 16 << 20} })
	const senders = 100
	for range senders {
		conn, err := net.Dial("tcp", w.http.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		fmt.Fprintf(conn, "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 8000000\r\n\r\n", typeProto)
	}
	eventually(t, "all bodies are waited for", func() bool { return w.r.InFlight() >= senders*firstBuffer })
	body := encoded(t, spans("a", strings.Repeat("b", 3<<20))) // the buffer grows three times
	if resp := w.post(string(body), "Content-Type: "+typeProto); resp.StatusCode != 200 {
		t.Error(resp.Status)
	}
}

func TestASenderThatLeavesWhileItsSpansAreStored(t *testing.T) {
	w := newWorld(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	req := httptest.NewRequestWithContext(ctx, http.MethodPost, "/v1/traces", bytes.NewReader(encoded(t, spans("a"))))
	req.Header.Set("Content-Type", typeProto)
	w.before = func(*otlp.Batch) error { cancel(); return nil }
	answer := httptest.NewRecorder()
	w.r.Handler().ServeHTTP(answer, req)
	if answer.Code != 503 || w.kept() != "a" || len(w.consumed) != 0 {
		t.Errorf("%d, kept %q, consumed %q", answer.Code, w.kept(), w.consumed)
	}
}

func TestErrorsThatNobodyKnowsAreNotSentAgain(t *testing.T) {
	if v := fate(errors.New("?")); v.again || v.code != codes.Internal || v.status != 500 {
		t.Error(v)
	}
}

// pipes is a listener of connections in memory.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if c, ok := <-p; ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p pipes) Close() error   { close(p); return nil }
func (p pipes) Addr() net.Addr { return &net.UnixAddr{Name: "memory"} }

func TestASenderThatFallsSilentWithinItsBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var reasons []string
		r := New(Options{Store: nowhere{}, Events: Events{RefusedExport: func(reason string) { reasons = append(reasons, reason) }}})
		l, s := make(pipes, 1), &http.Server{Handler: r.Handler()}
		go s.Serve(l)
		client, server := net.Pipe()
		l <- server
		begun := time.Now()
		fmt.Fprintf(client, "POST /v1/traces HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\n", typeProto)
		for range 3 { // slow, but it does come
			<-time.After(readTime - time.Second)
			io.WriteString(client, "x")
		}
		resp, err := http.ReadResponse(bufio.NewReader(client), nil)
		if err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); resp.StatusCode != 503 || took != 4*readTime-3*time.Second {
			t.Errorf("%s after %s", resp.Status, took)
		}
		client.Close()
		s.Close()
		synctest.Wait()
		if len(reasons) != 1 || reasons[0] != ReasonGone || r.InFlight() != 0 {
			t.Errorf("counted %q, %d bytes in flight", reasons, r.InFlight())
		}
	})
}
