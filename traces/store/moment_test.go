package store

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/traces/query"
)

func TestAPieceThatComesDuringAScanHidesNoTrace(t *testing.T) {
	now := time.Now()
	opts := testOptions(1 << 20)
	opts.Log.Now = func() time.Time { return now }
	opts.Log.SegmentAge = time.Minute
	w := newWorld(t, opts)
	w.mustAppend(testSpan{trace: 1, id: 1, start: 100, end: 200})
	now = now.Add(2 * time.Minute) // what follows is in another segment
	w.mustAppend(testSpan{trace: 2, id: 2, start: 1000, end: 1100})
	var got []string
	_, err := w.Scan(context.Background(), query.Range{}, query.Visitor{
		Eval: func(tr *query.Trace) any {
			if tr.ID == traceID(2) { // the newest comes first, and meanwhile an earlier piece of the other
				w.mustAppend(testSpan{trace: 1, id: 3, start: 50, end: 300})
			}
			return tr.ID.String()
		},
		Emit: func(id any) bool { got = append(got, id.(string)); return true },
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{traceID(2).String(), traceID(1).String()}; !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestAnIndexThatOutlivedItsSegmentIsNotTakenForTheNextOnes(t *testing.T) {
	now := time.Now()
	opts := testOptions(1 << 20)
	opts.Retention = time.Hour
	opts.Now = func() time.Time { return now }
	opts.Log.Now = opts.Now
	opts.Log.SegmentAge = time.Minute
	w := newWorld(t, opts)
	stuck := false
	w.files = &faultfs.Faulty{FS: faultfs.OS{}, SkipSync: true, Decide: func(_ int, op faultfs.Op, name string, _ int) faultfs.Fault {
		if stuck && op == faultfs.OpRemove && strings.HasSuffix(name, indexEnding) {
			return faultfs.Fault{Err: os.ErrPermission} // as if the process were killed before
		}
		return faultfs.Fault{}
	}}
	w.crash()
	at := uint64(now.UnixNano())
	w.mustAppend(testSpan{trace: 1, id: 1, start: at, end: at})
	now = now.Add(2 * time.Minute)
	w.Maintain(context.Background())
	stuck = true
	now = now.Add(2 * time.Hour)
	w.Maintain(context.Background())
	stuck = false
	w.crash()
	at = uint64(now.UnixNano())
	for i := range uint64(3) {
		w.mustAppend(testSpan{trace: 2 + i, id: 2 + i, start: at + i, end: at + i})
	}
	w.crash()
	if got := w.all(query.Range{}); len(got) != 3 {
		t.Errorf("after a crash %d of 3 acknowledged traces are found: %q", len(got), got)
	}
}
