package store

import (
	"encoding/binary"
	"math/bits"

	"supersonic/traces/column"
	"supersonic/traces/span"
)

// filter tells for most trace ids, without a look at the disk, that a block has not
// got them: a Bloom filter in which all bits of an id lie in one cache line. Each new
// trace is looked up in every block.
//
// 8 bits a trace (0.2 B a span of a site's traffic); 2.5 % of the ids that are not there
// seem to be, which a block's own table tells at 0.3 µs each where many are looked up.
type filter []uint64

const (
	filterBits  = 8 // a trace
	filterWords = 8 // of a line
	filterTests = 6
)

func newFilter(traces int) filter {
	lines := max(1, (traces*filterBits+64*filterWords-1)/(64*filterWords))
	return make(filter, lines*filterWords)
}

// spread mixes an id, which may be a mere counter (splitmix64).
func spread(id span.TraceID) uint64 {
	h := binary.LittleEndian.Uint64(id[:8])*0x9e3779b97f4a7c15 ^ bits.RotateLeft64(binary.LittleEndian.Uint64(id[8:]), 31)
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

// line returns the words of an id that is spread, and what chooses bits in them.
func (f filter) line(h uint64) (line []uint64, choice uint64) {
	n, _ := bits.Mul64(h, uint64(len(f)/filterWords))
	return f[n*filterWords : (n+1)*filterWords : (n+1)*filterWords], h * 0xd6e8feb86659fd93
}

func (f filter) add(id span.TraceID) {
	line, choice := f.line(spread(id))
	for range filterTests {
		line[choice>>61] |= 1 << (choice >> 55 & 63)
		choice = bits.RotateLeft64(choice, 9)
	}
}

// has takes an id that is spread.
func (f filter) has(h uint64) bool {
	line, choice := f.line(h)
	for range filterTests {
		if line[choice>>61]&(1<<(choice>>55&63)) == 0 {
			return false
		}
		choice = bits.RotateLeft64(choice, 9)
	}
	return true
}

// filterOf makes the filter of a Segment.
func filterOf(seg column.Segment) (filter, error) {
	traces := 0
	for page := range seg.Pages() {
		traces += seg.Page(page).Traces
	}
	f := newFilter(traces)
	var v column.Vector
	ids := seg.Column(column.TraceID)
	for page := range seg.Pages() {
		bounds, err := seg.Bounds(page)
		if err != nil {
			return nil, err
		}
		v.Reset()
		if ids != nil {
			if err := ids.Read(page, &v); err != nil {
				return nil, err
			}
		}
		for _, row := range bounds[:len(bounds)-1] {
			var id span.TraceID
			if ids != nil {
				copy(id[:], v.IDs[16*row:])
			}
			f.add(id)
		}
	}
	return f, nil
}

// notes is what the file `traces` of a block says.
type notes struct {
	applied uint64         // see part
	split   []span.TraceID // those of its traces that other parts had, too
	filter  filter
}

func (n notes) encode() []byte {
	le := binary.LittleEndian
	body := make([]byte, 0, 24+16*len(n.split)+8*len(n.filter))
	body = le.AppendUint64(body, n.applied)
	body = le.AppendUint64(body, uint64(len(n.split)))
	for _, id := range n.split {
		body = append(body, id[:]...)
	}
	for _, w := range n.filter {
		body = le.AppendUint64(body, w)
	}
	return seal(notesMagic, body)
}

func decodeNotes(b []byte) (n notes, err error) {
	le := binary.LittleEndian
	body, err := unseal(notesMagic, b)
	if err != nil || len(body) < 16 {
		return n, errSealed
	}
	count := le.Uint64(body[8:])
	rest := body[16:]
	if count > uint64(len(rest))/16 {
		return n, errSealed
	}
	n.applied, n.split = le.Uint64(body), make([]span.TraceID, count)
	for i := range n.split {
		copy(n.split[i][:], rest[16*i:])
	}
	rest = rest[16*count:]
	if len(rest) == 0 || len(rest)%(8*filterWords) != 0 {
		return n, errSealed
	}
	n.filter = make(filter, len(rest)/8)
	for i := range n.filter {
		n.filter[i] = le.Uint64(rest[8*i:])
	}
	return n, nil
}
