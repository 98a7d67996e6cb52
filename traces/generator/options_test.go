package generator

import (
	"math"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/prompb"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func resourceAttribute(name, value string) option {
	return func(s *made) { s.Resource.PutStr(name, value) }
}

func fetching(trace byte, service string, options ...option) made {
	return makeSpan(trace, 1, 0, service, "fetch", ptrace.SpanKindClient, 2*time.Second, append([]option{sampled(1)}, options...)...)
}

func serving(trace byte, service string, options ...option) made {
	return makeSpan(trace, 2, 1, service, "serve", ptrace.SpanKindServer, time.Second, append([]option{sampled(1)}, options...)...)
}

func TestTheVirtualSideIsNamedByALabel(t *testing.T) {
	inWorld(t, func(c *Config) { c.Graph.VirtualNodeLabel = true }, func(w *world) {
		w.consume(fetching(1, "job", attribute("db.system", ""), attribute("peer.service", "elsewhere")),
			makeSpan(2, 1, 0, "api", "serve", ptrace.SpanKindServer, time.Second, sampled(1)),
			makeSpan(4, 1, 0, "api", "serve", ptrace.SpanKindServer, time.Second, sampled(1), attribute("peer.service", "batch")),
			fetching(3, "job"), serving(3, "api"))
		w.pass(11 * time.Second)
		w.wantEdges(`client="job",connection_type="virtual_node",server="elsewhere",virtual_node="server"`,
			`client="user",connection_type="virtual_node",server="api",virtual_node="client"`,
			`client="batch",connection_type="virtual_node",server="api",virtual_node="client"`, `client="job",server="api"`)
	})
}

func TestThePeerIsNamedByTheFirstOfItsAttributes(t *testing.T) {
	inWorld(t, func(c *Config) { c.Graph.PeerAttributes = []string{"server.address", "peer.service"} }, func(w *world) {
		w.consume(fetching(1, "job", attribute("peer.service", "b"), attribute("server.address", "a")), fetching(2, "job", attribute("peer.service", "b")))
		w.pass(11 * time.Second)
		w.wantEdges(`client="job",connection_type="virtual_node",server="a"`, `client="job",connection_type="virtual_node",server="b"`)
	})
}

func TestTheDatabaseIsNamedByTheFirstOfItsAttributes(t *testing.T) {
	inWorld(t, func(c *Config) { c.Graph.DatabaseAttributes = []string{"db.instance", "db.system"} }, func(w *world) {
		w.consume(fetching(1, "job", attribute("db.instance", "runs"), attribute("db.system", "pg")), fetching(2, "job", attribute("db.system", "pg")))
		w.pass(2 * time.Second)
		w.wantEdges(`client="job",connection_type="database",server="runs"`, `client="job",connection_type="database",server="pg"`)
	})
}

func TestADatabaseThatSaysWhereItIsIsCalledThat(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		runs := attribute("db.name", "runs")
		w.consume(fetching(1, "job", runs, attribute("peer.service", "pg-0"), attribute("server.address", "pg.cern.ch")), fetching(2, "job", runs, attribute("server.address", "pg.cern.ch")),
			fetching(3, "job", runs, attribute("network.peer.address", "10.0.0.7"), attribute("network.peer.port", "5432")), fetching(4, "job", runs))
		w.pass(2 * time.Second)
		var edges []string
		for _, server := range []string{"pg-0", "pg.cern.ch", "10.0.0.7:5432", "runs"} {
			edges = append(edges, `client="job",connection_type="database",server="`+server+`"`)
		}
		w.wantEdges(edges...)
	})
}

func TestADimensionIsTheResourcesBeforeTheSpans(t *testing.T) {
	inWorld(t, func(c *Config) {
		c.SpanMetrics, c.Spans.Dimensions, c.Graph.Dimensions = true, []string{"team"}, []string{"team"}
	}, func(w *world) {
		w.consume(fetching(1, "job", attribute("team", "span"), resourceAttribute("team", "resource")), serving(1, "api"), fetching(2, "job", attribute("team", "span")), serving(2, "api"))
		w.pass(2 * time.Second)
		w.wantEdges(`client="job",server="api",team="resource"`, `client="job",server="api",team="span"`)
		w.want(`calls_total{service="job",span_kind="SPAN_KIND_CLIENT",span_name="fetch",status_code="STATUS_CODE_UNSET",team="resource"}`, 1)
	})
}

