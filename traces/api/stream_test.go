package api_test

import (
	"context"
	"io"
	"log"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/traces/api"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// tree is a protobuf message read without its definition: the values of each
// field, numbers as uint64, the rest as string.
type tree map[protowire.Number][]any

func read(t testing.TB, b []byte) tree {
	t.Helper()
	out := tree{}
	for len(b) > 0 {
		n, kind, size := protowire.ConsumeTag(b)
		if size < 0 {
			t.Fatalf("no protobuf: %v", protowire.ParseError(size))
		}
		b = b[size:]
		var v any
		switch kind {
		case protowire.VarintType:
			v, size = protowire.ConsumeVarint(b)
		case protowire.Fixed64Type:
			v, size = protowire.ConsumeFixed64(b)
		default:
			v, size = protowire.ConsumeString(b)
		}
		if size < 0 {
			t.Fatalf("no protobuf: %v", protowire.ParseError(size))
		}
		out[n] = append(out[n], v)
		b = b[size:]
	}
	return out
}

// at follows the first values of fields down.
func (m tree) at(t testing.TB, path ...protowire.Number) any {
	t.Helper()
	for i, n := range path {
		if len(m[n]) == 0 {
			t.Fatalf("no field %v in %v", path[:i+1], m)
		}
		if i == len(path)-1 {
			return m[n][0]
		}
		m = read(t, []byte(m[n][0].(string)))
	}
	return nil
}

// attributes reads a list of OTLP attributes, one KeyValue after the other.
func attributes(t testing.TB, list []any) map[string]any {
	t.Helper()
	var resource []byte
	for _, kv := range list {
		resource = protowire.AppendString(protowire.AppendTag(resource, 1, protowire.BytesType), kv.(string))
	}
	wrap := func(b []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), b)
	}
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(wrap(wrap(resource)))
	if err != nil {
		t.Fatal(err)
	}
	return td.ResourceSpans().At(0).Resource().Attributes().AsRaw()
}

func TestAnswersComeAsProtobufToo(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x")}), api.Options{})
	get := func(path string) tree {
		t.Helper()
		g := ask(t, "GET", base+path, "Accept", "application/protobuf")
		if want(t, g, 200); g.header.Get("Content-Type") != "application/protobuf" {
			t.Errorf("type %q", g.header.Get("Content-Type"))
		}
		return read(t, []byte(g.body))
	}
	checkSearch(t, get("/api/search?q="+url.QueryEscape("{} | select(span.n)")))
	if m := get("/api/search/tags?scope=span"); len(m[1]) != 2 || m.at(t, 1) != "a/b" {
		t.Errorf("names %v", m[1])
	}
	if m := get("/api/v2/search/tags?scope=resource"); m.at(t, 1, 1) != "resource" || m.at(t, 1, 2) != "service.name" {
		t.Errorf("scopes %v", m)
	}
	if m := get("/api/search/tag/name/values"); m.at(t, 1) != "x" {
		t.Errorf("values %v", m)
	}
	if m := get("/api/v2/search/tag/span.n/values"); m.at(t, 1, 1) != "int" || m.at(t, 1, 2) != "1" {
		t.Errorf("typed values %v", m)
	}
	checkRange(t, get("/api/metrics/query_range?step=3600&"+hour+"&q="+url.QueryEscape("{} | count_over_time() by (span.n)")))
	m := get("/api/metrics/query?" + hour + "&q=" + url.QueryEscape("{} | count_over_time() by (span.n)"))
	if m.at(t, 1, 2) != uint64(0x3ff0000000000000) {
		t.Errorf("instant value %v", m.at(t, 1, 2))
	}
}

// checkSearch looks at the answer that holds spanOf(1, "a", "x").
func checkSearch(t *testing.T, m tree) {
	t.Helper()
	if m.at(t, 1, 1) != "1" || m.at(t, 1, 2) != "a" || m.at(t, 1, 3) != "x" || m.at(t, 1, 4) != uint64(at*1e9+1e9) || m.at(t, 1, 5) != uint64(1000) {
		t.Errorf("trace %q", m[1])
	}
	if m.at(t, 1, 8, 1) != "a" || m.at(t, 1, 8, 2, 1) != uint64(1) || m.at(t, 1, 7, 2) != uint64(1) || m.at(t, 1, 7, 1, 1) != "6100000000000001" {
		t.Errorf("trace %q", m[1])
	}
	set := read(t, []byte(read(t, []byte(m.at(t, 1, 7).(string))).at(t, 1).(string)))
	if a := attributes(t, set[5]); a["span.n"] != int64(1) && a["n"] != int64(1) {
		t.Errorf("attributes %v", a)
	}
}

func checkRange(t *testing.T, m tree) {
	t.Helper()
	series := read(t, []byte(m.at(t, 1).(string)))
	if a := attributes(t, series[1]); a["span.n"] != int64(1) {
		t.Errorf("labels %v", a)
	}
	if m.at(t, 1, 2, 1) != uint64(0x3ff0000000000000) || m.at(t, 1, 2, 2) != uint64(1795399200000) {
		t.Errorf("samples %v", series[2])
	}
	if m.at(t, 1, 4, 3) != uint64(at*1000+1000) {
		t.Errorf("exemplars %v", series[4])
	}
}

