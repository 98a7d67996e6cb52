package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"supersonic/traces/span"
)

const (
	indexMagic  = "SSTRIDX\x00"
	indexFormat = 1
	indexHead   = 72
	entrySize   = 40
	indexEnding = ".idx"
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

var errIndex = errors.New("damaged index")

// indexHeader is the part of an index file that stays in memory.
type indexHeader struct {
	sum     summary
	logSize int64
	split   []span.TraceID // traces that have pieces in older segments as well
	bloom   bloom
	refs    int
	bodyAt  int // where the entries begin
}

// encodeIndex makes the file.
func encodeIndex(h *indexHeader, f *fileIndex) []byte {
	names := []byte{}
	for _, s := range h.sum.services {
		names = binary.AppendUvarint(names, uint64(len(s)))
		names = append(names, s...)
	}
	le := binary.LittleEndian
	b := make([]byte, 0, indexHead+len(names)+len(h.split)*16+len(h.bloom)+len(f.entries)*(entrySize+4)+len(f.refs)*4+8)
	b = append(b, indexMagic...)
	for _, v := range []int{indexFormat, len(f.entries), len(f.refs), len(names), len(h.bloom), len(h.split)} {
		b = le.AppendUint32(b, uint32(v))
	}
	for _, v := range []uint64{uint64(h.logSize), h.sum.minStart, h.sum.maxStart, h.sum.maxEnd, uint64(h.sum.spans)} {
		b = le.AppendUint64(b, v)
	}
	b = append(b, names...)
	for _, id := range h.split {
		b = append(b, id[:]...)
	}
	b = append(b, h.bloom...)
	b = le.AppendUint32(b, crc32.Checksum(b, castagnoli))
	body := len(b)
	for i := range f.entries {
		e := &f.entries[i]
		b = append(b, e.id[:]...)
		b = le.AppendUint64(b, e.start)
		b = le.AppendUint64(b, e.end)
		b = le.AppendUint32(b, uint32(e.ref))
		b = le.AppendUint32(b, e.spans)
	}
	for _, list := range [][]uint32{f.byStart, f.refs} {
		for _, v := range list {
			b = le.AppendUint32(b, v)
		}
	}
	return le.AppendUint32(b, crc32.Checksum(b[body:], castagnoli))
}

// decodeIndexHeader reads the first part of a file; data may be longer.
func decodeIndexHeader(data []byte) (*indexHeader, error) {
	if len(data) < indexHead || string(data[:8]) != indexMagic {
		return nil, errIndex
	}
	le := binary.LittleEndian
	if v := le.Uint32(data[8:]); v != indexFormat {
		return nil, fmt.Errorf("%w: format %d", errIndex, v)
	}
	var n [5]uint64
	for i := range n {
		n[i] = uint64(le.Uint32(data[12+4*i:]))
	}
	traces, refs, names, bloomLen, split := n[0], n[1], n[2], n[3], n[4]
	end := indexHead + names + split*16 + bloomLen
	if uint64(len(data)) < end+4 || crc32.Checksum(data[:end], castagnoli) != le.Uint32(data[end:]) {
		return nil, errIndex
	}
	h := &indexHeader{logSize: int64(le.Uint64(data[32:])), refs: int(refs), bodyAt: int(end) + 4}
	h.sum = summary{traces: int(traces), minStart: le.Uint64(data[40:]), maxStart: le.Uint64(data[48:]),
		maxEnd: le.Uint64(data[56:]), spans: int(le.Uint64(data[64:]))}
	rest := data[indexHead:end]
	var err error
	if h.sum.services, err = decodeNames(rest[:names]); err != nil {
		return nil, err
	}
	rest = rest[names:]
	h.split = make([]span.TraceID, split)
	for i := range h.split {
		h.split[i] = span.TraceID(rest[16*i:])
	}
	h.bloom = bloom(append([]byte(nil), rest[split*16:]...))
	return h, nil
}

func decodeNames(b []byte) ([]string, error) {
	var out []string
	for len(b) > 0 {
		n, used := binary.Uvarint(b)
		if used <= 0 || n > uint64(len(b)-used) {
			return nil, fmt.Errorf("%w: names", errIndex)
		}
		out = append(out, string(b[used:used+int(n)]))
		b = b[used+int(n):]
	}
	return out, nil
}

// decodeIndexBody reads the rest of a file whose header is h.
func decodeIndexBody(h *indexHeader, data []byte) (*fileIndex, error) {
	want := h.bodyAt + h.sum.traces*(entrySize+4) + h.refs*4 + 4
	if len(data) != want {
		return nil, fmt.Errorf("%w: length", errIndex)
	}
	le := binary.LittleEndian
	body := data[h.bodyAt : want-4]
	if crc32.Checksum(body, castagnoli) != le.Uint32(data[want-4:]) {
		return nil, fmt.Errorf("%w: checksum of the entries", errIndex)
	}
	f := &fileIndex{entries: make([]entry, h.sum.traces), byStart: make([]uint32, h.sum.traces), refs: make([]uint32, h.refs)}
	last := uint32(0)
	for i := range f.entries {
		b := body[i*entrySize:]
		ref := le.Uint32(b[32:])
		if ref < last || ref > uint32(h.refs) {
			return nil, fmt.Errorf("%w: references", errIndex)
		}
		last = ref
		f.entries[i] = entry{span.TraceID(b), le.Uint64(b[16:]), le.Uint64(b[24:]), int32(ref), le.Uint32(b[36:])}
	}
	body = body[len(f.entries)*entrySize:]
	for i := range f.byStart {
		if f.byStart[i] = le.Uint32(body[4*i:]); int(f.byStart[i]) >= len(f.entries) {
			return nil, fmt.Errorf("%w: order", errIndex)
		}
	}
	body = body[4*len(f.byStart):]
	for i := range f.refs {
		f.refs[i] = le.Uint32(body[4*i:])
	}
	return f, nil
}

// bloom is a filter of trace ids: 16 bits an id, eight probes within one 64-byte
// line, about 0.1 % false positives.
type bloom []byte

func newBloom(ids []entry) bloom {
	lines := (len(ids)*16 + 511) / 512
	b := make(bloom, max(lines, 1)*64)
	for i := range ids {
		line, h := b.place(ids[i].id)
		for range 8 {
			line[h>>3&63] |= 1 << (h & 7)
			h >>= 9
			h ^= h << 31
		}
	}
	return b
}

func (b bloom) has(id span.TraceID) bool {
	if len(b) < 64 {
		return false
	}
	line, h := b.place(id)
	for range 8 {
		if line[h>>3&63]&(1<<(h&7)) == 0 {
			return false
		}
		h >>= 9
		h ^= h << 31
	}
	return true
}

// place returns the line of an id and the bits to probe in it.
func (b bloom) place(id span.TraceID) ([]byte, uint64) {
	h := mix(binary.LittleEndian.Uint64(id[:8]) + mix(binary.LittleEndian.Uint64(id[8:])+0x9e3779b97f4a7c15))
	line := h % uint64(len(b)/64)
	return b[line*64 : line*64+64], mix(h + 0x9e3779b97f4a7c15)
}

// mix is the finalizer of splitmix64; the files on disk depend on it.
func mix(x uint64) uint64 {
	x ^= x >> 30
	x *= 0xbf58476d1ce4e5b9
	x ^= x >> 27
	x *= 0x94d049bb133111eb
	return x ^ x>>31
}
