package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"supersonic/traces/block"
	"supersonic/traces/span"
)

// fresh appends so many traces of two spans, and writes the block.
func (w *world) fresh(traces int) (ids []span.TraceID) {
	w.t.Helper()
	for range traces {
		ids = append(ids, w.newTrace())
	}
	for range 2 {
		if err := w.append(ids...); err != nil {
			w.fatalf("append: %v", err)
		}
	}
	w.settle()
	return ids
}

// settle makes blocks of all heads.
func (w *world) settle() {
	w.t.Helper()
	if err := w.s.flush(); err != nil {
		w.fatalf("flush: %v", err)
	}
}

func (w *world) keepAll() {
	for w.s.keepOnce() {
	}
}

// blocks lists the names of the blocks.
func (w *world) blocks() (out []string) {
	for _, p := range w.s.parts {
		out = append(out, p.name.String())
	}
	return out
}

func TestBlocksAreDroppedByAge(t *testing.T) {
	opts := tiny()
	opts.Retention, opts.FanIn = time.Hour, 100
	w := newWorld(t, 1, opts)
	w.mustOpen()
	for range 4 {
		w.fresh(5)
		w.now = w.now.Add(20 * time.Minute)
	}
	w.keepAll()
	if got := w.blocks(); !slices.Equal(got, []string{"3-3-0", "4-4-0"}) {
		w.fatalf("blocks %v", got)
	}
	w.now = w.now.Add(2 * time.Hour)
	w.keepAll()
	if len(w.blocks()) > 0 {
		w.fatalf("blocks %v", w.blocks())
	}
	clear(w.must)
	w.fresh(5)
	w.crash() // the numbers of cuts go on
	if got := w.blocks(); !slices.Equal(got, []string{"5-5-0"}) {
		w.fatalf("blocks %v", got)
	}
	w.check()
}

func TestAnIdleHeadBecomesABlockAndItsLogGoes(t *testing.T) {
	opts := tiny()
	opts.Head.MaxRows, opts.IdleRows, opts.CutIdle = 10_000, 5, 15*time.Second
	w := newWorld(t, 1, opts)
	w.mustOpen()
	for range 10 {
		if err := w.append(w.newTrace()); err != nil {
			t.Fatal(err)
		}
	}
	w.now = w.now.Add(14 * time.Second)
	w.s.cutDue()
	if st := w.s.State(); st.Waiting > 0 {
		w.fatalf("cut after 14 s")
	}
	w.now = w.now.Add(time.Second)
	w.s.cutDue()
	if err := w.write(); err != nil {
		t.Fatal(err)
	}
	if st := w.s.State(); st.HeadRows != 0 || st.LogBytes != 0 || !slices.Equal(w.blocks(), []string{"1-1-0"}) {
		w.fatalf("%d spans in the head, %d bytes of log, blocks %v; want one block alone", st.HeadRows, st.LogBytes, w.blocks())
	}
	w.check()
	w.crash()
	w.check()
}

func TestSpansOfTheFutureAreDroppedWithTheirBlock(t *testing.T) {
	opts := tiny()
	opts.Retention = time.Hour
	w := newWorld(t, 1, opts)
	w.mustOpen()
	w.now = w.now.Add(1000 * time.Hour)
	raw, spans := w.export(w.newTrace())
	w.now = w.now.Add(-1000 * time.Hour)
	w.send(raw, spans)
	w.settle()
	w.now = w.now.Add(2 * time.Hour)
	w.keepAll()
	if len(w.blocks()) > 0 {
		w.fatalf("blocks %v", w.blocks())
	}
}

func TestBlocksAreDroppedBySize(t *testing.T) {
	opts := tiny()
	opts.FanIn = 100
	w := newWorld(t, 1, opts)
	w.mustOpen()
	w.fresh(10)
	one := w.s.State().BlockBytes
	w.s.opts.RetentionBytes = 4*one + 2000
	for range 8 {
		w.now = w.now.Add(time.Minute)
		w.fresh(10)
	}
	w.keepAll()
	st := w.s.State()
	if st.BlockBytes+st.LogBytes > w.s.opts.RetentionBytes || len(w.blocks()) < 2 || w.blocks()[len(w.blocks())-1] != "9-9-0" {
		w.fatalf("%v, %+v, limit %d", w.blocks(), st, w.s.opts.RetentionBytes)
	}
}

