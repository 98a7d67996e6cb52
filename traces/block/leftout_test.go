package block

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"supersonic/internal/faultfs"
	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
)

// reindexed opens a block with an index that is changed, and written anew.
func reindexed(t *testing.T, dir string, change func(*index)) error {
	t.Helper()
	data, err1 := os.ReadFile(filepath.Join(dir, DataFile))
	raw, err2 := os.ReadFile(filepath.Join(dir, IndexFile))
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	b, err := load(data, raw)
	if err != nil {
		t.Fatal(err)
	}
	change(b.ix)
	ix := b.ix
	bounds, ids := raw[ix.bounds.at:][:ix.bounds.size], raw[ix.table.at:][:ix.table.size]
	_, err = load(data, ix.encode(bounds, ids))
	return err
}

func TestAnIndexThatLeavesOutAColumnIsDamaged(t *testing.T) {
	dir := t.TempDir()
	spans := columntest.Random(rand.New(rand.NewPCG(1, 9)), 200)
	if _, err := Write(faultfs.OS{}, dir, columntest.New(spans, columntest.Options{PageRows: 50}), Meta{}); err != nil {
		t.Fatal(err)
	}
	if err := reindexed(t, dir, func(*index) {}); err != nil {
		t.Fatal(err)
	}
	for _, k := range []column.Key{column.TraceID, column.SpanID, column.ParentID, column.ParentRow, column.Kind, column.Start, column.Duration,
		column.EventTime, column.LinkTraceID, column.LinkSpanID} {
		err := reindexed(t, dir, func(ix *index) { ix.leaves[ix.byKey[k]].some = false })
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s is said to have no value: %v", k.Name, err)
		}
		err = reindexed(t, dir, func(ix *index) { ix.leaves[ix.byKey[k]].key.Name += "?" })
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s is not there: %v", k.Name, err)
		}
	}
}
