package collector

import (
	"context"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"sort"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/protobuf/encoding/protowire"
)

// traceSink takes OTLP as a trace store does and keeps the spans.
type traceSink struct {
	ptraceotlp.UnimplementedGRPCServer
	mu    sync.Mutex
	spans []ptrace.Span
	of    map[string]ptrace.ResourceSpans // span id: the resource it came with
}

func newTraceSink() *traceSink { return &traceSink{of: map[string]ptrace.ResourceSpans{}} }

func (s *traceSink) take(td ptrace.Traces) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				s.spans = append(s.spans, sp)
				s.of[sp.SpanID().String()] = rs
			}
		}
	}
}

func (s *traceSink) Export(_ context.Context, r ptraceotlp.ExportRequest) (ptraceotlp.ExportResponse, error) {
	s.take(r.Traces())
	return ptraceotlp.NewExportResponse(), nil
}

func (s *traceSink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := io.Reader(r.Body)
	if r.Header.Get("Content-Encoding") == "gzip" {
		body, _ = gzip.NewReader(r.Body)
	}
	raw, err := io.ReadAll(body)
	req := ptraceotlp.NewExportRequest()
	if err != nil || r.URL.Path != "/v1/traces" || req.UnmarshalProto(raw) != nil {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	s.take(req.Traces())
	w.Header().Set("Content-Type", "application/x-protobuf")
}

func (s *traceSink) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.spans)
}

// lines are the kept spans as "service name kind tracestate", sorted.
func (s *traceSink) lines() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, sp := range s.spans {
		service, _ := s.of[sp.SpanID().String()].Resource().Attributes().Get("service.name")
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", service.AsString(), sp.Name(), sp.Kind(), sp.TraceState().AsRaw())))
	}
	sort.Strings(out)
	return out
}

// serveGRPC makes the sink a gRPC server and returns its address.
func (s *traceSink) serveGRPC(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := grpc.NewServer()
	ptraceotlp.RegisterGRPCServer(srv, s)
	done := make(chan struct{})
	go func() { defer close(done); srv.Serve(l) }()
	t.Cleanup(func() { srv.Stop(); <-done })
	return l.Addr().String()
}

func (s *traceSink) serveHTTP(t testing.TB) string {
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return srv.URL
}

// writeSink takes Prometheus' remote write and keeps each series' last value.
type writeSink struct {
	mu     sync.Mutex
	series map[string]float64 // name{a="b",...}
}

func newWriteSink(t testing.TB) (*writeSink, string) {
	s := &writeSink{series: map[string]float64{}}
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	return s, srv.URL
}

func (s *writeSink) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	packed, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	raw, err := snappy.Decode(nil, packed)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	eachField(raw, func(n protowire.Number, v []byte, _ uint64) {
		if n == 1 {
			s.takeSeries(v)
		}
	})
}

// takeSeries reads TimeSeries: labels = 1 {name = 1, value = 2}, samples = 2 {value = 1}.
func (s *writeSink) takeSeries(raw []byte) {
	name, labels, value := "", []string{}, math.NaN()
	eachField(raw, func(n protowire.Number, v []byte, _ uint64) {
		switch n {
		case 1:
			var pair [3]string
			eachField(v, func(n protowire.Number, v []byte, _ uint64) { pair[n] = string(v) })
			if pair[1] == "__name__" {
				name = pair[2]
			} else {
				labels = append(labels, fmt.Sprintf("%s=%q", pair[1], pair[2]))
			}
		case 2:
			eachField(v, func(n protowire.Number, _ []byte, bits uint64) {
				if n == 1 {
					value = math.Float64frombits(bits)
				}
			})
		}
	})
	if !math.IsNaN(value) {
		s.series[name+"{"+strings.Join(labels, ",")+"}"] = value
	}
}

// sum adds the series of one name that have all of labels.
func (s *writeSink) sum(name string, labels ...string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0.0
next:
	for id, v := range s.series {
		if !strings.HasPrefix(id, name+"{") {
			continue
		}
		for _, l := range labels {
			if !strings.Contains(id, l) {
				continue next
			}
		}
		total += v
	}
	return total
}

func eachField(raw []byte, f func(protowire.Number, []byte, uint64)) {
	for len(raw) > 0 {
		num, kind, n := protowire.ConsumeTag(raw)
		if n < 0 {
			return
		}
		raw = raw[n:]
		switch kind {
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(raw)
			if n < 0 {
				return
			}
			f(num, v, 0)
			raw = raw[n:]
		case protowire.Fixed64Type:
			v, n := protowire.ConsumeFixed64(raw)
			if n < 0 {
				return
			}
			f(num, nil, v)
			raw = raw[n:]
		default:
			if n = protowire.ConsumeFieldValue(num, kind, raw); n < 0 {
				return
			}
			raw = raw[n:]
		}
	}
}
