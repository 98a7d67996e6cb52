package e2e

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
	"google.golang.org/grpc/codes"

	"supersonic/internal/kserve"
)

// pace is between two requests where every server span matters: Triton 2.51
// crashes under thousands of traced gRPC requests a second.
const pace = 15 * time.Millisecond

// send sends n requests one after another, not faster than the pace.
func (s *site) send(n int, request func(i int) *kserve.InferRequest) {
	s.t.Helper()
	conn := connect(s.t, s.target())
	tick := time.NewTicker(pace)
	defer tick.Stop()
	for i := range n {
		<-tick.C
		if a := infer(s.t.Context(), conn, request(i)); a.code != codes.OK {
			s.t.Fatalf("request %d: %v %s", i, a.code, a.message)
		}
	}
}

// plain is a request of the plain model, every third of the ensemble.
func plain(i int) *kserve.InferRequest {
	if i%3 == 2 {
		return chain()
	}
	return addSub()
}

// often has the collector hand on its span metrics at once, not every 15 s.
const often = "opentelemetry-collector: {config: {connectors: {spanmetrics: {metrics_flush_interval: 1s}}}}\n"

const overHTTP = `
opentelemetry-collector:
  config:
    service:
      pipelines:
        traces:
          exporters: [otlphttp, spanmetrics]
`

func TestThePipelineMayUseHTTPAndItsSpanMetricsAgreeWithTheClients(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 1), everything, overHTTP, often}})
	const calls = 120
	s.send(calls, plain)
	ids := s.ingressIDs(calls)
	if len(ids) != calls {
		t.Errorf("%d calls gave %d traces", calls, len(ids))
	}
	eventually(t, "traces from the gateway to the model's compute", func() error {
		return s.wantDeep(ids, "supersonic")
	})
	eventually(t, "the span metrics of the collector", func() error {
		n, err := s.prom(`sum(traces_span_metrics_calls_total{service_name="supersonic-envoy-0",span_name="ingress",span_kind="SPAN_KIND_CLIENT"})`)
		if err == nil && n != calls {
			err = fmt.Errorf("they count %v calls of %d", n, calls)
		}
		return err
	})
	eventually(t, "as many server spans in the metrics as in the store", func() error {
		infers, err := s.prom(`sum(traces_span_metrics_calls_total{service_name="supersonic-triton-0",span_name="InferRequest",span_kind="SPAN_KIND_SERVER"})`)
		if err != nil {
			return err
		}
		spans, err := s.search(`{ name = "InferRequest" }`, 1000)
		if err != nil {
			return err
		}
		if infers > calls || infers != float64(len(spans)) {
			return fmt.Errorf("the collector counts %v, the store has %d traces with one, of %d calls", infers, len(spans), calls)
		}
		t.Logf("%v of %d server spans arrived (%.1f %% lost by Triton)", infers, calls, 100*(1-infers/calls))
		return nil
	})
}

// receiver is somebody else's Prometheus: it takes remote writes and remembers
// the newest sample of each series.
type receiver struct {
	mu     sync.Mutex // guards newest
	newest map[string]float64
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	packed, err := io.ReadAll(req.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	body, err := snappy.Decode(nil, packed)
	var write prompb.WriteRequest
	if err == nil {
		err = write.Unmarshal(body)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, ts := range write.Timeseries {
		labels := map[string]string{}
		for _, l := range ts.Labels {
			labels[l.Name] = l.Value
		}
		key := labels["__name__"] + " " + labels["client"] + " " + labels["server"]
		for _, sample := range ts.Samples {
			r.newest[key] = sample.Value
		}
	}
}

func (r *receiver) value(key string) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.newest[key]
}

func (r *receiver) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.newest))
}

func TestTheGeneratorsSeriesGoWhereTheFileSaysAndNowhereElse(t *testing.T) {
	t.Parallel()
	elsewhere := &receiver{newest: map[string]float64{}}
	server := httptest.NewServer(elsewhere)
	t.Cleanup(server.Close)
	s := start(t, options{values: []string{models(t, 1), everything, often,
		fmt.Sprintf("tempo: {tempo: {metricsGenerator: {remoteWriteUrl: %q}}}\n", server.URL+"/api/v1/write")}})
	const calls = 30
	s.send(calls, plain)
	eventually(t, "the generator's series", func() error {
		got := elsewhere.value("traces_service_graph_request_total supersonic-envoy-0 supersonic-triton-0")
		if got != calls {
			return fmt.Errorf("%v of %d calls are counted in %v", got, calls, elsewhere.names())
		}
		return nil
	})
	for _, name := range elsewhere.names() {
		if !strings.HasPrefix(name, "traces_") {
			t.Errorf("%q went to the generator's address", name)
		}
	}
	// The collector's metrics still come to the site's own store, and of the
	// generator's there is none.
	eventually(t, "the span metrics of the collector", func() error {
		n, err := s.prom(`sum(traces_span_metrics_calls_total{span_name="ingress"})`)
		if err == nil && n != calls {
			err = fmt.Errorf("they count %v calls of %d", n, calls)
		}
		return err
	})
	n, err := s.prom(`count({__name__=~"traces_service_graph.*|traces_spanmetrics.*"})`)
	if err != nil || n != 0 {
		t.Errorf("%v series of the generator are in the site's own store: %v", n, err)
	}
}
