package head

import "hash/maphash"

// traces numbers traces in the order in which they came.
type traces struct {
	ids   [][16]byte
	count []uint32 // spans
	last  []uint32 // the last row

	table   table
	largest int // the most spans of a trace
	recent  uint32
}

// traceBytes is what a trace takes beside its slot in the table.
const traceBytes = 16 + 4 + 4

// add counts the next row of the head to a trace.
func (t *traces) add(h *Head, id [16]byte) uint32 {
	n := t.recent
	if int(n) >= len(t.ids) || t.ids[n] != id {
		var ok bool
		if n, ok = t.find(h.seed, id); !ok {
			n = uint32(len(t.ids))
			t.ids = append(t.ids, id)
			t.count = append(t.count, 0)
			t.last = append(t.last, 0)
			t.table.add(hashID(h.seed, id), n)
		}
		t.recent = n
	}
	t.count[n]++
	t.largest = max(t.largest, int(t.count[n]))
	t.last[n] = uint32(h.rows)
	return n
}

func (t *traces) find(seed maphash.Seed, id [16]byte) (number uint32, ok bool) {
	for p := t.table.find(hashID(seed, id)); ; {
		n, ok := p.next()
		if !ok || t.ids[n] == id {
			return n, ok
		}
	}
}

// spans is the number of spans of a trace.
func (t *traces) spans(seed maphash.Seed, id [16]byte) int {
	if n, ok := t.find(seed, id); ok {
		return int(t.count[n])
	}
	return 0
}

func (t *traces) bytes() int { return cap(t.ids)*traceBytes + t.table.bytes() }

func hashID(seed maphash.Seed, id [16]byte) uint64 { return maphash.Bytes(seed, id[:]) }
