package query

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/span"
	"supersonic/traces/traffic"
)

// benchSpans is how much the benchmarks ask over: about two million spans in 16 parts.
const (
	benchParts = 16
	benchRows  = 125_000
)

// siteSnapshot is a site's traffic in views of heads: as a head is cut.
func siteSnapshot(tb testing.TB, parts, rows int) *fixedSnapshot {
	tb.Helper()
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	d := otlp.NewDecoder(otlp.Limits{})
	out := &fixedSnapshot{}
	at := uint64(0)
	for i := range parts {
		h := head.New(head.Options{MaxRows: 2 * rows, MaxBytes: 1 << 30})
		for h.Rows() < rows {
			export, _ := stream.Next()
			b, err := d.Decode(export, at+1)
			if err != nil {
				tb.Fatal(err)
			}
			if err := h.Append(b, at); err != nil {
				tb.Fatal(err)
			}
			b.Release()
			at++
		}
		out.Parts = append(out.Parts, Part{Segment: h.View(), Name: fmt.Sprint("part ", i), Hidden: map[int][]uint32{}})
	}
	return out
}

var benchSite = sync.OnceValue(func() *fixedSnapshot { return siteSnapshot(&testing.B{}, benchParts, benchRows) })

func benchCPU() float64 {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Sec+u.Stime.Sec)*1e3 + float64(u.Utime.Usec+u.Stime.Usec)/1e3
}

// inBlocks writes the parts as blocks, which share a cache of 64 MiB.
func inBlocks(b *testing.B, src *fixedSnapshot) *fixedSnapshot {
	b.Helper()
	out := &fixedSnapshot{}
	cache := block.NewCache(64 << 20)
	for i, p := range src.Parts {
		dir := filepath.Join(b.TempDir(), fmt.Sprint(i))
		if err := os.Mkdir(dir, 0o755); err != nil {
			b.Fatal(err)
		}
		if _, err := block.Write(faultfs.OS{}, dir, p.Segment, block.Meta{}); err != nil {
			b.Fatal(err)
		}
		o, err := block.Open(faultfs.OS{}, dir, block.Options{Cache: cache})
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(o.Release)
		out.Parts = append(out.Parts, Part{Segment: o, Name: fmt.Sprint("block ", i), Hidden: map[int][]uint32{}})
	}
	return out
}

func BenchmarkSearch(b *testing.B) { benchSearches(b, benchSite()) }

func BenchmarkSearchBlocks(b *testing.B) { benchSearches(b, inBlocks(b, benchSite())) }

