package query_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/traffic"
)

// siteSpans is an hour of a site's traffic.
const siteSpans = 2_000_000

// site is blocks of a site's traffic, as heads are cut.
type site struct{ parts []query.Part }

func (s *site) Snapshot() (*query.Snapshot, error) {
	return &query.Snapshot{Parts: s.parts, Release: func() {}}, nil
}

// some is a trace of the site.
func (s *site) some(b *testing.B) (id span.TraceID) {
	b.Helper()
	err := s.parts[len(s.parts)/2].Segment.(*block.Block).IDs(func(is [16]byte) bool {
		id = is
		return false
	})
	if err != nil {
		b.Fatal(err)
	}
	return id
}

var siteOnce struct {
	sync.Once
	site
	err error
}

// benchSite makes the blocks once for all benchmarks of a run.
func benchSite(b *testing.B) *site {
	b.Helper()
	s := &siteOnce
	s.Do(func() { s.err = s.fill(b.TempDir()) })
	if s.err != nil {
		b.Fatal(s.err)
	}
	return &s.site
}

func (s *site) fill(dir string) error { return s.fillN(dir, siteSpans) }

// fillN makes blocks of so many spans.
func (s *site) fillN(dir string, rows int) error {
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	d := otlp.NewDecoder(otlp.Limits{})
	cache := block.NewCache(512 << 20)
	h := head.New(head.Options{})
	for n := 0; n < rows; {
		export, spans := stream.Next()
		n += spans
		batch, err := d.Decode(export, uint64(1+n))
		if err == nil {
			err = h.Append(batch, uint64(n))
		}
		if err != nil {
			return err
		}
		batch.Release()
		if !h.Full() && n < rows {
			continue
		}
		to := filepath.Join(dir, fmt.Sprint(len(s.parts)))
		if err := (faultfs.OS{}).MkdirAll(to); err != nil {
			return err
		}
		if _, err := block.Write(faultfs.OS{}, to, h.View(), block.Meta{}); err != nil {
			return err
		}
		opened, err := block.Open(faultfs.OS{}, to, block.Options{Cache: cache})
		if err != nil {
			return err
		}
		s.parts = append([]query.Part{{Segment: opened, Name: to}}, s.parts...)
		h = head.New(head.Options{})
	}
	return nil
}

// cpu is the CPU time of the process in milliseconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec)*1e3 + float64(u.Utime.Usec+u.Stime.Usec)/1e3
}

// measure tells the CPU time of a question, warm.
func measure(b *testing.B, ask func() error) {
	b.Helper()
	if err := ask(); err != nil {
		b.Fatal(err)
	}
	start := cpu()
	for b.Loop() {
		if err := ask(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-start)/float64(b.N), "CPU-ms")
}

func BenchmarkMetrics(b *testing.B) {
	s := benchSite(b)
	e := query.NewEngine(s, query.EngineOptions{})
	from := uint64(time.Date(2026, 11, 23, 1, 0, 0, 0, time.UTC).UnixNano())
	for _, q := range []string{
		`{} | rate() by (resource.service.name)`,
		`{ name = "compute" } | quantile_over_time(duration, .5, .9, .99) by (span.triton.model_name)`,
		`{ name = "compute" } | quantile_over_time(duration, .5, .9, .99) by (parent.span.triton.model_name)`,
		`{ name = "ingress" } | rate() by (resource.service.name, status) with(weighted=true)`,
		`{ duration > 100ms } | histogram_over_time(duration) by (name)`,
		`{ name = "ingress" } >> { name = "compute" } | rate() by (span.triton.model_name)`,
		`{ event:name = "COMPUTE_START" } | rate()`,
	} {
		for _, exemplars := range []int{0, 100} {
			b.Run(fmt.Sprintf("%s, %d exemplars", q, exemplars), func(b *testing.B) {
				measure(b, func() error {
					_, err := e.Metrics(b.Context(), query.MetricsRequest{Query: q, Range: query.Range{Start: from, End: from + 3600e9}, Step: time.Minute, Exemplars: exemplars})
					return err
				})
			})
		}
	}
}

func BenchmarkTraceByID(b *testing.B) {
	s := benchSite(b)
	e, id := query.NewEngine(s, query.EngineOptions{}), s.some(b)
	measure(b, func() error {
		_, _, err := e.Trace(b.Context(), id)
		return err
	})
}

func BenchmarkTagValues(b *testing.B) {
	s := benchSite(b)
	e := query.NewEngine(s, query.EngineOptions{})
	for _, r := range []query.TagValuesRequest{
		{Tag: "resource.service.name"}, {Tag: "name"}, {Tag: "span.triton.model_name", Query: `{ resource.service.name = "triton-3" }`}, {Tag: "duration"}, {Tag: "status"},
	} {
		b.Run(r.Tag+r.Query, func(b *testing.B) {
			measure(b, func() error {
				_, err := e.TagValues(b.Context(), r)
				return err
			})
		})
	}
	b.Run("names", func(b *testing.B) {
		measure(b, func() error {
			_, err := e.TagNames(b.Context(), query.TagNamesRequest{})
			return err
		})
	})
}
