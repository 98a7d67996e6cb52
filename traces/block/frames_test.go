package block

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/klauspost/compress/zstd"

	"supersonic/internal/faultfs"
	"supersonic/internal/rounds"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
)

// framedPage is a page of n values in frames, its plain bytes and where the values end.
func framedPage(t *testing.T, r *rand.Rand, width, each, n, levels int) (packed, raw []byte, ends []int) {
	t.Helper()
	z, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(false))
	if err != nil {
		t.Fatal(err)
	}
	for range levels {
		raw = append(raw, byte(r.IntN(3)))
	}
	for range n {
		size := width
		if width == 0 {
			size = r.IntN(30)
			raw = binary.LittleEndian.AppendUint32(raw, uint32(size))
		}
		for range size {
			raw = append(raw, byte(r.IntN(4)))
		}
		ends = append(ends, len(raw))
	}
	return appendFrames(nil, z, raw, levels, n, each, width), raw, ends
}

func TestFramesHaveTheValuesOfTheirPage(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for round := range 60 {
		width, each := []int{0, 8, 16}[round%3], 1+r.IntN(70)
		levels := r.IntN(2) * (1 + r.IntN(200))
		packed, raw, ends := framedPage(t, r, width, each, each*(2+r.IntN(9))+r.IntN(each), levels)
		if all, err := decoders.Get().(*zstd.Decoder).DecodeAll(packed, make([]byte, 0, len(raw))); err != nil || !bytes.Equal(all, raw) {
			t.Fatalf("a reader that knows no frames reads another page: %v", err)
		}
		at, err := frameEnds(packed)
		if err != nil || len(at) < 2 {
			t.Fatalf("%d frames, %v", len(at), err)
		}
		f := &frames{packed: packed, ends: at, leveled: levels > 0, each: each, width: width, most: uint32(len(raw)), raw: make([][]byte, len(at))}
		if have, err := f.levels(); err != nil || !bytes.Equal(have, raw[:levels]) {
			t.Fatalf("levels %v, %v", have, err)
		}
		var buf []byte
		begin := func(i int) int {
			if i == 0 {
				return levels
			}
			return ends[i-1]
		}
		for range 30 {
			p := part{all: len(ends)}
			p.from = r.IntN(p.all)
			p.n = r.IntN(p.all - p.from + 1)
			have, of, err := f.values(&buf, p)
			if err != nil || of.n != p.n {
				t.Fatal(err)
			}
			if p.n == 0 {
				continue
			}
			first := p.from - of.from
			if want := raw[begin(first):]; !bytes.HasPrefix(want, have) || begin(p.from+p.n) > begin(first)+len(have) {
				t.Fatalf("values %d to %d of %d: %d bytes from value %d on", p.from, p.from+p.n, p.all, len(have), first)
			}
		}
	}
}

// TestWrongFramesAreNoPanic reads frames of which bytes were changed, which a page's
// checksum would find before.
func TestWrongFramesAreNoPanic(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for round := range rounds.Of(t, 400) {
		width := []int{0, 8, 16}[round%3]
		packed, raw, ends := framedPage(t, r, width, 20, 90, 11)
		for range 1 + r.IntN(3) {
			packed[r.IntN(len(packed))] ^= 1 << r.IntN(8)
		}
		packed = packed[:len(packed)-r.IntN(2)*r.IntN(len(packed))]
		at, err := frameEnds(packed)
		if err != nil {
			continue
		}
		f := &frames{packed: packed, ends: at, leveled: true, each: 20, width: width, most: uint32(len(raw)), raw: make([][]byte, len(at))}
		if _, err := f.levels(); err != nil && !errors.Is(err, errFrames) {
			t.Fatal(err)
		}
		var buf []byte
		if _, _, err := f.values(&buf, part{from: 15, n: 40, all: len(ends)}); err != nil && !errors.Is(err, errFrames) {
			t.Fatal(err)
		}
	}
}

func TestPagesOfManyValuesHaveFrames(t *testing.T) {
	dir := t.TempDir()
	if _, err := Write(faultfs.OS{}, dir, columntest.New(columntest.Load(t), columntest.Options{}), Meta{}); err != nil {
		t.Fatal(err)
	}
	b, err := Open(faultfs.OS{}, dir, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	var v column.Vector
	for _, k := range []column.Key{column.TraceID, column.EventTime} {
		of, _, err := b.leaf(b.ix.byKey[k]).kept(new(memory), 0, &v)
		if err != nil || of == nil {
			t.Errorf("%+v: a page of %d rows is one frame, %v", k, b.ix.pages[0].Rows, err)
		}
	}
}