func TestTheTimeInAQueueIsMeasured(t *testing.T) {
	inWorld(t, func(c *Config) { c.Graph.MessagingLatency = true }, func(w *world) {
		const edge = `{client="job",connection_type="messaging_system",server="worker"}`
		publish := func(trace byte) made {
			return makeSpan(trace, 1, 0, "job", "publish", ptrace.SpanKindProducer, time.Second, sampled(0.5), began(4*time.Second))
		}
		take := func(trace byte, ago time.Duration) made {
			return makeSpan(trace, 2, 1, "worker", "take", ptrace.SpanKindConsumer, time.Second, sampled(0.5), began(ago))
		}
		w.consume(publish(1), take(1, 2500*time.Millisecond)) // 0.5 s between them
		w.consume(take(2, 5*time.Second), publish(2))         // taken before it was sent
		w.pass(2 * time.Second)
		w.want("total"+edge, 4)
		w.want("messaging_system_seconds_count"+edge, 2)
		w.want("messaging_system_seconds_sum"+edge, 1)
		if n := w.counter("unpaired_total", "reason=clocks_differ"); n != 1 {
			w.Errorf("%v with clocks that differ", n)
		}
	})
}

func TestDimensionsOfBothSidesOfAnEdge(t *testing.T) {
	spans := func() []made {
		return []made{fetching(1, "job", attribute("zone", "a"), resourceAttribute("team", "cms")), serving(1, "api", attribute("zone", "b")),
			ingress(2, "ModelInfer", time.Second, sampled(1), attribute("zone", "c"))}
	}
	inWorld(t, func(c *Config) { c.Graph.Dimensions = []string{"zone", "team"} }, func(w *world) {
		w.consume(spans()...)
		w.pass(2 * time.Second)
		w.wantEdges(`client="job",server="api",team="cms",zone="b"`, `client="gateway-0",server="triton-0",zone="c"`)
	})
	inWorld(t, func(c *Config) { c.Graph.Dimensions, c.Graph.ClientServerPrefix = []string{"zone", "team"}, true }, func(w *world) {
		w.consume(spans()...)
		w.pass(2 * time.Second)
		w.wantEdges(`client="job",client_team="cms",client_zone="a",server="api",server_zone="b"`, `client="gateway-0",client_zone="c",server="triton-0"`)
	})
}

func TestEdgesPastTheLimitAreCountedAsOneMarkedSeries(t *testing.T) {
	inWorld(t, func(c *Config) { c.MaxSeries = 50 }, func(w *world) { // two edges of 24 series
		for i := range byte(10) {
			w.consume(ingress(i, "ModelInfer", time.Second, sampled(0.5), attribute("peer.service", string('a'+rune(i)))))
		}
		w.pass(12 * time.Second)
		w.wantEdges(`client="gateway-0",server="a"`, `client="gateway-0",server="b"`, `metric_overflow="true"`)
		w.want(`total{metric_overflow="true"}`, 16)
		w.want(`server_seconds_count{metric_overflow="true"}`, 16)
		if n := w.counter("overflow_total", "processor=service-graphs"); n != 8 {
			w.Errorf("%v counted", n)
		}
	})
}

func TestThereIsRoomAgainWhenSeriesHaveEnded(t *testing.T) {
	inWorld(t, func(c *Config) { c.MaxSeries = 50 }, func(w *world) {
		for i := range byte(3) {
			w.consume(ingress(i, "ModelInfer", time.Second, sampled(1), attribute("peer.service", string('a'+rune(i)))))
		}
		w.pass(17 * time.Minute)
		if n := w.counter("series"); n != 0 {
			w.Errorf("%v series are left", n)
		}
		w.consume(ingress(3, "ModelInfer", time.Second, sampled(1), attribute("peer.service", "z")))
		w.pass(2 * time.Second)
		w.want(`total{client="gateway-0",server="z"}`, 1)
	})
}

