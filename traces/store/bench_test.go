package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
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

// BenchmarkIngest stores a million spans of a site, exports made beforehand, and tells
// what a span costs: CPU of log, head, cuts, blocks and merges; bytes; how often a
// byte of a block is written again; and the directory at its largest.
func BenchmarkIngest(b *testing.B) {
	const spans = 1 << 20
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	var exports [][]byte
	for n := 0; n < spans; {
		raw, k := stream.Next()
		exports = append(exports, append([]byte(nil), raw...))
		n += k
	}
	dec := otlp.NewDecoder(otlp.Limits{})
	for b.Loop() {
		dir := b.TempDir()
		var first, again int64
		opts := Options{FanIn: 8} // so the million is rewritten once, as each span is with the default in the long run
		opts.Events.Written = func(_ string, m blockMeta, _ time.Duration) { first += m.Bytes }
		opts.Events.Merged = func(_ []string, _ string, m blockMeta, _ time.Duration) { again += m.Bytes }
		s, _, err := Open(faultfs.OS{}, dir, opts)
		if err != nil {
			b.Fatal(err)
		}
		start, begun, most, n := cpu(), time.Now(), int64(0), 0
		for i, raw := range exports {
			batch, err := dec.Decode(raw, uint64(time.Now().UnixNano()))
			if err != nil {
				b.Fatal(err)
			}
			if err := s.appendPatiently(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
			n += len(batch.Spans)
			batch.Release()
			if i%100 == 0 {
				most = max(most, size(b, dir))
			}
		}
		b.ReportMetric(float64(n)/time.Since(begun).Seconds()/1e3, "kspans/s")
		for s.State().HeadRows > 0 { // the last spans become a block too, and the blocks one
			_, _ = s.cut(head.CarryNone)
			if _, err := s.writeNext(); err != nil {
				b.Fatal(err)
			}
		}
		for s.keepOnce() {
		}
		if err := s.Close(); err != nil {
			b.Fatal(err)
		}
		million := float64(n) / 1e6
		b.ReportMetric((cpu()-start)/million, "CPU-s/Mspan")
		b.ReportMetric(float64(size(b, dir))/float64(n), "B/span")
		b.ReportMetric(float64(again)/float64(first), "rewritten/ingested")
		b.ReportMetric(float64(most)/float64(n), "most-B/span")
	}
}

// size is the bytes of a directory's files.
func size(t testing.TB, dir string) (n int64) {
	_ = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() && !strings.HasSuffix(path, lockName) {
			n += info.Size()
		}
		return nil
	})
	return n
}

// BenchmarkSnapshot takes snapshots of a store of some blocks and a head half full,
// to which something is appended before each.
func BenchmarkSnapshot(b *testing.B) {
	stream := traffic.New(traffic.Options{Seed: 1})
	dec := otlp.NewDecoder(otlp.Limits{})
	s, _, err := Open(faultfs.OS{}, b.TempDir(), Options{Head: head.Options{MaxRows: 64 << 10}})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	put := func() {
		raw, _ := stream.Next()
		batch, err := dec.Decode(bytes.Clone(raw), uint64(time.Now().UnixNano()))
		if err == nil {
			err = s.appendPatiently(b.Context(), batch)
			batch.Release()
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	for range 450_000 / 510 {
		put()
	}
	for b.Loop() {
		b.StopTimer()
		put()
		b.StartTimer()
		snap, err := s.Snapshot()
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(snap.Split)), "split")
		b.ReportMetric(float64(len(snap.Parts)), "parts")
		snap.Release()
	}
}
