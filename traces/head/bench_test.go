package head

import (
	"runtime"
	"syscall"
	"testing"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
	"supersonic/traces/traffic"
)

// site returns exports of a site, decoded.
func site(tb testing.TB, rows int) []*otlp.Batch {
	tb.Helper()
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	d := otlp.NewDecoder(otlp.Limits{})
	var out []*otlp.Batch
	for n := 0; n < rows; {
		export, spans := stream.Next()
		b, err := d.Decode(append([]byte(nil), export...), uint64(1+n))
		if err != nil {
			tb.Fatal(err)
		}
		n += spans
		out = append(out, b)
	}
	return out
}

// cpu is the CPU time of the process in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

const headRows = 128 << 10

func filled(batches []*otlp.Batch) *Head {
	h := New(Options{})
	for i, b := range batches {
		_ = h.Append(b, uint64(i))
	}
	return h
}

func heap() int {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int(m.HeapAlloc)
}

// BenchmarkAppend tells CPU seconds for a million spans, and the heap that a span
// takes beside the head's own account of it.
func BenchmarkAppend(b *testing.B) {
	batches := site(b, headRows)
	before := heap()
	h := filled(batches)
	after := heap()
	rows := float64(h.Rows())
	b.Logf("%d fields, %d shapes, %d resources, %d traces", len(h.fields.list), len(h.shapes.list), len(h.resources.list), h.Traces())
	b.ReportMetric(float64(after-before)/rows, "heap-B/span")
	b.ReportMetric(float64(h.Bytes())/rows, "own-B/span")
	start := cpu()
	for b.Loop() {
		h = filled(batches)
	}
	b.ReportMetric((cpu()-start)/float64(b.N)/rows*1e6, "CPU-s/Mspan")
}

func BenchmarkView(b *testing.B) {
	h := filled(site(b, headRows))
	start := cpu()
	for b.Loop() {
		h.view = nil
		h.View().ready()
	}
	b.ReportMetric((cpu()-start)/float64(b.N)*1e3, "CPU-ms/view")
}

// BenchmarkReadAll reads every column of every page, as who writes a block does.
func BenchmarkReadAll(b *testing.B) {
	h := filled(site(b, headRows))
	keys := append(column.Fixed(), h.View().Keys()...)
	start := cpu()
	var out column.Vector
	for b.Loop() {
		h.view = nil
		v := h.View()
		for page := range v.Pages() {
			for _, key := range keys {
				if c := v.Column(key); c != nil {
					if err := c.Read(page, &out); err != nil {
						b.Fatal(err)
					}
				}
			}
		}
	}
	b.ReportMetric((cpu()-start)/float64(b.N)/float64(h.Rows())*1e6, "CPU-s/Mspan")
	b.Logf("%d columns", len(keys))
}
