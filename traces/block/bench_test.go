package block_test

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/traffic"
)

// site is what a head shows of a site's traffic.
func site(tb testing.TB, rows int) *head.View {
	tb.Helper()
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	d := otlp.NewDecoder(otlp.Limits{})
	h := head.New(head.Options{})
	for n := 0; n < rows; {
		export, spans := stream.Next()
		b, err := d.Decode(export, uint64(1+n))
		if err == nil {
			err = h.Append(b, uint64(n))
		}
		if err != nil {
			tb.Fatal(err)
		}
		b.Release()
		n += spans
	}
	return h.View()
}

// cpu is the CPU time of the process in seconds.
func cpu() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}

const benchRows = 128 << 10

// BenchmarkWrite tells CPU seconds for a million spans, of reading the head alone
// and with writing, and bytes a span by column.
func BenchmarkWrite(b *testing.B) {
	v := site(b, benchRows)
	rows := float64(v.Rows())
	start := cpu()
	var vec column.Vector
	for _, k := range slices.Concat(column.Fixed(), v.Keys()) {
		for p := range v.Pages() {
			if c := v.Column(k); c != nil {
				_ = c.Read(p, &vec)
			}
		}
	}
	read := (cpu() - start) / rows * 1e6
	var meta block.Meta
	var dir string
	start = cpu()
	for b.Loop() {
		dir = b.TempDir()
		var err error
		if meta, err = block.Write(faultfs.OS{}, dir, v, block.Meta{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpu()-start)/float64(b.N)/rows*1e6, "CPU-s/Mspan")
	b.ReportMetric(read, "head-read-CPU-s/Mspan")
	b.ReportMetric(float64(meta.Bytes)/rows, "B/span")
	b.StopTimer()
	bl := opened(b, dir)
	b.ReportMetric(float64(bl.Memory())/rows, "open-B/span")
	sizes := bl.Sizes()
	slices.SortFunc(sizes, func(x, y block.Size) int { return cmp.Compare(y.Bytes, x.Bytes) })
	var out strings.Builder
	for _, s := range sizes {
		fmt.Fprintf(&out, "%8.3f %s\n", float64(s.Bytes)/rows, s.Name)
	}
	b.Logf("%d columns\n%s", len(sizes), out.String())
}

// BenchmarkRead tells CPU milliseconds of decoding a column of two million spans.
func BenchmarkRead(b *testing.B) {
	v := site(b, benchRows)
	bl := written(b, v)
	keys := map[string][]column.Key{
		"service": {column.ServiceName}, "name": {column.Name}, "start": {column.Start}, "duration": {column.Duration},
		"parent_row": {column.ParentRow}, "span_id": {column.SpanID}, "trace_id": {column.TraceID},
		"model":      {{Scope: column.ScopeSpan, Type: column.String, Name: "triton.model_name"}},
		"event_name": {column.EventName}, "event_time": {column.EventTime}, "all": slices.Concat(column.Fixed(), bl.Keys()),
	}
	for name, list := range keys {
		b.Run(name, func(b *testing.B) {
			var vec column.Vector
			start, cost := cpu(), 0
			for b.Loop() {
				cost = 0
				for _, k := range list {
					c := bl.Column(k)
					if c == nil {
						continue
					}
					for p := range bl.Pages() {
						if err := c.Read(p, &vec); err != nil {
							b.Fatal(err)
						}
						cost += vec.Cost
					}
				}
			}
			b.ReportMetric((cpu()-start)/float64(b.N)/float64(v.Rows())*2e9, "CPU-ms/2Mspan")
			b.ReportMetric(float64(cost)/float64(v.Rows()), "B/span")
		})
	}
}

// BenchmarkFind tells the time of looking for traces that are not here, one by one
// and all at once.
func BenchmarkFind(b *testing.B) {
	bl := written(b, site(b, benchRows))
	ids := make([][16]byte, 27_000)
	for i := range ids {
		binary.LittleEndian.PutUint64(ids[i][:], uint64(i)*0x9e3779b97f4a7c15)
	}
	for name, at := range map[string]int{"one": 1, "some": 670, "many": len(ids)} {
		b.Run(name, func(b *testing.B) {
			start, n := cpu(), 0
			for b.Loop() {
				from := n % (len(ids) - at + 1)
				if err := bl.FindAll(ids[from:from+at], func(int, column.Place) { b.Error("found") }); err != nil {
					b.Fatal(err)
				}
				n += at
			}
			b.ReportMetric((cpu()-start)/float64(n)*1e6, "CPU-us/id")
		})
	}
}