func TestIntrinsicDimensionsCanBeLeftOutAndAdded(t *testing.T) {
	inWorld(t, func(c *Config) {
		spanMetricsOnly(c)
		c.Spans.NoSpanKind, c.Spans.NoService, c.Spans.NoSize, c.Spans.StatusMessage = true, true, true, true
	}, func(w *world) {
		for i, kind := range []ptrace.SpanKind{ptrace.SpanKindServer, ptrace.SpanKindClient} {
			w.consume(makeSpan(byte(i), 1, 0, string('a'+rune(i)), "serve", kind, time.Second, sampled(1), func(s *made) { s.StatusText = "gone" }))
		}
		w.pass(2 * time.Second)
		w.want(`calls_total{span_name="serve",status_code="STATUS_CODE_UNSET",status_message="gone"}`, 2)
		if slices.ContainsFunc(w.names(), func(n string) bool { return strings.HasPrefix(n, "size") }) {
			w.Error("the size is counted")
		}
	})
}

func TestALabelOfSeveralAttributes(t *testing.T) {
	inWorld(t, func(c *Config) {
		spanMetricsOnly(c)
		c.Spans.Mappings = []DimensionMapping{{Name: "which", Source: []string{"model", "version", "zone"}, Join: "/"}}
		c.Spans.Dimensions = []string{"service"} // the name of a label of ours
	}, func(w *world) {
		w.consume(inferRequest(1, 2, time.Second, sampled(1), attribute("model", "tau"), resourceAttribute("zone", "a"), attribute("service", "mine")))
		w.pass(2 * time.Second)
		w.want(`calls_total{__service="mine",service="triton-0",span_kind="SPAN_KIND_SERVER",span_name="InferRequest",status_code="STATUS_CODE_UNSET",which="tau/a"}`, 1)
	})
}

