package collector

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func get(t testing.TB, url string) string {
	t.Helper()
	r, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s, %v: %s", url, r.Status, err, text)
	}
	return string(text)
}

func TestTheChartsDefaultStarts(t *testing.T) {
	r := start(t, testConfig(chart(t, freePorts(t))))
	if got := get(t, "http://"+r.addr("extensions.health_check.endpoint")); !strings.Contains(got, "Server available") {
		t.Errorf("health_check says %q", got)
	}
	metrics := get(t, "http://"+r.MetricsAddr().String()+"/metrics")
	for _, series := range []string{
		"otelcol_process_uptime", `supersonic_collector_spans_total{fate="received",reason=""} 0`,
		`supersonic_collector_weight_spans_total{outcome="waited"} 0`,
	} {
		if !strings.Contains(metrics, series) {
			t.Errorf("/metrics lacks %s:\n%s", series, metrics)
		}
	}
}

const th1percent = "ot=th:fd70a3d70a3d7"

// site is the chart's collector, laid over by the documentation's example and by
// addresses of this test.
func site(t testing.TB, exporter, store, prometheus string) Config {
	conf := chart(t, section(readYAML(t, "seed-tracing.yaml"), "opentelemetry-collector", "config"), freePorts(t), parseYAML(t, `
exporters:
  `+exporter+`: {endpoint: "`+store+`"}
  prometheusremotewrite: {endpoint: "`+prometheus+`/api/v1/write"}
connectors:
  spanmetrics: {metrics_flush_interval: 100ms}
service:
  pipelines:
    traces: {exporters: [`+exporter+`, spanmetrics]}
`))
	return testConfig(conf)
}

func TestTracesReachTheStoreWithTheirPodsKindsAndWeights(t *testing.T) {
	for _, exporter := range []string{"otlp", "otlphttp"} {
		t.Run(exporter, func(t *testing.T) {
			store := newTraceSink()
			_, prometheus := newWriteSink(t)
			addr := store.serveHTTP(t)
			if exporter == "otlp" {
				addr = "http://" + store.serveGRPC(t)
			}
			r := start(t, site(t, exporter, addr, prometheus))
			grpcIn, httpIn := r.addr("receivers.otlp.protocols.grpc.endpoint"), r.addr("receivers.otlp.protocols.http.endpoint")

			// Triton's spans first, as JSON, and one as protobuf; then the gateway's.
			from("triton-inference-server", "pod_name", "sonic-triton-0").and(1, "InferRequest", "").and(1, "compute", "").post(t, httpIn, true)
			from("triton-inference-server", "pod_name", "sonic-triton-1").and(2, "InferRequest", "").post(t, httpIn, false)
			from("sonic-envoy-0").and(1, "ingress", th1percent).and(2, "ingress", "ot=th:0,x=y", "supersonic.head_threshold", "8").send(t, grpcIn)

			eventually(t, "five spans in the store", func() bool { return store.count() >= 5 })
			got := strings.Join(store.lines(), "\n")
			want := strings.Join([]string{
				"sonic-envoy-0 ingress Client ot=th:0,x=y",
				"sonic-envoy-0 ingress Client ot=th:fd70a3d70a3d7",
				"sonic-triton-0 InferRequest Server ot=th:fd70a3d70a3d7",
				"sonic-triton-0 compute Server ot=th:fd70a3d70a3d7",
				"sonic-triton-1 InferRequest Server ot=th:8",
			}, "\n")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("spans in the store (-want +got):\n%s", diff)
			}
			metrics := ""
			eventually(t, "the exporter counts", func() bool {
				metrics = get(t, "http://"+r.MetricsAddr().String()+"/metrics")
				return strings.Contains(metrics, `supersonic_collector_spans_total{fate="kept",reason="`+exporter+`"} 5`)
			})
			for _, line := range []string{
				`supersonic_collector_spans_total{fate="received",reason=""} 5`,
				`supersonic_collector_weight_spans_total{outcome="waited"} 3`,
				`supersonic_collector_weight_spans_total{outcome="carried"} 2`,
				`supersonic_collector_weight_held_spans 0`,
			} {
				if !strings.Contains(metrics, line+"\n") {
					t.Errorf("/metrics lacks %s", line)
				}
			}
		})
	}
}

