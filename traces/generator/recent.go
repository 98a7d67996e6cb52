package generator

import (
	"encoding/binary"
	"math/bits"

	"supersonic/traces/otlp"
)

// recent remembers which spans were read, so that those of an export that is sent
// again, because its answer was lost, count once. It holds between half and all
// of its limit, the newest: two generations of fingerprints, of which the older is
// given up when the newer is full.
type recent struct {
	limit    int // of a generation
	now, old prints
}

// prints is a set of fingerprints, by open addressing, at most half full. The place
// is from other bits of the hash than the 32 that are kept; 0 is no fingerprint.
type prints struct {
	slots []uint32
	used  int
}

func newRecent(limit int) *recent {
	r := &recent{limit: max(1, limit/2)}
	size := 1
	for size < 2*r.limit {
		size *= 2
	}
	r.now.slots, r.old.slots = make([]uint32, size), make([]uint32, size)
	return r
}

// seen tells whether a span was read, and remembers it. The kind and the start
// belong to the identity: the two sides of a call share an id in Zipkin. Of a
// thousand million spans, about one is taken for another.
func (r *recent) seen(s *otlp.Span) bool {
	h := hash(s)
	if r.now.has(h) || r.old.has(h) {
		return true
	}
	if r.now.used >= r.limit {
		r.old, r.now = r.now, prints{slots: r.old.slots}
		clear(r.now.slots)
	}
	r.now.add(h)
	return false
}

// hash mixes a span's identity to 64 bits.
func hash(s *otlp.Span) uint64 {
	const a, b, c = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F
	h := mix(binary.LittleEndian.Uint64(s.TraceID[:])^a, binary.LittleEndian.Uint64(s.TraceID[8:])^b)
	return mix(h^binary.LittleEndian.Uint64(s.ID[:]), s.Start^uint64(s.Kind)^c)
}

func mix(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo ^ bits.RotateLeft64(x+y, 29)
}

func print32(h uint64) uint32 { return max(1, uint32(h)) }

func (p *prints) has(h uint64) bool {
	f, mask := print32(h), len(p.slots)-1
	for i := int(h>>32) & mask; p.slots[i] != 0; i = (i + 1) & mask {
		if p.slots[i] == f {
			return true
		}
	}
	return false
}

func (p *prints) add(h uint64) {
	mask := len(p.slots) - 1
	i := int(h>>32) & mask
	for p.slots[i] != 0 {
		i = (i + 1) & mask
	}
	p.slots[i] = print32(h)
	p.used++
}
