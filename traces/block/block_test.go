package block_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/internal/faultfs"
	"supersonic/internal/rounds"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/span"
)

// written writes a Segment and opens it.
func written(t testing.TB, seg column.Segment) *block.Block {
	t.Helper()
	dir := t.TempDir()
	meta, err := block.Write(faultfs.OS{}, dir, seg, block.Meta{First: 3, Last: 9, Level: 1, LogPosition: 77, Created: 5})
	if err != nil {
		t.Fatal(err)
	}
	b := opened(t, dir)
	if b.Meta() != meta {
		t.Errorf("meta %+v, want %+v", b.Meta(), meta)
	}
	return b
}

func opened(t testing.TB, dir string) *block.Block {
	t.Helper()
	b, err := block.Open(faultfs.OS{}, dir, block.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Release)
	return b
}

// same checks that a block is the Segment it was made of.
func same(t *testing.T, b *block.Block, want column.Segment) {
	t.Helper()
	for what, err := range map[string]error{
		"difference": columntest.Diff(b, want), "promise": columntest.Check(b), "bytes": b.Verify(context.Background()),
	} {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
}

func mixed(k column.Key, page int) bool { return (len(k.Name)+page)%3 == 0 }

func TestRandomSegmentsAreReadAsTheyWere(t *testing.T) {
	for seed := range uint64(max(6, rounds.Of(t, 18))) { // six have one of each kind
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			spans := columntest.Random(rand.New(rand.NewPCG(seed, 1)), 20+int(seed)*16)
			opts := columntest.Options{PageRows: 1 + int(seed)*3}
			if seed%3 == 0 {
				opts.PageRows = 1 // many pages, and so several row groups
			}
			if seed%2 == 1 {
				opts.Plain = mixed
			}
			want := columntest.New(spans, opts)
			same(t, written(t, want), want)
		})
	}
}

func TestTheReferenceTrafficIsReadAsItWas(t *testing.T) {
	want := columntest.New(columntest.Load(t), columntest.Options{PageRows: 500})
	b := written(t, want)
	same(t, b, want)
	ids := 0
	if err := b.IDs(func(id [16]byte) bool {
		ids++
		ok, err := b.Has(id)
		return ok && err == nil
	}); err != nil || ids != 600 || b.Meta().Traces != 600 || b.Meta().Rows != 2855 {
		t.Errorf("%d ids (%v), meta %+v", ids, err, b.Meta())
	}
}

func TestAHeadIsReadAsItWas(t *testing.T) {
	want := site(t, 4000)
	same(t, written(t, want), want)
}

