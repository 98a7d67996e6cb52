package block_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/internal/rounds"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
)

// someRows compares reading rows of a block's pages with reading the pages.
func someRows(t *testing.T, b *block.Block, r *rand.Rand) {
	t.Helper()
	var want, have column.Vector
	for _, k := range slices.Concat(column.Fixed(), b.Keys()) {
		c := b.Column(k)
		if c == nil {
			continue
		}
		for p := range b.Pages() {
			rows := b.Page(p).Rows
			for n := range 6 {
				lo := r.IntN(rows + 1)
				hi := lo + r.IntN(rows+1-lo)
				if n == 0 {
					lo, hi = 0, rows
				}
				if err := c.Read(p, &want); err != nil {
					t.Fatal(err)
				}
				if column.EmptyPage(c, p) && slices.ContainsFunc(want.Codes, func(c uint32) bool { return c > 0 }) {
					t.Fatalf("%+v, page %d: it has values", k, p)
				}
				want.Cut(lo, hi)
				if err := column.ReadRows(c, p, lo, hi, &have); err != nil {
					t.Fatalf("%+v, page %d, rows %d to %d: %v", k, p, lo, hi, err)
				}
				if diff := unlike(&want, &have); diff != "" {
					t.Fatalf("%+v, page %d, rows %d to %d of %d: %s", k, p, lo, hi, rows, diff)
				}
			}
			if err := column.ReadRows(c, p, 0, rows, &have); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// unlike tells in what two Vectors differ.
func unlike(a, b *column.Vector) string {
	if a.Rows != b.Rows || a.Len != b.Len || !slices.Equal(a.Offsets, b.Offsets) {
		return fmt.Sprintf("%d rows of %d values at %v, want %d of %d at %v", b.Rows, b.Len, b.Offsets, a.Rows, a.Len, a.Offsets)
	}
	for i := range a.Len {
		if a.Has(i) != b.Has(i) {
			return fmt.Sprintf("value %d: %v, want %v", i, b.Has(i), a.Has(i))
		}
		if len(a.Ends)+len(a.Codes) > 0 && a.StringAt(i) != b.StringAt(i) {
			return fmt.Sprintf("value %d: %q, want %q", i, b.StringAt(i), a.StringAt(i))
		}
	}
	if !slices.Equal(a.Ints, b.Ints) || !slices.Equal(a.IDs, b.IDs) || !reflect.DeepEqual(fmt.Sprint(a.Floats), fmt.Sprint(b.Floats)) {
		return fmt.Sprintf("%v %v %x, want %v %v %x", b.Ints, b.Floats, b.IDs, a.Ints, a.Floats, a.IDs)
	}
	return ""
}

func TestSomeRowsAreReadAsOfTheWholePage(t *testing.T) {
	for seed := range uint64(max(2, rounds.Of(t, 8))) {
		r := rand.New(rand.NewPCG(seed, 4))
		opts := columntest.Options{PageRows: 40 + int(seed)*30}
		if seed%2 == 1 {
			opts.Plain = mixed
		}
		someRows(t, written(t, columntest.New(columntest.Random(r, 300), opts)), r)
	}
	r := rand.New(rand.NewPCG(9, 4))
	someRows(t, written(t, columntest.New(rareSpans(60), columntest.Options{PageRows: 20})), r)
	someRows(t, written(t, columntest.New(columntest.Load(t), columntest.Options{})), r)
}

func TestUnpackedPagesTakeAQuarterOfTheCache(t *testing.T) {
	dir := t.TempDir()
	if _, err := block.Write(faultfs.OS{}, dir, columntest.New(columntest.Load(t), columntest.Options{PageRows: 200}), block.Meta{}); err != nil {
		t.Fatal(err)
	}
	const most = 160_000
	cache := block.NewCache(most)
	b, err := block.Open(faultfs.OS{}, dir, block.Options{Cache: cache})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	var v column.Vector
	for p := range b.Pages() {
		for _, k := range []column.Key{column.TraceID, column.SpanID, column.Start, column.Duration} { // without dictionaries
			if err := column.ReadRows(b.Column(k), p, 0, 1, &v); err != nil {
				t.Fatal(err)
			}
			if n := cache.Bytes(); n == 0 || n > most/4 {
				t.Fatalf("%d bytes are kept", n)
			}
		}
	}
}

// What a long day reads (lists of traces of all pages, dictionaries) fills the Cache.
func TestAPageThatIsReadAgainAndAgainStaysInAFullCache(t *testing.T) {
	dir := t.TempDir()
	if _, err := block.Write(faultfs.OS{}, dir, columntest.New(columntest.Load(t), columntest.Options{PageRows: 50}), block.Meta{}); err != nil {
		t.Fatal(err)
	}
	b, err := block.Open(faultfs.OS{}, dir, block.Options{Cache: block.NewCache(9_000)})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	var v column.Vector
	reads := func() (unpacked int) { // bytes, if the pages were not kept
		for _, k := range []column.Key{column.SpanID, column.Start} {
			if err := column.ReadRows(b.Column(k), 0, 0, 1, &v); err != nil {
				t.Fatal(err)
			}
			unpacked += v.Cost
		}
		return unpacked
	}
	for p := range b.Pages() {
		if _, err := b.Bounds(p); err != nil {
			t.Fatal(err)
		}
		if n := reads(); (n == 0) != (p > 0) {
			t.Fatalf("after the lists of %d pages, %d bytes were unpacked", p+1, n)
		}
	}
}
