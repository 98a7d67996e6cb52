package generator

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/snappy"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/prometheus/prompb"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/faultfs"
	"supersonic/internal/sampling"
	"supersonic/traces/otlp"
)

// receiver is a Prometheus's remote-write receiver in memory: it keeps samples in
// the order in which they came and refuses what is not in order, as one without
// an out-of-order window does.
type receiver struct {
	samples   map[string][]prompb.Sample
	exemplars map[string][]prompb.Exemplar
	natives   map[string][]prompb.Histogram
	refusals  []string // samples out of order
	mu        sync.Mutex
	status    func() int  // of the next answers; nil: 204
	header    http.Header // of the last request
	times     []time.Time // of all requests

	retryAfter string // of answers
}

func newReceiver() *receiver {
	return &receiver{samples: map[string][]prompb.Sample{}, exemplars: map[string][]prompb.Exemplar{}, natives: map[string][]prompb.Histogram{}}
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := func(code int) (*http.Response, error) {
		h := http.Header{}
		if r.retryAfter != "" {
			h.Set("Retry-After", r.retryAfter)
		}
		return &http.Response{StatusCode: code, Status: http.StatusText(code), Header: h, Body: http.NoBody, Request: req}, nil
	}
	r.mu.Lock()
	r.header, r.times = req.Header, append(r.times, time.Now())
	status := r.status
	r.mu.Unlock()
	if status != nil {
		if code := status(); code != http.StatusNoContent {
			return answer(code)
		}
	}
	packed, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	body, err := snappy.Decode(nil, packed)
	if err != nil {
		return nil, err
	}
	var w prompb.WriteRequest
	if err := w.Unmarshal(body); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range w.Timeseries {
		r.take(s)
	}
	return answer(http.StatusNoContent)
}

func (r *receiver) take(s prompb.TimeSeries) {
	if !slices.IsSortedFunc(s.Labels, func(a, b prompb.Label) int { return strings.Compare(a.Name, b.Name) }) {
		r.refusals = append(r.refusals, "labels out of order")
	}
	name := seriesName(s.Labels)
	for _, sample := range s.Samples {
		if have := r.samples[name]; len(have) > 0 && have[len(have)-1].Timestamp >= sample.Timestamp {
			r.refusals = append(r.refusals, fmt.Sprintf("%s: %d after %d", name, sample.Timestamp, have[len(have)-1].Timestamp))
			continue
		}
		r.samples[name] = append(r.samples[name], sample)
	}
	r.exemplars[name] = append(r.exemplars[name], s.Exemplars...)
	r.natives[name] = append(r.natives[name], s.Histograms...)
}

// behave makes the receiver answer otherwise; nil: 204.
func (r *receiver) behave(status func() int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.status = status
}

// seriesName is `name{label="value", ..}`, prefixes that all share left out.
func seriesName(labels []prompb.Label) string {
	var name string
	var parts []string
	for _, l := range labels {
		if l.Name == "__name__" {
			name = strings.TrimPrefix(strings.TrimPrefix(l.Value, "traces_service_graph_request_"), "traces_spanmetrics_")
			continue
		}
		parts = append(parts, fmt.Sprintf("%s=%q", l.Name, l.Value))
	}
	return name + "{" + strings.Join(parts, ",") + "}"
}

// of are the samples of a series.
func (r *receiver) of(name string) []prompb.Sample {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.samples[name])
}

// names are the series that there are.
func (r *receiver) names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Collect(maps.Keys(r.samples))
}

// exemplarsOf are the exemplars of a series.
func (r *receiver) exemplarsOf(name string) []prompb.Exemplar {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.exemplars[name])
}

// requests are when requests came, and the header of the last.
func (r *receiver) requests() ([]time.Time, http.Header) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.times), r.header
}

// increase is what PromQL's increase() over everything finds, without
// extrapolation: the first sample does not count, a fall is a reset.
func (r *receiver) increase(name string) float64 {
	var sum float64
	have := r.of(name)
	have = slices.DeleteFunc(have, func(s prompb.Sample) bool { return math.IsNaN(s.Value) })
	for i := 1; i < len(have); i++ {
		if d := have[i].Value - have[i-1].Value; d >= 0 {
			sum += d
		} else {
			sum += have[i].Value
		}
	}
	return sum
}

// world is a generator that runs in a synctest bubble, its receiver and counters.
type world struct {
	*testing.T
	*receiver
	gen    *Generator
	files  faultfs.FS
	logger *slog.Logger
	reg    *prometheus.Registry
	stop   func()
}

// inWorld runs story in a bubble. change may alter the configuration.
func inWorld(t *testing.T, change func(*Config), story func(*world)) {
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, receiver: newReceiver(), reg: prometheus.NewRegistry()}
		cfg := Config{ServiceGraphs: true, RemoteWriteURL: "http://prometheus:9090/api/v1/write"}
		if change != nil {
			change(&cfg)
		}
		<-time.After(300 * time.Millisecond) // not on a whole second
		w.begin(cfg)
		<-time.After(5 * time.Second) // past the first ticks
		story(w)
		w.stop()
		if len(w.refusals) > 0 {
			t.Errorf("the receiver refused %v", w.refusals)
		}
	})
}

func (w *world) begin(cfg Config) {
	w.Helper()
	var err error
	w.gen, err = New(cfg, Deps{Metrics: w.reg, Client: &http.Client{Transport: w.receiver}, Files: w.files, Log: w.logger})
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithCancel(w.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.gen.Run(ctx) }()
	stopped := false
	w.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			w.Errorf("Run ended with %v", err)
		}
	}
}

// pass lets time go by, in the bubble.
func (w *world) pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