func TestManyTracesAreFoundAtOnce(t *testing.T) {
	seg := site(t, rounds.Of(t, 40_000))
	b := written(t, seg)
	var ids [][16]byte
	if err := b.IDs(func(id [16]byte) bool {
		absent := id
		absent[3]++
		ids = append(ids, id, absent)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	for _, of := range [][][16]byte{ids, ids[:2], ids[len(ids)-1:], nil} {
		places := make(map[int]column.Place)
		if err := b.FindAll(of, func(i int, at column.Place) { places[i] = at }); err != nil {
			t.Fatal(err)
		}
		for i, id := range of {
			want, ok, err := seg.Find(id)
			if have, found := places[i]; err != nil || found != ok || have != want || ok != (i%2 == 0 && len(of) > 1) {
				t.Fatalf("trace %x is found at %v (%v), lies at %v (%v, %v)", id, have, found, want, ok, err)
			}
		}
	}
}

// Each head's traces are looked up in all blocks: what that reads is of no use to queries.
func TestLookingUpManyTracesLeavesTheCacheToQueries(t *testing.T) {
	cache := block.NewCache(1 << 20)
	b, err := block.Open(faultfs.OS{}, written(t, site(t, 2000)).Dir(), block.Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Release)
	var ids [][16]byte
	if err := written(t, site(t, 2000)).IDs(func(id [16]byte) bool { ids = append(ids, id); return true }); err != nil {
		t.Fatal(err)
	}
	before, found := cache.Bytes(), 0
	if err := b.FindAll(ids, func(int, column.Place) { found++ }); err != nil || found != len(ids) {
		t.Fatalf("%d of %d found: %v", found, len(ids), err)
	}
	if grown := cache.Bytes() - before; grown > 0 {
		t.Errorf("the cache has %d bytes more", grown)
	}
}

func TestOneSegmentMakesTheSameBytes(t *testing.T) {
	seg := columntest.New(rareSpans(100), columntest.Options{PageRows: 30})
	var first map[string][]byte
	for range 2 {
		dir := t.TempDir()
		if _, err := block.Write(faultfs.OS{}, dir, seg, block.Meta{}); err != nil {
			t.Fatal(err)
		}
		have := files(t, dir)
		for name, raw := range first {
			if !slices.Equal(have[name], raw) {
				t.Errorf("%s differs", name)
			}
		}
		first = have
	}
}

func TestAnEmptySegmentIsABlock(t *testing.T) {
	b := written(t, columntest.New(nil, columntest.Options{}))
	if err := b.Verify(context.Background()); err != nil || b.Pages() != 0 || len(b.Keys()) != 0 || b.Column(column.Name) != nil {
		t.Errorf("%d pages, keys %v, %v", b.Pages(), b.Keys(), err)
	}
	if ok, err := b.Has([16]byte{1}); ok || err != nil {
		t.Errorf("a trace is in an empty block (%v)", err)
	}
}

// rareSpans have more attributes than have columns, of all types, some with names
// that only a map can hold.
func rareSpans(n int) []span.Span {
	r := rand.New(rand.NewPCG(1, 7))
	spans := columntest.Random(r, n)
	for i := range spans {
		s := &spans[i]
		s.Attrs = pcommon.NewMap()
		s.Attrs.PutStr("often", "yes")
		s.Attrs.PutStr("Often", "other case")
		rare := func(m pcommon.Map) {
			n := 10 + r.IntN(150)
			m.PutStr(fmt.Sprintf("rare.%d", n), fmt.Sprint(i))
			m.PutInt(fmt.Sprintf("rare.%d:int", n), int64(i))
			m.PutDouble(fmt.Sprintf("odd:%d", n), 1/float64(i))
			m.PutBool(fmt.Sprintf("\xff%d", n), i%2 == 0)
			m.PutStr(fmt.Sprintf("\xff%d:base64", n), "text")
			m.PutStr(fmt.Sprintf("bad text%d:base64", n), "\xffno text")
			m.PutEmptyBytes(fmt.Sprintf("bytes%d", n)).FromRaw([]byte{byte(i), 0xff})
			m.PutEmptySlice(fmt.Sprintf("array%d", n)).AppendEmpty().SetInt(int64(i))
			m.PutEmpty(fmt.Sprintf("empty%d:string", n))
		}
		rare(s.Attrs)
		if i == n/2 {
			s.Attrs.PutStr("rare.7", "here")
		}
		s.Events = slices.Clone(s.Events)
		s.Events = append(s.Events, span.Event{Time: s.Start, Attrs: pcommon.NewMap()}, span.Event{Attrs: pcommon.NewMap()})
		rare(s.Events[len(s.Events)-1].Attrs)
		s.Links = append(slices.Clone(s.Links), span.Link{Attrs: pcommon.NewMap()})
		rare(s.Links[len(s.Links)-1].Attrs)
	}
	return spans
}

func TestRareAttributesAreReadAsTheyWere(t *testing.T) {
	want := columntest.New(rareSpans(200), columntest.Options{PageRows: 50})
	if n := len(want.Keys()); n < 2000 {
		t.Fatalf("%d attributes", n)
	}
	same(t, written(t, want), want)
}

func TestUUIDsAreReadAsTheyWere(t *testing.T) {
	uuid := func(r *rand.Rand) string {
		return fmt.Sprintf("%08x-%04x-%04x-%04x-%012x", r.Uint32(), r.Uint32()>>16, r.Uint32()>>16, r.Uint32()>>16, r.Uint64()>>16)
	}
	for _, odd := range []string{"", "no", "0123456789ABCDEF-not-a-uuid----------", "0F000000-0000-0000-0000-000000000000"} {
		r := rand.New(rand.NewPCG(2, 3))
		spans := columntest.Random(r, 300)
		for i := range spans {
			spans[i].Attrs.PutStr("id", uuid(r))
			if i%3 == 0 {
				spans[i].Attrs.PutStr("sometimes", uuid(r))
			}
		}
		if odd != "" {
			spans[250].Attrs.PutStr("id", odd)
		}
		want := columntest.New(spans, columntest.Options{PageRows: 5, Plain: func(k column.Key, _ int) bool { return k.Name == "id" }})
		same(t, written(t, want), want)
	}
}

func TestABlockIsReadWhileItsDirectoryGoes(t *testing.T) {
	want := columntest.New(columntest.Load(t), columntest.Options{})
	dir := t.TempDir()
	if _, err := block.Write(faultfs.OS{}, dir, want, block.Meta{}); err != nil {
		t.Fatal(err)
	}
	b, err := block.Open(faultfs.OS{}, dir, block.Options{Cache: block.NewCache(1)})
	if err != nil {
		t.Fatal(err)
	}
	b.Retain()
	b.Release()
	for _, name := range []string{block.DataFile, block.IndexFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	same(t, b, want)
	b.Release()
	if err := b.Verify(context.Background()); err == nil {
		t.Error("a released block can be read")
	}
}