// BenchmarkSearchFresh asks a head that has changed since, as one that takes spans
// has: its order of rows is made each time.
func BenchmarkSearchFresh(b *testing.B) {
	stream := traffic.New(traffic.Options{Seed: 1})
	d := otlp.NewDecoder(otlp.Limits{})
	h := head.New(head.Options{MaxRows: 1 << 20, MaxBytes: 1 << 30})
	add := func() {
		export, _ := stream.Next()
		batch, err := d.Decode(export, 1)
		if err != nil {
			b.Fatal(err)
		}
		if err := h.Append(batch, 0); err != nil {
			b.Fatal(err)
		}
		batch.Release()
	}
	for h.Rows() < 100_000 {
		add()
	}
	for name, query := range map[string]string{"order": "", "newest": `{}`, "model": `{ span.triton.model_name = "model_03" && duration > 10ms }`} {
		b.Run(name, func(b *testing.B) {
			start := benchCPU()
			for b.Loop() {
				add()
				src := &fixedSnapshot{Parts: []Part{{Segment: h.View(), Name: "head"}}}
				if query == "" {
					src.Parts[0].Segment.Pages()
				} else if _, err := NewEngine(src, EngineOptions{}).Search(b.Context(), SearchRequest{Query: query, Limit: 20, SpansPerSet: 3}); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((benchCPU()-start)/float64(b.N), "CPU-ms/op")
		})
	}
}

// BenchmarkSearchSplit asks over two heads of which each has half of every trace:
// 50,000 split traces.
func BenchmarkSearchSplit(b *testing.B) {
	stream := traffic.New(traffic.Options{Seed: 1})
	d := otlp.NewDecoder(otlp.Limits{})
	heads := []*head.Head{head.New(head.Options{MaxRows: 1 << 20, MaxBytes: 1 << 30}), head.New(head.Options{MaxRows: 1 << 20, MaxBytes: 1 << 30})}
	ids := make(map[span.TraceID]int)
	for n := 0; n < 250_000; {
		export, spans := stream.Next()
		n += spans
		for k, h := range heads {
			batch, err := d.Decode(export, 1)
			if err != nil {
				b.Fatal(err)
			}
			kept := batch.Spans[:0]
			for i, s := range batch.Spans {
				ids[s.TraceID] = 0
				if i%2 == k {
					kept = append(kept, s)
				}
			}
			batch.Spans = kept
			if err := h.Append(batch, 0); err != nil {
				b.Fatal(err)
			}
			batch.Release()
		}
	}
	src := &fixedSnapshot{}
	for _, h := range heads {
		src.Parts = append(src.Parts, Part{Segment: h.View(), Name: "head", Hidden: map[int][]uint32{}})
	}
	for _, id := range sortedIDs(ids) {
		src.placeQuickly(id)
	}
	src.sortSplit()
	b.Logf("%d split traces", len(src.Split))
	benchSearches(b, src)
}

// placeQuickly is place, for spans of which none ends before it starts.
func (s *fixedSnapshot) placeQuickly(id span.TraceID) {
	sp := Split{ID: id}
	for i := range s.Parts {
		at, ok, _ := s.Parts[i].Segment.Find(id)
		if !ok {
			continue
		}
		info := s.Parts[i].Segment.Page(at.Page)
		sp.Pieces = append(sp.Pieces, Piece{i, at})
		sp.Start, sp.End = info.MinStart, max(sp.End, info.MaxEnd)
	}
	if len(sp.Pieces) < 2 {
		return
	}
	for _, p := range sp.Pieces {
		hidden := s.Parts[p.Part].Hidden
		hidden[p.Place.Page] = append(hidden[p.Place.Page], uint32(p.Place.Trace))
	}
	s.Split = append(s.Split, sp)
}

// sortSplit brings the lists into the order that a Snapshot promises.
func (s *fixedSnapshot) sortSplit() {
	for i := range s.Parts {
		for page := range s.Parts[i].Hidden {
			slices.Sort(s.Parts[i].Hidden[page])
		}
	}
	slices.SortFunc(s.Split, func(a, b Split) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Pieces[0].Place.Trace, b.Pieces[0].Place.Trace))
	})
}

// benchSearches tells CPU milliseconds of a search over two million spans, of the
// newest 20 or of what is not there.
func benchSearches(b *testing.B, src Snapshots) {
	for _, c := range []struct{ name, query string }{
		{"newest", `{}`},
		{"service", `{ resource.service.name =~ ".*envoy.*|.*gateway.*" }`},
		{"duration", `{ duration > 20ms }`},
		{"model", `{ span.triton.model_name = "model_03" && duration > 10ms }`},
		{"structure", `{ name = "ingress" } >> { name = "compute" && duration > 5ms }`},
		{"siblings", `{ name = "InferRequest" } > { span.triton.model_name = "model_07" } | count() > 0`},
		{"none-service-duration", `{ resource.service.name != "x" && duration > 1h }`},
		{"none-service-duration-zone", `{ resource.service.name != "x" && duration > 9s && kind = server }`},
		{"none-name-duration", `{ name = "compute" && duration > 5s }`},
		{"none-rows", `{ kind = client && name = "compute" }`},
		{"none-event", `{ event:timeSinceStart > 1h }`},
		{"none-event-wide", `{ event:timeSinceStart > 25s }`},
		{"none-rare", `{ span.no.such.attribute = "x" }`},
		{"none-model", `{ span.triton.model_name = "no model" }`},
		{"none-average", `{ name = "compute" } | avg(duration) > 1h`},
		{"none-arithmetic", `{ duration * 2 > 10h }`},
		{"none-root", `{ rootName = "ingress" && trace:duration > 1h }`},
		{"none-evaluated", `{ name = "ingress" } !>> { duration > 100000h }`},
		{"rows-structure", `{ name = "compute" } >> { name = "ingress" }`},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := NewEngine(src, EngineOptions{})
			hits := 0
			one := func() {
				out, err := e.Search(b.Context(), SearchRequest{Query: c.query, Limit: 20, SpansPerSet: 3})
				if err != nil {
					b.Fatal(err)
				}
				hits = len(out.Traces)
			}
			one()
			start := benchCPU()
			for b.Loop() {
				one()
			}
			b.ReportMetric((benchCPU()-start)/float64(b.N), "CPU-ms/op")
			b.ReportMetric(float64(hits), "hits")
		})
	}
}