// bytesCodec hands messages through.
type bytesCodec struct{}

func (bytesCodec) Name() string { return "proto" }

func (bytesCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(v.([]byte))}, nil
}

func (bytesCodec) Unmarshal(b mem.BufferSlice, v any) error {
	*v.(*[]byte) = b.Materialize()
	return nil
}

// dial serves over HTTP/2 without TLS and returns what calls a method there.
func dial(t *testing.T, engine query.Engine, opts api.Options) func(ctx context.Context, method string, request []byte) (tree, error) {
	s := httptest.NewUnstartedServer(api.New(engine, opts))
	s.Config.Protocols = api.Protocols()
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	conn, err := grpc.NewClient(strings.TrimPrefix(s.URL, "http://"), grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(bytesCodec{})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return func(ctx context.Context, method string, request []byte) (tree, error) {
		t.Helper()
		stream, err := conn.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, "/tempopb.StreamingQuerier/"+method)
		if err != nil {
			return nil, err
		}
		if err := stream.SendMsg(request); err != nil {
			return nil, err
		}
		if err := stream.CloseSend(); err != nil {
			return nil, err
		}
		var answer []byte
		if err := stream.RecvMsg(&answer); err != nil {
			return nil, err
		}
		return read(t, answer), nil
	}
}

// request makes a message of numbered fields: text or numbers.
func request(fields map[protowire.Number]any) (b []byte) {
	for n, v := range fields {
		switch v := v.(type) {
		case string:
			b = protowire.AppendString(protowire.AppendTag(b, n, protowire.BytesType), v)
		case int:
			b = protowire.AppendVarint(protowire.AppendTag(b, n, protowire.VarintType), uint64(v))
		}
	}
	return b
}

func TestGrafanaMayStream(t *testing.T) {
	call := dial(t, engineOf(t, []span.Span{spanOf(1, "a", "x")}), api.Options{})
	must := func(method string, fields map[protowire.Number]any) tree {
		t.Helper()
		m, err := call(t.Context(), method, request(fields))
		if err != nil {
			t.Fatalf("%s: %v", method, err)
		}
		return m
	}
	checkSearch(t, must("Search", map[protowire.Number]any{8: "{} | select(span.n)", 4: 5, 9: 3, 5: at, 6: at + 3600}))
	tag := string(request(map[protowire.Number]any{1: "service.name", 2: "a"}))
	if m := must("Search", map[protowire.Number]any{1: tag, 2: 900}); m.at(t, 1, 1) != "1" {
		t.Errorf("by tags: %v", m)
	}
	if m := must("SearchTagsV2", map[protowire.Number]any{1: "span"}); m.at(t, 1, 2) != "a/b" {
		t.Errorf("names: %v", m)
	}
	if m := must("SearchTagValuesV2", map[protowire.Number]any{1: "span.n", 2: "{}"}); m.at(t, 1, 2) != "1" {
		t.Errorf("values: %v", m)
	}
	checkRange(t, must("MetricsQueryRange", map[protowire.Number]any{1: "{} | count_over_time() by (span.n)", 2: int(at * 1e9), 3: int((at + 3600) * 1e9), 4: int(3600e9), 17: 10}))
	if m := must("MetricsQueryInstant", map[protowire.Number]any{1: "{} | count_over_time()", 2: int(at * 1e9), 3: int((at + 3600) * 1e9)}); m.at(t, 1, 2) != uint64(0x3ff0000000000000) {
		t.Errorf("instant: %v", m)
	}
	for _, bad := range [][]byte{request(map[protowire.Number]any{8: "{ x = }"}), {0xff}} {
		if _, err := call(t.Context(), "Search", bad); status.Code(err) != codes.InvalidArgument {
			t.Errorf("%x: %v", bad, err)
		}
	}
}

func TestStreamsHaveTenants(t *testing.T) {
	engine := engineOf(t, []span.Span{spanOf(1, "a", "x")})
	call := dial(t, nil, api.Options{Tenant: func(string) (query.Engine, error) { return engine, nil }})
	q := request(map[protowire.Number]any{8: "{}"})
	if _, err := call(t.Context(), "Search", q); status.Code(err) != codes.Unauthenticated {
		t.Errorf("without a tenant: %v", err)
	}
	m, err := call(metadata.AppendToOutgoingContext(t.Context(), "x-scope-orgid", "a"), "Search", q)
	if err != nil || m.at(t, 1, 1) != "1" {
		t.Errorf("%v %v", m, err)
	}
}

// broken panics at one question.
type broken struct{ query.Engine }

func (b broken) Search(context.Context, query.SearchRequest) (query.SearchResult, error) {
	panic("a bug")
}

func TestAQuestionThatPanicsEndsAlone(t *testing.T) {
	call := dial(t, broken{engineOf(t, []span.Span{spanOf(1, "a", "x")})}, api.Options{Queries: 1})
	for range 3 {
		if _, err := call(t.Context(), "Search", request(map[protowire.Number]any{8: "{}"})); err == nil {
			t.Error("an answer")
		}
	}
	if m, err := call(t.Context(), "SearchTagsV2", nil); err != nil || len(m[1]) == 0 {
		t.Errorf("the next question: %v %v", m, err)
	}
}