func TestSpanMetricsOfAStockConnectorAreWeighed(t *testing.T) {
	store := newTraceSink()
	write, prometheus := newWriteSink(t)
	r := start(t, site(t, "otlp", store.serveGRPC(t), prometheus))
	in := r.addr("receivers.otlp.protocols.grpc.endpoint")
	const n = 20
	gateway, triton := from("sonic-envoy-0"), from("triton-inference-server", "pod_name", "sonic-triton-0")
	for i := range n {
		gateway.and(i, "ingress", th1percent)
		triton.and(i, "InferRequest", "")
	}
	triton.send(t, in)
	gateway.send(t, in)
	// 1 % sampled: each span stands for 100, and for 100 of 5 ms.
	for series, want := range map[string]float64{
		"traces_span_metrics_calls_total":                 n * 100,
		"traces_span_metrics_duration_milliseconds_count": n * 100,
		"traces_span_metrics_duration_milliseconds_sum":   n * 100 * 5,
	} {
		for _, span := range []string{`span_name="ingress"`, `span_name="InferRequest"`} {
			got := 0.0
			eventually(t, series+" of "+span+" is written", func() bool { got = write.sum(series, span); return got != 0 })
			if math.Abs(got-want) > want/1000 {
				t.Errorf("%s{%s} = %v, want %v", series, span, got, want)
			}
		}
	}
}

func TestTwoCollectorsInOneProcessKeepApart(t *testing.T) {
	var stores [2]*traceSink
	var collectors [2]*running
	for i := range collectors {
		stores[i] = newTraceSink()
		_, prometheus := newWriteSink(t)
		collectors[i] = start(t, site(t, "otlp", stores[i].serveGRPC(t), prometheus))
	}
	for i, r := range collectors {
		req := from("sonic-envoy-0")
		for n := range 3 + i {
			req.and(n, "ingress", th1percent)
		}
		req.send(t, r.addr("receivers.otlp.protocols.grpc.endpoint"))
	}
	for i, r := range collectors {
		eventually(t, "each store has its own spans", func() bool { return stores[i].count() == 3+i })
		if got := get(t, "http://"+r.MetricsAddr().String()+"/metrics"); !strings.Contains(got, fmt.Sprintf(`{fate="received",reason=""} %d`+"\n", 3+i)) {
			t.Errorf("collector %d counts what is not its own:\n%s", i, got)
		}
	}
	collectors[0].stop()
	from("sonic-envoy-0").and(9, "ingress", th1percent).send(t, collectors[1].addr("receivers.otlp.protocols.grpc.endpoint"))
	eventually(t, "one goes on when the other stops", func() bool { return stores[1].count() == 5 })
}

func TestStopHandsOnWhatIsHeldAndQueued(t *testing.T) {
	store := newTraceSink()
	_, prometheus := newWriteSink(t)
	r := start(t, site(t, "otlphttp", store.serveHTTP(t), prometheus))
	const n = 500
	for i := range n {
		from("triton-inference-server", "pod_name", "sonic-triton-0").and(i, "InferRequest", "").post(t, r.addr("receivers.otlp.protocols.http.endpoint"), true)
	}
	if store.count() != 0 {
		t.Fatal("spans without ingress did not wait")
	}
	r.stop()
	if got := store.count(); got != n {
		t.Errorf("%d of %d acknowledged spans reached the store", got, n)
	}
	if _, ok := store.spans[0].Attributes().Get("supersonic.weight_assumed"); !ok {
		t.Error("a span whose weight was not known does not say so")
	}
}

func TestARealEnvoysTracesPassUnchanged(t *testing.T) {
	store := newTraceSink()
	_, prometheus := newWriteSink(t)
	r := start(t, site(t, "otlp", store.serveGRPC(t), prometheus))
	in := r.addr("receivers.otlp.protocols.grpc.endpoint")
	from("triton-inference-server", "pod_name", "t-0").and(1, "InferRequest", "").send(t, in)
	from("envoy-0").and(1, "ingress", "").send(t, in)
	from("triton-inference-server", "pod_name", "t-0").and(1, "compute", "x=y").send(t, in)
	eventually(t, "three spans in the store", func() bool { return store.count() == 3 })
	want := []string{"envoy-0 ingress Client", "t-0 InferRequest Server", "t-0 compute Server x=y"}
	if diff := cmp.Diff(want, store.lines()); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}
