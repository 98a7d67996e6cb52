package block_test

import (
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/head"
	"supersonic/traces/merge"
	"supersonic/traces/otlp"
	"supersonic/traces/traffic"
)

// cuts are blocks of some heads, one after the other.
func cuts(tb testing.TB, n int) (inputs []column.Segment) {
	tb.Helper()
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	d := otlp.NewDecoder(otlp.Limits{})
	total := 0
	for i := range n {
		h := head.New(head.Options{})
		for total < (i+1)*benchRows {
			export, spans := stream.Next()
			b, err := d.Decode(export, uint64(1+total))
			if err == nil {
				err = h.Append(b, uint64(total))
			}
			if err != nil {
				tb.Fatal(err)
			}
			b.Release()
			total += spans
		}
		inputs = append(inputs, ofCut(tb, h.View()))
	}
	return inputs
}

// BenchmarkRewrite tells CPU seconds for a million spans of making one block of four.
func BenchmarkRewrite(b *testing.B) {
	inputs := cuts(b, 4)
	var meta block.Meta
	start := cpu()
	for b.Loop() {
		seg, err := merge.New(inputs, merge.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if meta, err = block.Write(faultfs.OS{}, b.TempDir(), seg, block.Meta{Level: 1}); err != nil {
			b.Fatal(err)
		}
	}
	rows := float64(meta.Rows)
	b.ReportMetric((cpu()-start)/float64(b.N)/rows*1e6, "CPU-s/Mspan")
	b.ReportMetric(float64(meta.Bytes)/rows, "B/span")
}