func TestFilterPoliciesChooseSpans(t *testing.T) {
	is := func(key string, value any) []MatchAttribute { return []MatchAttribute{{key, value}} }
	for name, c := range map[string]struct {
		policies []FilterPolicy
		want     []string
	}{
		"kind":       {[]FilterPolicy{{Include: &PolicyMatch{Attributes: is("kind", "SPAN_KIND_CLIENT")}}}, []string{"ingress"}},
		"status":     {[]FilterPolicy{{Exclude: &PolicyMatch{Attributes: is("status", "STATUS_CODE_ERROR")}}}, []string{"InferRequest", "ingress"}},
		"regex":      {[]FilterPolicy{{Include: &PolicyMatch{Regex: true, Attributes: is("resource.service.name", "^tri.on-")}}}, []string{"InferRequest", "compute"}},
		"any, whole": {[]FilterPolicy{{IncludeAny: &PolicyMatch{Attributes: append(is("name", "compute"), is("span.n", 3)...)}}}, nil},
		"any of two": {[]FilterPolicy{{IncludeAny: &PolicyMatch{Attributes: is("name", "compute")}}, {IncludeAny: &PolicyMatch{Attributes: is("span.n", 3)}}},
			[]string{"InferRequest", "compute"}},
		"any besides": {[]FilterPolicy{{Include: &PolicyMatch{Attributes: is("kind", "SPAN_KIND_CLIENT")}}, {IncludeAny: &PolicyMatch{Attributes: is("span.n", 3)}}},
			[]string{"InferRequest", "ingress"}},
		"all of two": {[]FilterPolicy{{Include: &PolicyMatch{Attributes: is("kind", "SPAN_KIND_SERVER")}}, {Include: &PolicyMatch{Attributes: is("span.n", 3)}}},
			[]string{"InferRequest"}},
		"not after all": {[]FilterPolicy{{IncludeAny: &PolicyMatch{Attributes: is("kind", "SPAN_KIND_SERVER")}}, {Exclude: &PolicyMatch{Attributes: is("span.n", 3)}}},
			[]string{"compute"}},
		"all":         {[]FilterPolicy{{Include: &PolicyMatch{Attributes: append(is("name", "compute"), is("span.n", 3)...)}}}, nil},
		"two":         {[]FilterPolicy{{Include: &PolicyMatch{Attributes: is("kind", "SPAN_KIND_SERVER")}}, {Exclude: &PolicyMatch{Attributes: is("span.n", 3)}}}, []string{"compute"}},
		"other types": {[]FilterPolicy{{IncludeAny: &PolicyMatch{Attributes: append(is("span.n", "3"), is("span.n", 3.0)...)}}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			inWorld(t, func(cfg *Config) { spanMetricsOnly(cfg); cfg.Spans.Filters = c.policies }, func(w *world) {
				w.consume(ingress(1, "ModelInfer", time.Second, sampled(1)),
					inferRequest(1, 2, time.Second, sampled(1), func(s *made) { s.Attrs.PutInt("n", 3) }),
					makeSpan(1, 3, 2, "triton-0", "compute", ptrace.SpanKindServer, time.Second, sampled(1), failing))
				w.pass(2 * time.Second)
				var got []string
				for _, n := range w.names() {
					if rest, ok := strings.CutPrefix(n, "calls_total{"); ok {
						_, rest, _ = strings.Cut(rest, `span_name="`)
						got = append(got, rest[:strings.IndexByte(rest, '"')])
					}
				}
				slices.Sort(got)
				if !slices.Equal(got, c.want) {
					w.Errorf("spans %v, want %v", got, c.want)
				}
				if n := w.counter("filtered_spans_total", "processor=span-metrics"); int(n) != 3-len(c.want) {
					w.Errorf("%v are counted as left out", n)
				}
			})
		})
	}
	for want, f := range map[string]FilterPolicy{
		"expected name, kind": {Include: &PolicyMatch{Attributes: is("duration", "x")}},
		"has no condition":    {},
		"missing closing":     {Include: &PolicyMatch{Regex: true, Attributes: is("name", "(")}},
		"not 3":               {Include: &PolicyMatch{Regex: true, Attributes: is("span.n", 3)}},
	} {
		_, err := New(Config{SpanMetrics: true, RemoteWriteURL: "http://h/", Spans: SpanConfig{Filters: []FilterPolicy{f}}}, Deps{})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
}

func TestTargetAndHostInfo(t *testing.T) {
	inWorld(t, func(c *Config) {
		spanMetricsOnly(c)
		c.HostInfo, c.Spans.TargetInfo, c.Spans.TargetInfoExcluded = true, true, []string{"secret"}
	}, func(w *world) {
		about := []option{sampled(1), resourceAttribute("service.namespace", "cms"), resourceAttribute("service.instance.id", "i-1"),
			resourceAttribute("k8s.node.name", "node-1"), resourceAttribute("secret", "x"), resourceAttribute("job", "mine")}
		w.consume(inferRequest(1, 2, time.Second, about...), inferRequest(2, 2, time.Second, sampled(1)))
		w.pass(2 * time.Second)
		const target = `traces_target_info{__job="mine",instance="i-1",job="cms/triton-0",k8s_node_name="node-1"}`
		for _, name := range []string{target, `traces_host_info{grafana_host_id="node-1",host_source="k8s.node.name"}`} {
			have := w.of(name)
			if len(have) == 0 || slices.ContainsFunc(have, func(s prompb.Sample) bool { return s.Value != 1 }) {
				w.Errorf("%s: %v", name, have)
			}
		}
		w.want(`calls_total{instance="i-1",job="cms/triton-0",service="triton-0",span_kind="SPAN_KIND_SERVER",span_name="InferRequest",status_code="STATUS_CODE_UNSET"}`, 1)
		w.want(`calls_total{job="triton-0",service="triton-0",span_kind="SPAN_KIND_SERVER",span_name="InferRequest",status_code="STATUS_CODE_UNSET"}`, 1)
		n := 0
		for _, name := range w.names() {
			if strings.Contains(name, "_info{") {
				n++
			}
		}
		if n != 2 {
			w.Errorf("%d series of info in %v, want 2: a resource that says nothing else has none", n, w.names())
		}
	})
}

func TestASamplingRatioCountsWhereThereIsNoThreshold(t *testing.T) {
	inWorld(t, func(c *Config) {
		c.SpanMetrics, c.Graph.MultiplierKey, c.Spans.MultiplierKey = true, "ratio", "share"
	}, func(w *world) {
		ratio := func(s *made) { s.Attrs.PutDouble("ratio", 0.25); s.Attrs.PutDouble("share", 0.5) }
		w.consume(makeSpan(1, 1, 0, "job", "fetch", ptrace.SpanKindClient, time.Second, ratio), makeSpan(1, 2, 1, "api", "serve", ptrace.SpanKindServer, time.Second, ratio))
		w.pass(2 * time.Second)
		w.want(`total{client="job",server="api"}`, 4)
		w.want(`calls_total{service="job",span_kind="SPAN_KIND_CLIENT",span_name="fetch",status_code="STATUS_CODE_UNSET"}`, 2)
	})
}

func TestSpansOfNobodyMakeNoEdge(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		nobody := func(s *made) { s.Resource.Remove("service.name") }
		w.consume(fetching(1, "job", nobody), serving(1, "api"))
		w.pass(11 * time.Second)
		w.wantEdges()
		if a, b := w.counter("unpaired_total", "reason=no_service"), w.counter("unpaired_total", "reason=no_client"); a != 1 || b != 1 {
			w.Errorf("no service: %v, no client: %v", a, b)
		}
	})
}