func TestReplayDoesNotBringBackWhatRetentionDropped(t *testing.T) {
	opts := tiny()
	opts.Retention = time.Hour
	opts.SegmentBytes = 1 << 20
	w := newWorld(t, 1, opts)
	w.mustOpen()
	w.fresh(5)
	w.now = w.now.Add(2 * time.Hour)
	w.keepAll()
	clear(w.must)
	w.crash()
	w.check()
}

// TestDeletedTracesAreGoneFromTheDisk looks for the deleted spans' own text in all
// files, which is not compressed away: the block's dictionary has it as it is.
func TestDeletedTracesAreGoneFromTheDisk(t *testing.T) {
	w := newWorld(t, 1, tiny())
	w.mustOpen()
	first := w.fresh(5)
	w.fresh(5)
	inHead := w.newTrace()
	w.append(inHead, first[0], first[1])
	again, _ := w.s.Snapshot()
	w.delete(first[0], inHead)
	w.check()
	if _, err := readSnapshot(again); err != nil { // one of before is as it was
		w.fatalf("%v", err)
	}
	again.Release()
	w.append(first[0]) // after it: this one stays
	w.check()
	w.crash()
	w.check()
	w.settle()
	w.check()
	w.now = w.now.Add(3 * time.Minute)
	w.keepAll()
	w.check()
	for _, p := range w.s.parts {
		ids := make(map[span.TraceID]bool)
		if err := p.block.IDs(func(id [16]byte) bool { ids[id] = true; return true }); err != nil {
			t.Fatal(err)
		}
		if ids[inHead] || ids[first[0]] && p.name.last <= 3 {
			w.fatalf("%v still has a deleted trace", p.name)
		}
	}
	if files := w.disk.find(string(inHead[:])); len(files) > 0 {
		w.fatalf("the deleted id is in %v", files)
	}
	if st := w.s.State(); st.Deleted != 0 {
		w.fatalf("%d deletions are kept though nothing is left of them: %v", st.Deleted, w.blocks())
	}
	w.crash()
	w.check()
}

func TestADeletionInBlocksSurvivesAPowerCut(t *testing.T) {
	w := newWorld(t, 2, tiny())
	w.mustOpen()
	ids := w.fresh(10)
	w.delete(ids[3], ids[4], span.TraceID{1, 2, 3})
	w.crash()
	w.check()
	if got := w.s.State().Deleted; got < 2 {
		w.fatalf("%d deletions", got)
	}
	w.delete(ids[5:]...)
	w.delete(ids...)
	w.now = w.now.Add(time.Hour)
	w.keepAll()
	w.check()
	if len(w.blocks()) > 0 {
		w.fatalf("blocks %v", w.blocks())
	}
	w.fresh(3)
	w.crash()
	w.check()
}

func TestADamagedBlockIsSetAside(t *testing.T) {
	w := newWorld(t, 3, tiny())
	w.mustOpen()
	first := w.fresh(10)
	w.fresh(10)
	name := "/data/blocks/1-1-0/" + block.DataFile
	w.s.Close()
	for at := range 1500 { // pages, and not the footer: Open does not see it
		w.disk.at(name).data[at+4] ^= 0xff
	}
	w.mustOpen()
	snap, err := w.s.Snapshot()
	if err == nil {
		_, err = readSnapshot(snap)
		snap.Release()
		if !errors.Is(err, block.ErrDamaged) || !strings.Contains(err.Error(), "1-1-0") {
			w.fatalf("the question that comes across it gets %v", err)
		}
	} else if !errors.Is(err, block.ErrDamaged) {
		w.fatalf("snapshot: %v", err)
	}
	for k := range w.must {
		if slices.Contains(first, k.trace) {
			delete(w.must, k)
		}
	}
	w.check()
	if w.damaged == 0 || w.disk.at("/data/blocks/damaged/1-1-0") == nil || slices.Contains(w.blocks(), "1-1-0") {
		w.fatalf("%d events, blocks %v", w.damaged, w.blocks())
	}
	w.crash()
	w.check()
	r, err := Verify(context.Background(), w.disk, "/data")
	if err != nil || !slices.Equal(r.SetAside, []string{"1-1-0"}) || len(r.Problems) > 0 {
		w.fatalf("%+v, %v", r, err)
	}
}

