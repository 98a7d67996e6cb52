package block

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
)

// inMemory is a file of bytes.
type inMemory struct {
	faultfs.File
	*bytes.Reader
}

func file(raw []byte) inMemory                            { return inMemory{Reader: bytes.NewReader(raw)} }
func (f inMemory) Read(b []byte) (int, error)             { return f.Reader.Read(b) }
func (f inMemory) ReadAt(b []byte, at int64) (int, error) { return f.Reader.ReadAt(b, at) }
func (f inMemory) Size() (int64, error)                   { return f.Reader.Size(), nil }
func (f inMemory) Close() error                           { return nil }

// sample is the files of a small block.
func sample(f *testing.F) (data, index []byte) {
	f.Helper()
	dir := f.TempDir()
	spans := columntest.Random(rand.New(rand.NewPCG(1, 9)), 60)
	for i := range spans {
		spans[i].Attrs.PutStr("rare\xff", "")
	}
	if _, err := Write(faultfs.OS{}, dir, columntest.New(spans, columntest.Options{PageRows: 30}), Meta{}); err != nil {
		f.Fatal(err)
	}
	data, err1 := os.ReadFile(filepath.Join(dir, DataFile))
	index, err2 := os.ReadFile(filepath.Join(dir, IndexFile))
	if err := errors.Join(err1, err2); err != nil {
		f.Fatal(err)
	}
	return data, index
}

func load(data, index []byte) (*Block, error) {
	b := &Block{dir: "fuzzed", cache: NewCache(1 << 20), data: file(data), index: file(index)}
	if err := b.load(); err != nil {
		return nil, err
	}
	b.listKeys()
	return b, nil
}

// all reads all columns and spans, and looks for a trace.
func all(t *testing.T, b *Block) {
	t.Helper()
	keep := func(err error) {
		if err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	}
	for _, k := range slices.Concat(column.Fixed(), b.Keys()) {
		_, _, err := b.Values(k)
		keep(err)
		if c := b.Column(k); c != nil {
			for p := range b.Pages() {
				keep(readAll(t, c, k, p, b.Page(p).Rows))
			}
		}
	}
	for p := range b.Pages() {
		_, _, err := column.ReadSpans(b, column.Place{Page: p})
		_ = err // that lists do not fit each other is not found by the block: it must not panic
	}
	keep(b.IDs(func(id [16]byte) bool {
		_, err := b.Has(id)
		keep(err)
		return true
	}))
}

// readAll reads a page, and some of its rows: what is no error has to be a Vector.
func readAll(t *testing.T, c column.Column, k column.Key, page, rows int) error {
	t.Helper()
	var v column.Vector
	if err := c.Read(page, &v); err != nil {
		return err
	}
	if err := columntest.CheckVector(k, &v, rows); err != nil {
		t.Error(err)
	}
	if v.Dict != nil && !k.List() {
		if err := findAll(t, c, k, page, &v); err != nil {
			return err
		}
	}
	lo, hi := rows/3, rows-rows/3
	if err := column.ReadRows(c, page, lo, hi, &v); err != nil {
		return err
	}
	if err := columntest.CheckVector(k, &v, hi-lo); err != nil {
		t.Error(err)
	}
	return nil
}

// findAll finds every second text of a page that was read.
func findAll(t *testing.T, c column.Column, k column.Key, page int, v *column.Vector) error {
	t.Helper()
	wanted := make([]uint8, len(v.Dict.Texts))
	for code := 1; code < len(wanted); code += 2 {
		wanted[code] = 1
	}
	want, got := make([]uint64, (v.Rows+63)/64), make([]uint64, (v.Rows+63)/64)
	for i, code := range v.Codes {
		want[i>>6] |= uint64(wanted[code]) << (i & 63)
	}
	if _, ok, err := column.FindTexts(c, page, wanted, got); err != nil || !ok {
		return err
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v, page %d: found %x, read %x", k, page, got, want)
	}
	return nil
}