// want checks how much a series has increased.
func (w *world) want(name string, v float64) {
	w.Helper()
	if got := w.increase(name); math.Abs(got-v) > 1e-9*math.Max(1, math.Abs(v)) {
		w.Errorf("%s increased by %v, want %v", name, got, v)
	}
}

// wantEdges checks that these edges exist and no other.
func (w *world) wantEdges(edges ...string) {
	w.Helper()
	var got []string
	for _, name := range w.names() {
		if rest, ok := strings.CutPrefix(name, "total{"); ok {
			got = append(got, strings.TrimSuffix(rest, "}"))
		}
	}
	slices.Sort(got)
	slices.Sort(edges)
	if !slices.Equal(got, edges) {
		w.Errorf("edges\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(edges, "\n"))
	}
}

// counter is the value of one of the generator's own metrics, over all labels that
// are not given as name=value.
func (w *world) counter(name string, labels ...string) float64 {
	w.Helper()
	families, err := w.reg.Gather()
	if err != nil {
		w.Fatal(err)
	}
	var sum float64
	for _, f := range families {
		if f.GetName() != "supersonic_generator_"+name {
			continue
		}
		for _, m := range f.Metric {
			var have []string
			for _, l := range m.Label {
				have = append(have, l.GetName()+"="+l.GetValue())
			}
			if !slices.ContainsFunc(labels, func(l string) bool { return !slices.Contains(have, l) }) {
				sum += m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return sum
}

// The spans of stories. Ids are made of small numbers; a span began as long ago as
// it takes.
type option func(*made)

// made is a span before it is exported.
type made struct {
	TraceID                  [16]byte
	ID, Parent               [8]byte
	Name                     string
	Kind                     ptrace.SpanKind
	Start, End               uint64
	Status                   ptrace.StatusCode
	StatusText, TraceState   string
	Attrs, Resource          pcommon.Map
	Flags, Dropped           uint32
	DroppedEvents, DroppedLn uint32
	more                     func(ptrace.Span) // events and links
}

func makeSpan(trace, id, parent byte, service, name string, kind ptrace.SpanKind, took time.Duration, options ...option) made {
	now := time.Now()
	s := made{Name: name, Kind: kind, Attrs: pcommon.NewMap(), Resource: pcommon.NewMap(),
		Start: uint64(now.Add(-took).UnixNano()), End: uint64(now.UnixNano())}
	s.Resource.PutStr("service.name", service)
	s.TraceID[15], s.ID[7], s.Parent[7] = trace, id, parent
	s.TraceID[0] = 1 // an id is not zero
	for _, o := range options {
		o(&s)
	}
	return s
}

// export makes an export of spans, each with a resource of its own.
func export(spans ...made) []byte {
	td := ptrace.NewTraces()
	for _, m := range spans {
		rs := td.ResourceSpans().AppendEmpty()
		m.Resource.CopyTo(rs.Resource().Attributes())
		s := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		s.SetTraceID(m.TraceID)
		s.SetSpanID(m.ID)
		s.SetParentSpanID(m.Parent)
		s.SetName(m.Name)
		s.SetKind(m.Kind)
		s.SetStartTimestamp(pcommon.Timestamp(m.Start))
		s.SetEndTimestamp(pcommon.Timestamp(m.End))
		s.Status().SetCode(m.Status)
		s.Status().SetMessage(m.StatusText)
		s.TraceState().FromRaw(m.TraceState)
		s.SetFlags(m.Flags)
		s.SetDroppedAttributesCount(m.Dropped)
		s.SetDroppedEventsCount(m.DroppedEvents)
		s.SetDroppedLinksCount(m.DroppedLn)
		m.Attrs.CopyTo(s.Attributes())
		if m.more != nil {
			m.more(s)
		}
	}
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		panic(err)
	}
	return raw
}

// decode reads an export as the store does.
func decode(t testing.TB, raw []byte) *otlp.Batch {
	t.Helper()
	b, err := otlp.NewDecoder(otlp.Limits{}).Decode(raw, uint64(time.Now().UnixNano()))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// consume gives the generator an export.
func (w *world) consume(spans ...made) {
	w.Helper()
	b := decode(w, export(spans...))
	w.gen.Consume(b)
	clear(b.Raw) // nothing of it may be kept
	b.Release()
}

func attribute(name, value string) option {
	return func(s *made) { s.Attrs.PutStr(name, value) }
}

// sampled gives a span a `th` of its own, of probability p.
func sampled(p float64) option {
	return func(s *made) {
		th := sampling.FromProbability(p)
		s.TraceState = sampling.WithThreshold("", th)
	}
}

func failing(s *made) { s.Status = ptrace.StatusCodeError }

// began moves a span in time without changing how long it took.
func began(ago time.Duration) option {
	return func(s *made) {
		took := s.End - s.Start
		s.Start = uint64(time.Now().Add(-ago).UnixNano())
		s.End = s.Start + took
	}
}

// ingress is span 1 of a trace, as our gateway makes it and the collector leaves it.
func ingress(trace byte, method string, took time.Duration, options ...option) made {
	return makeSpan(trace, 1, 0, "gateway-0", "ingress", ptrace.SpanKindClient, took, append([]option{
		attribute("grpc.path", "/inference.GRPCInferenceService/"+method),
		attribute("peer.service", "triton-0"),
		func(s *made) { s.Attrs.PutInt("supersonic.upstream_ns", int64(took-10*time.Millisecond)) },
	}, options...)...)
}

// inferRequest is Triton's span of a request, child of the ingress span.
func inferRequest(trace, id byte, took time.Duration, options ...option) made {
	return makeSpan(trace, id, 1, "triton-0", "InferRequest", ptrace.SpanKindServer, took, options...)
}
