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

// prints is a set of fingerprints, by open addressing; 0 is no fingerprint. It grows
// by doubling.
type prints struct {
	slots []uint64
	used  int
}

func newRecent(limit int) *recent { return &recent{limit: max(1, limit/2)} }

// seen tells whether a span was read, and remembers it. The kind and the start
// belong to the identity: the two sides of a call share an id in Zipkin.
func (r *recent) seen(s *otlp.Span) bool {
	f := fingerprint(s)
	if r.old.has(f) || r.now.has(f) {
		return true
	}
	if r.now.used >= r.limit {
		r.old, r.now = r.now, prints{r.old.slots, 0}
		clear(r.now.slots)
	}
	r.now.add(f)
	return false
}

// fingerprint mixes a span's identity to 64 bits: among a million spans, one in
// 2^44 is taken for another.
func fingerprint(s *otlp.Span) uint64 {
	const a, b, c = 0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F
	h := mix(binary.LittleEndian.Uint64(s.TraceID[:])^a, binary.LittleEndian.Uint64(s.TraceID[8:])^b)
	h = mix(h^binary.LittleEndian.Uint64(s.ID[:]), s.Start^uint64(s.Kind)^c)
	return max(1, h)
}

func mix(x, y uint64) uint64 {
	hi, lo := bits.Mul64(x, y)
	return hi ^ lo ^ bits.RotateLeft64(x+y, 29)
}

func (p *prints) has(f uint64) bool {
	if len(p.slots) == 0 {
		return false
	}
	for i := f & uint64(len(p.slots)-1); p.slots[i] != 0; i = (i + 1) & uint64(len(p.slots)-1) {
		if p.slots[i] == f {
			return true
		}
	}
	return false
}

func (p *prints) add(f uint64) {
	if 2*(p.used+1) > len(p.slots) {
		old := p.slots
		p.slots = make([]uint64, max(1024, 2*len(old)))
		for _, o := range old {
			if o != 0 {
				p.place(o)
			}
		}
	}
	p.place(f)
	p.used++
}

func (p *prints) place(f uint64) {
	i := f & uint64(len(p.slots)-1)
	for p.slots[i] != 0 {
		i = (i + 1) & uint64(len(p.slots)-1)
	}
	p.slots[i] = f
}
