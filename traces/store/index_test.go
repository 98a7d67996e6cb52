package store

import (
	"bytes"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"supersonic/traces/span"
)

func TestIndexFileComesBackAsWritten(t *testing.T) {
	mem := newMemIndex()
	for i := range uint64(50) {
		_, spans := export(testSpan{i%20 + 1, i + 1, i * 100, i*100 + 7})
		mem.add(uint32(i*10), spans)
	}
	f := mem.freeze()
	h := &indexHeader{sum: mem.summary(), logSize: 999, bloom: newBloom(f.entries), split: []span.TraceID{traceID(3)}}
	data := encodeIndex(h, f)
	h2, err := decodeIndexHeader(data)
	if err != nil {
		t.Fatal(err)
	}
	f2, err := decodeIndexBody(h2, data)
	if err != nil {
		t.Fatal(err)
	}
	opt := gocmp.AllowUnexported(fileIndex{}, entry{}, summary{})
	if diff := gocmp.Diff(f, f2, opt); diff != "" {
		t.Errorf("entries (-want +got):\n%s", diff)
	}
	if diff := gocmp.Diff(h.sum, h2.sum, opt); diff != "" || !bytes.Equal(h.bloom, h2.bloom) || !slices.Equal(h.split, h2.split) {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	if p, ok := f2.find(traceID(7)); !ok || !slices.Equal(p.offs, []uint32{60, 260, 460}) {
		t.Errorf("trace 7 lies at %v, %v", p.offs, ok)
	}
}

func TestBloomHasWhatIsInAndLittleElse(t *testing.T) {
	entries := make([]entry, 5000)
	for i := range entries {
		entries[i].id = traceID(uint64(i) * 7)
	}
	b := newBloom(entries)
	for i := range entries {
		if !b.has(entries[i].id) {
			t.Fatalf("%s is missing", entries[i].id)
		}
	}
	wrong := 0
	for i := range 100_000 {
		if b.has(traceID(uint64(i)*7 + 1)) {
			wrong++
		}
	}
	if wrong > 500 {
		t.Errorf("%d of 100,000 absent ids pass, want at most 500", wrong)
	}
}

func FuzzIndex(f *testing.F) {
	mem := newMemIndex()
	_, spans := export(testSpan{1, 1, 2, 3}, testSpan{2, 2, 3, 4})
	mem.add(32, spans)
	x := mem.freeze()
	f.Add(encodeIndex(&indexHeader{sum: mem.summary(), bloom: newBloom(x.entries)}, x))
	f.Add([]byte(indexMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		h, err := decodeIndexHeader(data)
		if err != nil {
			return
		}
		if x, err := decodeIndexBody(h, data); err == nil {
			x.find(traceID(1))
			h.bloom.has(traceID(1))
		}
	})
}

func FuzzRecord(f *testing.F) {
	raw, _ := export(testSpan{1, 1, 2, 3}, testSpan{2, 2, 3, 4})
	f.Add(raw)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := newRecord(data)
		if err != nil {
			return
		}
		total := 0
		seen := map[span.TraceID]bool{}
		for i := range r.spans {
			if id := r.spans[i].TraceID; !seen[id] {
				seen[id] = true
				total += len(r.appendTo(nil, id))
			}
		}
		if total != len(r.spans) {
			t.Errorf("%d spans by trace, want %d", total, len(r.spans))
		}
	})
}
