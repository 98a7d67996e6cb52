package gateway

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/kserve"
)

// envoySpan is a span in the capture of a real Envoy.
type envoySpan struct {
	Attributes [][2]string `json:"attributes"`
	Kind       string      `json:"kind"`
	Name       string      `json:"name"`
	Status     struct{ Code string }
}

// envoySpans returns the captured spans by case.
func envoySpans(t *testing.T) map[string]envoySpan {
	t.Helper()
	b, err := os.ReadFile("testdata/envoy-spans.json")
	if err != nil {
		t.Fatal(err)
	}
	var capture struct {
		Cases []struct {
			Case     string
			Exported []struct{ Spans []envoySpan }
		}
	}
	if err := json.Unmarshal(b, &capture); err != nil {
		t.Fatal(err)
	}
	spans := map[string]envoySpan{}
	for _, c := range capture.Cases {
		for _, e := range c.Exported {
			for _, s := range e.Spans {
				spans[c.Case] = s
			}
		}
	}
	return spans
}

// strings attributes of ours that Envoy has too, in our order.
func envoysPart(s ptrace.Span, theirs envoySpan) (names []string) {
	known := map[string]bool{}
	for _, kv := range theirs.Attributes {
		known[kv[0]] = true
	}
	for k := range s.Attributes().All() {
		if known[k] {
			names = append(names, k)
		}
	}
	return names
}

// Values that say where and when the capture was made, not how Envoy behaves.
var incidental = []string{"guid:x-request-id", "http.url", "user_agent", "grpc.authority", "grpc.content_type", "request_size", "response_size", "grpc.message"}

func TestTheSpanHasEnvoysAttributesInEnvoysOrder(t *testing.T) {
	captured := envoySpans(t)
	for name, call := range map[string]func() ptrace.Span{
		"unary ok, no trace headers":                      func() ptrace.Span { return *one(t, 1, "m", nil).span },
		"x-client-trace-id":                               func() ptrace.Span { return *one(t, 1, "m", nil, "x-client-trace-id", "client-7").span },
		"upstream answers grpc-status 13 (trailers only)": func() ptrace.Span { return *one(t, 1, "fails", nil).span },
		"upstream answers grpc-status 5":                  func() ptrace.Span { return *one(t, 1, "missing", nil).span },
		"upstream refuses connection": func() ptrace.Span {
			w := newWorld(t, 1, nil)
			w.servers[0].grpc.Stop()
			w.wantLine("/stats/prometheus", `envoy_cluster_upstream_cx_active{envoy_cluster_name="triton_grpc_service"} 0`)
			w.infer("m")
			return w.spans()[0]
		},
	} {
		theirs, ok := captured[name]
		if !ok {
			t.Fatalf("no case %q in the capture", name)
		}
		ours := call()
		var want []string
		for _, kv := range theirs.Attributes {
			want = append(want, kv[0])
			got, _ := ours.Attributes().Get(kv[0])
			if !slices.Contains(incidental, kv[0]) && got.AsString() != kv[1] {
				t.Errorf("%s: %s is %q, Envoy's %q", name, kv[0], got.AsString(), kv[1])
			}
		}
		if d := cmp.Diff(want, envoysPart(ours, theirs)); d != "" {
			t.Errorf("%s: attributes in order (-Envoy +ours):\n%s", name, d)
		}
		isError := ours.Status().Code() == ptrace.StatusCodeError
		if ours.Name() != theirs.Name || isError != (theirs.Status.Code == "STATUS_CODE_ERROR") {
			t.Errorf("%s: name %q, status %v, Envoy's %q %q", name, ours.Name(), ours.Status().Code(), theirs.Name, theirs.Status.Code)
		}
	}
}

func TestTheSpanTellsServerModelSizesAndPhases(t *testing.T) {
	o := one(t, 1, "m", nil)
	o.wantAttr(t, "peer.service", "triton-0")
	o.wantAttr(t, "triton.model_name", "m")
	o.wantAttr(t, "triton.model_version", nil)
	size := strconv.Itoa(5 + len(message("m")))
	o.wantAttr(t, "request_size", size)
	o.wantAttr(t, "response_size", size)
	var events []string
	at := o.span.StartTimestamp()
	for _, e := range o.span.Events().All() {
		events = append(events, e.Name())
		if e.Timestamp() < o.span.StartTimestamp() || e.Timestamp() > o.span.EndTimestamp() {
			t.Errorf("%s lies outside the span", e.Name())
		}
	}
	if d := cmp.Diff([]string{"SERVER_CHOSEN", "REQUEST_SENT", "RESPONSE_START", "RESPONSE_END"}, events); d != "" {
		t.Error(d)
	}
	if took, _ := o.attrs["supersonic.upstream_ns"].(int64); took <= 0 || took > int64(o.span.EndTimestamp()-at) {
		t.Errorf("supersonic.upstream_ns %d", took)
	}
}

