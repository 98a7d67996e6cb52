package generator

import "slices"

// maxStretches bounds what is remembered of one stream.
const maxStretches = 1024

// busy is the time during which at least one of a call's requests was at its
// server: the duration of the request for a single one, the sum for messages one
// after the other, and nothing twice for those that overlap. It never exceeds the
// call.
type busy struct{ stretches []stretch } // sorted, apart from each other

type stretch struct{ from, to uint64 } // Unix ns

func (b *busy) empty() bool { return len(b.stretches) == 0 }

// add takes one request in. Beyond maxStretches the two nearest neighbours become
// one: the idle time between them then counts as busy.
func (b *busy) add(from, to uint64) {
	s := stretch{from, max(from, to)}
	first, _ := slices.BinarySearchFunc(b.stretches, s.from, func(o stretch, from uint64) int {
		if o.to < from {
			return -1
		}
		return 1
	})
	last := first
	for last < len(b.stretches) && b.stretches[last].from <= s.to {
		s.from, s.to = min(s.from, b.stretches[last].from), max(s.to, b.stretches[last].to)
		last++
	}
	b.stretches = slices.Replace(b.stretches, first, last, s)
	if len(b.stretches) > maxStretches {
		b.join()
	}
}

func (b *busy) join() {
	at, gap := 1, uint64(1<<63)
	for i := 1; i < len(b.stretches); i++ {
		if g := b.stretches[i].from - b.stretches[i-1].to; g < gap {
			at, gap = i, g
		}
	}
	b.stretches[at-1].to = b.stretches[at].to
	b.stretches = slices.Delete(b.stretches, at, at+1)
}

func (b *busy) nanos() uint64 {
	var n uint64
	for _, s := range b.stretches {
		n += s.to - s.from
	}
	return n
}
