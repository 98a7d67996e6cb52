package stack

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/browse"
	"supersonic/metrics"
	"supersonic/ui/fakesite/fleet"
)

// crowd is a site in this process whose gateways and 200 servers are elsewhere: it
// scrapes them, and its collector gets their spans.
type crowd struct {
	*running
	t     *testing.T
	fleet *fleet.Fleet
	began time.Time
}

const keyPrometheus = "prometheus.server.service.servicePort"

// manyPods runs a site before two gateways and 200 servers until each was scraped.
func manyPods(t *testing.T, o fleet.Options) *crowd {
	p := freePorts(t)
	k, err := New(load(t, t.TempDir(), p.values(), `
envoy: {enabled: false}
prometheus: {server: {global: {scrape_interval: 3s}}}
tempo: {tempo: {metricsGenerator: {processor: {service_graphs: {wait: 2s}}}}}
`), Options{Version: "test"}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	c := &crowd{&running{k, p, cancel, make(chan error, 1)}, t, nil, time.Now()}
	o.Gateways, o.Servers, o.Start = 2, 200, c.began
	o.Models = []string{"jet_tag", "tau_id", "track_fit", "met_reg", "vertex"}
	c.fleet = fleet.New(o)
	if err := k.metrics.SetJobs(c.jobs()); err != nil {
		t.Fatal(err)
	}
	go func() { c.ended <- k.Run(ctx) }()
	t.Cleanup(func() { c.stop(t) })
	c.eventually(t, "all are scraped", func() error { return c.wants(`count(up{app="supersonic"} == 1)`, 202) })
	return c
}

// jobs are the scrape jobs of the chart, each pod at an address of its own.
func (c *crowd) jobs() []metrics.Job {
	gateways, servers := metrics.Job{Name: "supersonic-envoy"}, metrics.Job{Name: "supersonic-triton"}
	for _, pod := range c.fleet.Pods() {
		exporter := httptest.NewServer(pod.Metrics)
		c.t.Cleanup(exporter.Close)
		job := &servers
		if pod.Gateway {
			job = &gateways
		}
		job.Targets = append(job.Targets, c.target(strings.TrimPrefix(exporter.URL, "http://"), pod.Name, true))
	}
	return []metrics.Job{gateways, servers}
}

// sends lets the traffic flow for a time, and waits until all of it was counted.
func (c *crowd) sends(long time.Duration) {
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(long); time.Now().Before(end); <-tick.C {
		c.post(c.fleet.Until(time.Now()))
	}
	total, failed := 0.0, 0.0
	for _, t := range c.fleet.Sent() {
		total, failed = total+t.Requests, failed+t.Failed
	}
	c.eventually(c.t, "all requests are counted", func() error { return c.wants(`sum(supersonic_gateway_requests_total)`, total) })
	c.eventually(c.t, "all servers have counted them", func() error { return c.wants(`sum(nv_inference_request_success)`, total-failed) })
	c.eventually(c.t, "all traces are in the service graph", func() error {
		return c.wants(fmt.Sprintf(`abs(sum(traces_service_graph_request_total) - %f) < bool 0.1`, c.fleet.Weight()), 1)
	})
	c.eventually(c.t, "each edge of the service graph has its seconds", func() error {
		return c.wants(`abs(sum(traces_service_graph_request_total) - sum(traces_service_graph_request_server_seconds_count)) < bool 1e-3`, 1)
	})
}

func (c *crowd) post(td ptrace.Traces) {
	if td.SpanCount() == 0 {
		return
	}
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		c.t.Fatal(err)
	}
	answer, err := http.Post(c.ports.url(keyOTLPHTTP, "/v1/traces"), "application/x-protobuf", bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		c.t.Fatalf("the collector answers %s", answer.Status)
	}
}

// wants asks Prometheus for one number.
func (c *crowd) wants(query string, want float64) error {
	body, err := get(c.ports.url(keyPrometheus, "/api/v1/query?"+url.Values{"query": {query}}.Encode()))
	if err != nil {
		return err
	}
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return err
	}
	if len(answer.Data.Result) != 1 {
		return fmt.Errorf("%s: %d values", query, len(answer.Data.Result))
	}
	text, _ := answer.Data.Result[0].Value[1].(string)
	if v, err := strconv.ParseFloat(text, 64); err != nil || v != want {
		return fmt.Errorf("%s: %v, want %v", query, text, want)
	}
	return nil
}

// way is what was sent one way, for the script.
type way struct {
	Gateway, Server, Model    string
	Requests, Failed, Seconds float64
}

// reads lets a reader look, who knows what was sent.
func (c *crowd) reads(env ...string) {
	var sent []way
	for e, t := range maps.All(c.fleet.Sent()) {
		sent = append(sent, way{e.Gateway, e.Server, e.Model, t.Requests, t.Failed, t.Seconds})
	}
	truth, err := json.Marshal(map[string]any{"sent": sent, "failing": c.fleet.Failing, "slow": c.fleet.Slow, "busy": c.fleet.Busy})
	if err != nil {
		c.t.Fatal(err)
	}
	to := time.Now()
	if err := c.metrics.SetJobs(nil); err != nil { // nothing new comes: the machine is the reader's
		c.t.Fatal(err)
	}
	file := filepath.Join(c.t.TempDir(), "sent.json")
	if err := os.WriteFile(file, truth, 0o644); err != nil {
		c.t.Fatal(err)
	}
	browse.Run(c.t, "manypods.mjs", append(env, "SITE_URL="+c.ports.url(keyPage, ""), "SENT="+file, fmt.Sprintf("FROM=%d", c.began.Add(-time.Second).UnixMilli()), fmt.Sprintf("TO=%d", to.UnixMilli()))...)
}

func TestTwoHundredPodsOfWhoseRequestsOneInAHundredIsTracedInChromium(t *testing.T) {
	t.Parallel()
	c := manyPods(t, fleet.Options{Seed: 1, PerSecond: 30_000, Sampling: 0.01})
	c.sends(7 * time.Second)
	c.reads("SAMPLING=0.01")
}