// A server may answer as soon as it has the message, before the client's end of
// the call came behind it.
func TestTheSpanTellsWhenTheMessageWasSentThoughTheCallersEndComesLater(t *testing.T) {
	w := newWorld(t, 1, nil)
	body, client := io.Pipe()
	req, err := http.NewRequest("POST", "http://"+w.g.Addr().String()+kserve.ModelInfer, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/grpc")
	in := message("m")
	go func() {
		frame := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(in)))
		for part := range slices.Chunk(append(frame, in...), 3) {
			client.Write(part)
		}
	}()
	answer, err := cleartextHTTP2(t).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, answer.Body)
	if code := answer.Trailer.Get("Grpc-Status"); code != "0" {
		t.Fatalf("grpc-status %q", code)
	}
	client.Close()
	var events []string
	for _, e := range w.spans()[0].Events().All() {
		events = append(events, e.Name())
	}
	if d := cmp.Diff([]string{"SERVER_CHOSEN", "REQUEST_SENT", "RESPONSE_START", "RESPONSE_END"}, events); d != "" {
		t.Error(d)
	}
}

// cleartextHTTP2 is a client that speaks HTTP/2 at once.
func cleartextHTTP2(t *testing.T) *http.Client {
	var only http.Protocols
	only.SetUnencryptedHTTP2(true)
	transport := &http.Transport{Protocols: &only}
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport}
}

var sample = regexp.MustCompile(`^(\w+)(?:\{(.*)\})? `)

// shapes returns the series of an exposition whose metric keep wants, without
// values: name{labels}, numbers in `le` as Prometheus reads them.
func shapes(t *testing.T, text []byte, keep func(string) bool) []string {
	var all []string
	for line := range bytes.Lines(text) {
		m := sample.FindStringSubmatch(string(line))
		if m == nil || strings.HasPrefix(string(line), "#") || !keep(m[1]) || strings.Contains(m[2], `"admin"`) || strings.Contains(m[2], "opentelemetry_collector") {
			continue
		}
		labels := strings.Split(m[2], ",")
		for i, l := range labels {
			if le, ok := strings.CutPrefix(l, `le="`); ok {
				f, err := strconv.ParseFloat(strings.TrimSuffix(le, `"`), 64)
				if err != nil {
					t.Fatal(err)
				}
				labels[i] = "le=" + strconv.FormatFloat(f, 'f', -1, 64)
			}
		}
		sort.Strings(labels)
		all = append(all, m[1]+"{"+strings.Join(labels, ",")+"}")
	}
	sort.Strings(all)
	return all
}

func TestEverySeriesWithAnEnvoyNameIsOneThatEnvoyHas(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.infer("m")
	w.infer("fails")
	w.wantLine("/metrics", `envoy_http_downstream_rq_time_count{envoy_http_conn_manager_prefix="ingress_grpc"} 2`)
	capture, err := os.ReadFile("testdata/envoy-stats-prometheus.txt")
	if err != nil {
		t.Fatal(err)
	}
	ours := shapes(t, []byte(w.page("/stats/prometheus")), func(name string) bool { return strings.HasPrefix(name, "envoy_") })
	names := map[string]bool{}
	for _, s := range ours {
		names[s[:strings.IndexByte(s, '{')]] = true
	}
	theirs := shapes(t, capture, func(name string) bool { return names[name] })
	if d := cmp.Diff(theirs, ours); d != "" {
		t.Errorf("series (-Envoy +ours):\n%s", d)
	}
	for _, must := range []string{"envoy_http_downstream_rq_time_bucket", "envoy_http_downstream_rq_xx", "envoy_http_downstream_cx_active", "envoy_cluster_upstream_rq_active", "envoy_cluster_membership_healthy"} {
		if !names[must] {
			t.Errorf("%s is missing", must)
		}
	}
}

func TestTheAdminPortAnswers(t *testing.T) {
	w := newWorld(t, 1, nil)
	w.infer("m")
	for path, want := range map[string]string{
		"/ready": "LIVE", "/server_info": `"state": "LIVE"`, "/clusters": "::hostname::triton-0",
		"/stats": `supersonic_gateway_server_ready{server="triton-0"}: 1`,
	} {
		if got := w.page(path); !strings.Contains(got, want) {
			t.Errorf("%s: %q not in %q", path, want, got)
		}
	}
	w.pool.set()
	w.eventually("no server is ready", func() bool { return strings.Contains(w.page("/ready"), "no inference server") })
}
