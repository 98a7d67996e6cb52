package block_test

import (
	"math/rand/v2"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/internal/rounds"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
)

// ofCut is a block as a cut of a head makes it.
func ofCut(tb testing.TB, seg column.Segment) *block.Block {
	tb.Helper()
	dir := tb.TempDir()
	if _, err := block.Write(faultfs.OS{}, dir, seg, block.Meta{First: 3, Last: 3}); err != nil {
		tb.Fatal(err)
	}
	return opened(tb, dir)
}

func TestABlockOfACutIsReadAsItWas(t *testing.T) {
	for seed := range uint64(4) {
		spans := columntest.Random(rand.New(rand.NewPCG(seed, 7)), 100)
		want := columntest.New(spans, columntest.Options{PageRows: 1 + int(seed)})
		same(t, ofCut(t, want), want)
	}
	want := site(t, rounds.Of(t, 100_000))
	if b := ofCut(t, want); b.Pages() != want.Pages() {
		t.Errorf("%d pages, want %d", b.Pages(), want.Pages())
	}
}