// FuzzIndex changes the index of a valid block, and repairs its checksums.
func FuzzIndex(f *testing.F) {
	data, index := sample(f)
	head := int(binary.LittleEndian.Uint32(index[12:]))
	f.Add(uint32(0), []byte{}, uint8(0))
	for at := 0; at < head; at += 97 {
		f.Add(uint32(at), []byte{byte(at)}, uint8(0))
		f.Add(uint32(at), []byte{0xff, 0xff, 0xff, 0xff, 7}, uint8(at))
	}
	f.Fuzz(func(t *testing.T, at uint32, patch []byte, drop uint8) {
		h := slices.Clone(index[indexHeader : indexHeader+head])
		at %= uint32(head)
		h = slices.Concat(h[:at], patch, h[min(head, int(at)+int(drop)):])
		raw := slices.Concat(index[:indexHeader], h, index[indexHeader+head:])
		binary.LittleEndian.PutUint32(raw[12:], uint32(len(h)))
		binary.LittleEndian.PutUint32(raw[16:], checksum(h))
		b, err := load(data, raw)
		if err != nil {
			if !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		all(t, b)
	})
}

// FuzzPage puts any bytes in the place of a page, with the checksum that they need.
func FuzzPage(f *testing.F) {
	data, index := sample(f)
	b, err := load(data, index)
	if err != nil {
		f.Fatal(err)
	}
	m := &memory{}
	for i := range b.ix.leaves {
		e, k := &b.ix.groups[0].chunks[i].pages[0], &b.ix.groups[0].chunks[i]
		raw, err := b.leaf(i).bytes(m, k.codec, e.offset+int64(e.head), e.size, e.raw, e.crc)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(uint8(i), slices.Clone(raw), false)
		f.Add(uint8(i), slices.Clone(raw[:len(raw)/2]), false)
		if l := b.ix.leaves[i]; l.form.width() > 0 {
			f.Add(uint8(i), appendFrames(nil, toolsets.Get().(*tools).small, slices.Clone(raw), min(len(raw), 9), len(raw), 1, l.form.width()), true)
		}
	}
	f.Fuzz(func(t *testing.T, leaf uint8, raw []byte, zipped bool) {
		b, err := load(data, index)
		if err != nil {
			t.Fatal(err)
		}
		b.data = file(slices.Concat(data, raw))
		i := int(leaf) % len(b.ix.leaves)
		k := &b.ix.groups[0].chunks[i]
		e := &k.pages[0]
		e.offset, e.head, e.size, e.crc = int64(len(data)), 0, uint32(len(raw)), checksum(raw)
		if k.codec = codecNone; zipped {
			k.codec = codecZstd
		} else {
			e.raw = e.size
		}
		if k.dict.count > 0 {
			k.codec = codecZstd // of the dictionary
			if _, err := b.leaf(i).dict(0); err != nil {
				t.Fatal(err)
			}
			if k.codec = codecNone; zipped {
				k.codec = codecZstd
			}
		}
		if b.ix.leaves[i].nest == nestRest {
			if _, err := b.restPage(0); err != nil && !errors.Is(err, ErrDamaged) {
				t.Fatal(err)
			}
			return
		}
		l := b.leaf(i)
		if err := readAll(t, l, l.leaf.key, 0, b.Page(0).Rows); err != nil && !errors.Is(err, ErrDamaged) {
			t.Fatal(err)
		}
	})
}

// FuzzNumbers packs and unpacks numbers.
func FuzzNumbers(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x00\x00\x00\x00\x00\x01"), uint8(3))
	f.Add(bytes.Repeat([]byte{1, 0xff, 0x80, 7}, 300), uint8(32))
	f.Fuzz(func(t *testing.T, raw []byte, width uint8) {
		w := int(width % 33)
		var codes []uint32
		var ints []int64
		for i := range len(raw) / 8 {
			x := binary.LittleEndian.Uint64(raw[8*i:])
			ints = append(ints, int64(x))
			for range 1 + x%11 {
				codes = append(codes, uint32(x>>7)&uint32(uint64(1)<<w-1))
			}
		}
		have := make([]uint32, len(codes))
		whole := part{0, len(codes), len(codes)}
		if err := readHybrid(have, appendHybrid(nil, codes, w), w, whole); err != nil || !slices.Equal(have, codes) {
			t.Fatalf("%v became %v (%v)", codes, have, err)
		}
		if p := (part{from: int(width) % (len(codes) + 1), all: len(codes)}); p.from < p.all {
			p.n = 1 + (p.all-p.from-1)/2
			if err := readHybrid(have[:p.n], appendHybrid(nil, codes, w), w, p); err != nil || !slices.Equal(have[:p.n], codes[p.from:p.from+p.n]) {
				t.Fatalf("%+v of %v became %v (%v)", p, codes, have[:p.n], err)
			}
		}
		if err := readHybrid(have, raw, w, whole); err != nil && err != errShort {
			t.Fatal(err)
		}
		back := make([]int64, len(ints))
		if err := readDelta(back, appendDelta(nil, ints), len(ints)); err != nil || !slices.Equal(back, ints) {
			t.Fatalf("%v became %v (%v)", ints, back, err)
		}
		if err := readDelta(back, raw, len(back)); err != nil && err != errShort {
			t.Fatal(err)
		}
	})
}

// FuzzRare reads names and values of rare attributes.
func FuzzRare(f *testing.F) {
	for _, name := range []string{"span.a", "event[3].b:int", "link[0].c:base64", "resource:base64.YQ==:float", "scope.x:bool", "span.", "x"} {
		f.Add(name, "nan:7ff8000000000001")
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		k, ok := parseRest(name)
		if !ok {
			return
		}
		if again, ok := parseRest(restName(k.key, k.item, k.coded)); !ok || again != k {
			t.Fatalf("%q is %+v, and then %+v", name, k, again)
		}
		var r restVector
		if r.add(k, 0, []byte(value)) != nil {
			return
		}
		v := column.Vector{Rows: 1, Len: 1}
		if err := r.fill(k.key, &v); err != nil {
			t.Fatal(err)
		}
		var again restVector
		if err := again.add(k, 0, restText(nil, k.key, &v, 0)); err != nil && !k.coded {
			t.Fatalf("%q is not read back: %v", value, err)
		}
	})
}
