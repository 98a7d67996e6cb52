package otlp

import (
	"bytes"
	"errors"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/traces/traffic"
)

// field appends a field of bytes.
func field(b []byte, number protowire.Number, v []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, number, protowire.BytesType), v)
}

// export is an export of one resource and scope with these spans.
func export(spans ...[]byte) []byte {
	var scope []byte
	for _, s := range spans {
		scope = field(scope, 2, s)
	}
	return field(nil, 1, field(nil, 2, scope))
}

func ids() []byte {
	return field(field(nil, 1, bytes.Repeat([]byte{1}, 16)), 2, bytes.Repeat([]byte{2}, 8))
}

// dense are exports that make much of few bytes.
func dense(n int) map[string][]byte {
	repeat := func(number protowire.Number, v []byte) []byte {
		return bytes.Repeat(field(nil, number, v), n)
	}
	var keys []byte
	for i := range n {
		key := []byte{byte(i), byte(i >> 8), byte(i >> 16)}
		keys = field(keys, 9, field(nil, 1, key))
	}
	many := make([][]byte, n)
	for i := range many {
		many[i] = ids()
	}
	late := append(ids(), 7<<3|1, 255, 255, 255, 255, 255, 255, 255, 127) // starts in the far future
	return map[string][]byte{
		"resources": repeat(1, nil),
		"scopes":    field(nil, 1, repeat(2, nil)),
		"spans":     export(many...),
		"events":    export(append(ids(), repeat(11, nil)...)),
		"links":     export(append(ids(), repeat(13, nil)...)),
		"keys":      export(append(ids(), keys...)),
		"lost keys": export(keys), // of a span without ids
		"marks":     export(append(late, keys...)),
	}
}

func TestMemoryIsAskedForBeforeItIsUsed(t *testing.T) {
	for name, raw := range dense(50_000) {
		d := NewDecoder(Limits{})
		granted := 0
		b, err := d.DecodeWithin(raw, 1, func(n int) bool { granted += n; return true })
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		// Slices that grow have up to a quarter of room to spare, small ones more.
		if got := b.Memory(); got > 2*granted+(1<<20) {
			t.Errorf("%s: %d bytes of memory for %d granted", name, got, granted)
		}
		b.Release()
		most := 1 << 20
		_, err = d.DecodeWithin(raw, 1, func(n int) bool { most -= n; return most >= 0 })
		if !errors.Is(err, ErrNoRoom) || errors.Is(err, ErrMalformed) {
			t.Errorf("%s: %v for %d bytes with a MiB of room", name, err, len(raw))
		}
	}
}

func TestSpansThatAreLeftOutNeedNoRoom(t *testing.T) {
	raw := export(bytes.Split(bytes.Repeat([]byte{'-'}, 200_000), []byte{'-'})...) // empty spans
	granted := 0
	b, err := NewDecoder(Limits{}).DecodeWithin(raw, 0, func(n int) bool { granted += n; return true })
	if err != nil {
		t.Fatal(err)
	}
	if b.Counts.NoTraceID != 200_001 || granted > roomStep {
		t.Errorf("%d spans left out, %d bytes granted", b.Counts.NoTraceID, granted)
	}
}

func TestABurstsBatchIsNotKept(t *testing.T) {
	d := NewDecoder(Limits{})
	big := dense(100_000)["spans"]
	stream := traffic.New(traffic.Options{Seed: 1, Export: 20})
	small, _ := stream.Next()
	b, err := d.Decode(big, 0)
	if err != nil {
		t.Fatal(err)
	}
	for range spareExports + 1 { // one batch goes from hand to hand
		b.Release()
		if b, err = d.Decode(small, 0); err != nil {
			t.Fatal(err)
		}
	}
	if b.Memory() > spareLeast {
		t.Errorf("an export of %d bytes has a batch of %d", len(small), b.Memory())
	}
}
