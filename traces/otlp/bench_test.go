package otlp

import (
	"syscall"
	"testing"

	"supersonic/traces/traffic"
)

// cpu is the CPU time of the process in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

// BenchmarkDecode tells CPU seconds for a million spans of a site, and the memory
// of a batch for each byte of the export.
func BenchmarkDecode(b *testing.B) {
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	var exports [][]byte
	spans, bytes := 0, 0
	for range 64 {
		raw, n := stream.Next()
		exports = append(exports, append([]byte(nil), raw...))
		spans, bytes = spans+n, bytes+len(raw)
	}
	d := NewDecoder(Limits{Attributes: 128, ValueBytes: 16 << 10, Events: 128, Links: 128, SpanBytes: 1 << 20})
	memory := 0
	b.ReportAllocs()
	start := cpu()
	for b.Loop() {
		memory = 0
		for _, raw := range exports {
			batch, err := d.Decode(raw, 0)
			if err != nil {
				b.Fatal(err)
			}
			memory += batch.Memory()
			batch.Release()
		}
	}
	b.ReportMetric((cpu()-start)/float64(b.N)/float64(spans)*1e6, "CPU-s/Mspan")
	b.ReportMetric(float64(memory)/float64(bytes), "memory-B/B")
	b.ReportMetric(float64(bytes)/float64(spans), "B/span")
}
