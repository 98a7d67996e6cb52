package block_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
)

// small is a block of a few hundred spans with rare attributes, on disk.
func small(t testing.TB, seed uint64) string {
	t.Helper()
	dir := t.TempDir()
	spans := columntest.Random(rand.New(rand.NewPCG(seed, 9)), 150)
	if _, err := block.Write(faultfs.OS{}, dir, columntest.New(spans, columntest.Options{PageRows: 40}), block.Meta{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// readAll reads everything by every way there is, and returns the first error.
func readAll(b *block.Block) error {
	var all error
	keep := func(err error) { all = errors.Join(all, err) }
	var v column.Vector
	for _, k := range slices.Concat(column.Fixed(), b.Keys()) {
		_, _, err := b.Values(k)
		keep(err)
		c := b.Column(k)
		if c == nil {
			continue
		}
		for p := range b.Pages() {
			_, err := c.Dict(p)
			keep(err)
			keep(c.Read(p, &v))
			c.Zone(p)
		}
	}
	for p := range b.Pages() {
		_, err := b.Bounds(p)
		keep(err)
	}
	var ids [][16]byte
	keep(b.IDs(func(id [16]byte) bool { ids = append(ids, id); return true }))
	for _, id := range append(ids, [16]byte{1, 2, 3}) {
		_, err := b.Has(id)
		keep(err)
	}
	return all
}

// tryDamaged opens and reads a block that is damaged. There must be an error, one
// that says so, and never another.
func tryDamaged(t *testing.T, dir, how string) {
	t.Helper()
	b, err := block.Open(faultfs.OS{}, dir, block.Options{})
	if err != nil {
		if !errors.Is(err, block.ErrDamaged) && !errors.Is(err, block.ErrFormat) {
			t.Fatalf("%s: %v", how, err)
		}
		return
	}
	defer b.Release()
	if err := readAll(b); err != nil && !errors.Is(err, block.ErrDamaged) {
		t.Fatalf("%s: read: %v", how, err)
	}
	if err := b.Verify(context.Background()); !errors.Is(err, block.ErrDamaged) {
		t.Fatalf("%s: verify: %v", how, err)
	}
}

func files(t testing.TB, dir string) map[string][]byte {
	t.Helper()
	out := make(map[string][]byte)
	for _, name := range []string{block.DataFile, block.IndexFile} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = raw
	}
	return out
}

// put writes a block's file over.
func put(t testing.TB, dir, name string, raw []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestEveryDamageIsFound(t *testing.T) {
	dir, other := small(t, 1), files(t, small(t, 2))
	whole := files(t, dir)
	r := rand.New(rand.NewPCG(4, 4))
	for name, raw := range whole {
		for range 120 {
			at := r.IntN(len(raw))
			bad := slices.Clone(raw)
			bad[at] ^= 1 << r.IntN(8)
			put(t, dir, name, bad)
			tryDamaged(t, dir, "flipped in "+name)
		}
		for range 20 {
			put(t, dir, name, raw[:r.IntN(len(raw))])
			tryDamaged(t, dir, "cut "+name)
		}
		for how, bad := range map[string][]byte{
			"empty": nil, "longer": append(slices.Clone(raw), 0), "another block's": other[name],
			"foreign": []byte("PAR1 is how this begins, but there is nothing of use in it, nor an end"), "zeros": make([]byte, len(raw)),
		} {
			put(t, dir, name, bad)
			tryDamaged(t, dir, how+" "+name)
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		tryDamaged(t, dir, "without "+name)
		put(t, dir, name, raw)
	}
	b := opened(t, dir)
	if err := errors.Join(readAll(b), b.Verify(context.Background())); err != nil {
		t.Errorf("a block that is whole again: %v", err)
	}
}

func TestAnotherFormatIsRefusedAndNotDamaged(t *testing.T) {
	dir := small(t, 3)
	raw := files(t, dir)[block.IndexFile]
	raw[8]++
	put(t, dir, block.IndexFile, raw)
	if _, err := block.Open(faultfs.OS{}, dir, block.Options{}); !errors.Is(err, block.ErrFormat) || errors.Is(err, block.ErrDamaged) {
		t.Errorf("got %v", err)
	}
}

func TestAFailingDiskIsAnError(t *testing.T) {
	seg := columntest.New(columntest.Random(rand.New(rand.NewPCG(1, 1)), 300), columntest.Options{PageRows: 40})
	for n := 0; ; n++ {
		dir := t.TempDir()
		if _, err := block.Write(faultfs.FailNth(faultfs.OS{}, n, n%2 == 0), dir, seg, block.Meta{}); err == nil {
			if n < 6 { // two files: create, write, sync
				t.Errorf("only %d operations", n)
			}
			return
		}
		if b, err := block.Open(faultfs.OS{}, dir, block.Options{}); err == nil {
			if err := b.Verify(context.Background()); err != nil {
				t.Errorf("operation %d failed, and what is there opens and is not whole: %v", n, err)
			}
			b.Release()
		} else if !errors.Is(err, block.ErrDamaged) {
			t.Errorf("operation %d: %v", n, err)
		}
	}
}

func TestManyReadABlock(t *testing.T) {
	b := opened(t, small(t, 5))
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			if err := readAll(b); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestVerifyEndsWhenItIsCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := opened(t, small(t, 6)).Verify(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