func TestNativeHistogramsHaveTheBucketsOfPrometheus(t *testing.T) {
	inWorld(t, func(c *Config) { c.Histograms = native }, func(w *world) {
		times := []time.Duration{0, time.Nanosecond, 10 * time.Millisecond, 300 * time.Millisecond, 310 * time.Millisecond, time.Second, 100 * time.Second}
		for i, took := range times {
			w.consume(ingress(byte(i), "ModelInfer", took, sampled(0.5)))
		}
		w.pass(2 * time.Second)
		have := w.natives["client_seconds"+edgeLabels]
		if len(have) < 2 || len(w.of("client_seconds_count"+edgeLabels)) > 0 {
			w.Fatalf("%d native histograms of %v", len(have), w.names())
		}
		h := have[len(have)-1].ToFloatHistogram()
		if err := h.Validate(); err != nil {
			w.Fatal(err)
		}
		if h.Count != 14 || h.ZeroCount != 2 || math.Abs(h.Sum-2*101.620000001) > 1e-9 {
			w.Errorf("%v", h)
		}
		for _, took := range times[1:] {
			in := 0.0
			for it := h.PositiveBucketIterator(); it.Next(); {
				if b := it.At(); took.Seconds() > b.Lower && took.Seconds() <= b.Upper {
					in += b.Count
				}
			}
			if in < 2 {
				w.Errorf("%v is in no bucket of %v", took, h)
			}
		}
		if first := have[0].ToFloatHistogram(); first.Count != 0 {
			w.Errorf("begins with %v", first)
		}
		w.stop()
		have = w.natives["client_seconds"+edgeLabels]
		if last := have[len(have)-1]; math.Float64bits(last.Sum) != staleMarker {
			w.Errorf("ends with %v", last)
		}
	})
}

func TestTheReferenceNamesEverySeriesThatIsMade(t *testing.T) {
	page, err := os.ReadFile("../../docs/reference/metrics.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	g, err := New(Config{ServiceGraphs: true, SpanMetrics: true, HostInfo: true, RemoteWriteURL: "http://h/",
		Graph: GraphConfig{MessagingLatency: true}, Spans: SpanConfig{TargetInfo: true}}, Deps{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range []*family{g.graph.edges.family, g.spans.family, g.infos.target, g.infos.host} {
		for _, c := range f.counters {
			names = append(names, string(c[14:])) // what is before is the name of the label
		}
		for _, h := range f.histograms {
			names = append(names, string(h.name[14:]))
		}
	}
	for _, name := range names {
		if !strings.HasPrefix(name, "traces_") || !strings.Contains(text, "| `"+name+"` |") {
			t.Errorf("the page lacks %s", name)
		}
	}
	if n := strings.Count(text, "| `traces_") - 1; n != len(names) { // one row names others' series
		t.Errorf("the page has %d series, %d are made", n, len(names))
	}
}
