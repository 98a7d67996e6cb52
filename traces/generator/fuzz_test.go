package generator

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/prometheus/prompb"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/otlp"
	"supersonic/traces/traffic"
)

// Whatever an export says, what is pushed is what Prometheus takes: each series
// once, its labels sorted, none of them twice or empty.
func FuzzConsume(f *testing.F) {
	raw, _ := traffic.New(traffic.Options{Seed: 1, Export: 8}).Next()
	f.Add(bytes.Clone(raw))
	f.Add(export(ingress(1, "ModelStreamInfer", time.Second, sampled(0.5)), inferRequest(1, 2, time.Second), inferRequest(1, 3, time.Second)))
	f.Add(export(fetching(1, "job", attribute("db.name", "x"), resourceAttribute("le", "y"), resourceAttribute("__name__", "z")), serving(1, "api"),
		makeSpan(1, 5, 4, "a", "b", ptrace.SpanKindProducer, time.Second, attribute("name", "\xff"), attribute("a_b", "1"), attribute("a.b", "2"))))
	cfg := Config{ServiceGraphs: true, SpanMetrics: true, HostInfo: true, RemoteWriteURL: "http://h/", Slack: 50 * 365 * 24 * time.Hour,
		MaxSeries: 400, MaxPending: 3, MaxRecent: 100, MaxLabelBytes: 20, Histograms: both,
		Graph: GraphConfig{Dimensions: []string{"a.b", "client"}, MessagingLatency: true, VirtualNodeLabel: true},
		Spans: SpanConfig{Dimensions: []string{"a.b", "le", "__name__"}, Mappings: []DimensionMapping{{"m", []string{"a_b", "db.name"}, "-"}}, TargetInfo: true, StatusMessage: true}}
	decoder := otlp.NewDecoder(otlp.Limits{})
	f.Fuzz(func(t *testing.T, raw []byte) {
		b, err := decoder.Decode(bytes.Clone(raw), 1)
		if err != nil {
			return
		}
		defer b.Release()
		g, err := New(cfg, Deps{})
		if err != nil {
			t.Fatal(err)
		}
		g.Consume(b)
		now := time.Now()
		g.expire(now.Add(time.Minute), now)
		g.push(now.Add(time.Minute).UnixMilli(), now, false)
		p := g.backlog.first()
		if p == nil {
			return
		}
		seen := map[string]bool{}
		for _, q := range p.requests {
			checkRequest(t, q.body, seen)
		}
	})
}

func checkRequest(t *testing.T, body []byte, seen map[string]bool) {
	t.Helper()
	body, err := snappy.Decode(nil, body)
	if err != nil {
		t.Fatal(err)
	}
	var w prompb.WriteRequest
	if err := w.Unmarshal(body); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.Timeseries {
		name := seriesName(s.Labels)
		if seen[name] {
			t.Errorf("%s twice", name)
		}
		seen[name] = true
		if !slices.IsSortedFunc(s.Labels, func(a, b prompb.Label) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("%s: labels are not sorted", name)
		}
		for i, l := range s.Labels {
			if l.Value == "" || l.Name == "" || strings.ToValidUTF8(l.Value, "") != l.Value || i > 0 && l.Name == s.Labels[i-1].Name ||
				len(l.Value) > 60 || l.Name != labelName(l.Name) {
				t.Errorf("%s: label %v", name, l)
			}
		}
		if len(s.Samples)+len(s.Histograms) == 0 {
			t.Errorf("%s has no sample", name)
		}
	}
}
