package merge

import (
	"syscall"
	"testing"

	"supersonic/traces/column"
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

// resting is a Segment whose columns cost nothing to read a second time: what a merge
// costs by itself.
type resting struct {
	column.Segment
	columns map[column.Key]column.Column
}

type restingColumn struct {
	column.Column
	pages []column.Vector
}

func (s resting) Column(k column.Key) column.Column { return s.columns[k] }

// Read copies what the page holds, as a decoder at best does.
func (c *restingColumn) Read(page int, v *column.Vector) error {
	from := &c.pages[page]
	v.Reset()
	v.Rows, v.Len, v.Dict = from.Rows, from.Len, from.Dict
	v.Offsets, v.Present = append(v.Offsets, from.Offsets...), append(v.Present, from.Present...)
	v.Ints, v.Floats, v.IDs = append(v.Ints, from.Ints...), append(v.Floats, from.Floats...), append(v.IDs, from.IDs...)
	v.Codes, v.Text, v.Ends = append(v.Codes, from.Codes...), append(v.Text, from.Text...), append(v.Ends, from.Ends...)
	return nil
}

// rest reads a Segment whole.
func rest(b *testing.B, s column.Segment) column.Segment {
	b.Helper()
	out := resting{s, make(map[column.Key]column.Column)}
	for _, k := range append(column.Fixed(), s.Keys()...) {
		c := s.Column(k)
		if c == nil {
			continue
		}
		r := &restingColumn{Column: c, pages: make([]column.Vector, s.Pages())}
		for p := range r.pages {
			if err := c.Read(p, &r.pages[p]); err != nil {
				b.Fatal(err)
			}
		}
		out.columns[k] = r
	}
	return out
}

// cuts are heads of 128 Ki spans, one after the other; or, mixed, each has its share
// of every moment.
func cuts(b *testing.B, n int, mixed bool) []column.Segment {
	b.Helper()
	const rows = 128 << 10
	stream := traffic.New(traffic.Options{Seed: 1, TraceState: "ot=th:fd70a3d70a3d7"})
	d := otlp.NewDecoder(otlp.Limits{})
	heads := make([]*head.Head, n)
	for i := range heads {
		heads[i] = head.New(head.Options{})
	}
	for total, i := 0, 0; total < n*rows; i++ {
		export, spans := stream.Next()
		batch, err := d.Decode(append([]byte(nil), export...), uint64(1+total))
		if err != nil {
			b.Fatal(err)
		}
		to := min(total/rows, n-1)
		if mixed {
			to = i % n
		}
		if err := heads[to].Append(batch, uint64(i)); err != nil {
			b.Fatal(err)
		}
		total += spans
	}
	var out []column.Segment
	for _, h := range heads {
		out = append(out, rest(b, h.View()))
	}
	return out
}

// BenchmarkMerge tells CPU seconds for a million spans: of New, and of reading every
// column, column by column within 16 pages as who writes a block does, beside what
// reading the inputs themselves costs.
func BenchmarkMerge(b *testing.B) {
	for name, mixed := range map[string]bool{"cuts": false, "mixed": true} {
		inputs := cuts(b, 8, mixed)
		b.Run(name, func(b *testing.B) {
			var made, read, bare float64
			var rows, runs int
			for b.Loop() {
				t0 := cpu()
				m, err := New(inputs, Options{})
				if err != nil {
					b.Fatal(err)
				}
				t1 := cpu()
				if err := readGroups(m); err != nil {
					b.Fatal(err)
				}
				t2 := cpu()
				for _, in := range inputs {
					if err := readGroups(in); err != nil {
						b.Fatal(err)
					}
				}
				made, read, bare = made+t1-t0, read+t2-t1, bare+cpu()-t2
				rows, runs = m.Rows(), len(m.runs)
			}
			per := 1e6 / float64(rows) / float64(b.N)
			b.ReportMetric(made*per, "new-CPU-s/Mspan")
			b.ReportMetric(read*per, "read-CPU-s/Mspan")
			b.ReportMetric(bare*per, "inputs-CPU-s/Mspan")
			b.ReportMetric(float64(runs*16)/float64(rows), "runs-B/span")
		})
	}
}

func readGroups(s column.Segment) error {
	keys := append(column.Fixed(), s.Keys()...)
	var v column.Vector
	for first := 0; first < s.Pages(); first += 16 {
		for _, k := range keys {
			c := s.Column(k)
			for p := first; c != nil && p < min(first+16, s.Pages()); p++ {
				if err := c.Read(p, &v); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