func TestDamagedSmallFilesCostNothingThatIsStored(t *testing.T) {
	for _, name := range []string{"/data/blocks/2-2-0/traces", "/data/floor", "/data/deleted", "/data/blocks/2-2-0/index"} {
		w := newWorld(t, 4, tiny())
		w.mustOpen()
		ids := w.fresh(10)
		w.append(ids[:4]...)
		w.settle()
		w.must[spanKey{}] = kept{}
		delete(w.must, spanKey{})
		w.s.Close()
		n := w.disk.at(name)
		if n == nil {
			n = &node{}
			w.disk.at("/data").set(name[len("/data/"):], n)
		}
		n.data = append([]byte("?"), n.data...)
		r, err := Verify(context.Background(), w.disk, "/data")
		if err != nil || len(r.Problems) != 1 {
			w.fatalf("verify: %+v, %v", r, err)
		}
		w.mustOpen()
		if strings.HasSuffix(name, "index") {
			for k, v := range w.must {
				if slices.Contains(ids[:4], k.trace) {
					w.maybe[k] = v
					delete(w.must, k)
				}
			}
		}
		w.check()
		if w.damaged != 1 {
			w.fatalf("%s: %d events", name, w.damaged)
		}
	}
}

// TestMergesWriteLittleAgain counts what merges rewrite, and the blocks.
func TestMergesWriteLittleAgain(t *testing.T) {
	opts := tiny()
	opts.FanIn, opts.MaxBlockRows = 8, 18*40
	w := newWorld(t, 5, opts)
	var first, again int
	w.opts.Events.Written = func(_ string, m blockMeta, _ time.Duration) { first += m.Rows }
	w.opts.Events.Merged = func(_ []string, _ string, m blockMeta, _ time.Duration) { again += m.Rows }
	w.mustOpen()
	for range 100 {
		w.fresh(20)
		w.keepAll()
	}
	w.check()
	if again > 2*first || len(w.blocks()) > 22 {
		w.fatalf("%d rows were written, and %d again; %d blocks: %v", first, again, len(w.blocks()), w.blocks())
	}
	t.Logf("%d rows, %d again, blocks %v", first, again, w.blocks())
}

func TestPick(t *testing.T) {
	const hour = uint64(time.Hour)
	blocks := func(text string) (out []*part) { // level:rows:hour
		for i, f := range strings.Fields(text) {
			var level, rows int
			var at uint64
			if _, err := fmt.Sscanf(f, "%d:%d:%d", &level, &rows, &at); err != nil {
				t.Fatal(err)
			}
			out = append(out, &part{name: name{first: uint64(i + 1), last: uint64(i + 1), level: level}, meta: blockMeta{Rows: rows, MaxEnd: at * hour, Created: at * hour}})
		}
		return out
	}
	f := func(text string, lo, hi int) {
		t.Helper()
		if a, b := pick(blocks(text), 3, 1000, 2*hour); a != lo || b != hi {
			t.Errorf("%s: %d to %d, want %d to %d", text, a, b, lo, hi)
		}
	}
	f("", 0, 0)
	f("0:10:1 0:10:1", 0, 0)
	f("0:10:1 0:10:1 0:10:1 0:10:1", 0, 3)
	f("1:90:1 0:10:1 0:10:1 0:10:1", 1, 4)
	f("1:90:1 1:90:1 1:90:1 0:10:1 0:10:1 0:10:1", 3, 6) // the lowest first
	f("1:90:1 1:90:1 1:90:1 0:10:1 0:10:1", 0, 3)
	f("1:400:1 1:400:1 1:400:1 0:10:1", 0, 2)       // three would be too large
	f("2:800:1 2:800:1 2:800:1", 0, 0)              // they are large enough
	f("0:10:1 0:10:1 0:10:9 0:10:9", 0, 2)          // another time
	f("0:10:1 0:10:9 0:10:1 0:10:9", 0, 0)          // nothing fits
	f("1:90:1 0:10:1 1:90:1 0:10:1", 0, 3)          // one that was left behind
	f(strings.Repeat("0:10:1 0:10:9 ", 13), 0, 3)   // too many
	f("2:900:1 0:10:1 0:10:1 2:900:1 0:10:1", 1, 3) // between large ones
}
