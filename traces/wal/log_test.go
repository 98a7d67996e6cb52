package wal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"supersonic/internal/faultfs"
)

func options(size int64) Options {
	return Options{SegmentBytes: size, SegmentAge: time.Hour, Now: time.Now}
}

func open(t testing.TB, files faultfs.FS, dir string, opts Options) *Log {
	t.Helper()
	l, err := Open(files, dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func appendText(l *Log, text string) error {
	return l.Append([]byte(text), func(*Segment, uint32) {})
}

// contents reads all records of a directory as a fresh process would.
func contents(t testing.TB, dir string) ([]string, Scan) {
	t.Helper()
	l := open(t, faultfs.OS{}, dir, options(1<<20))
	var all []string
	var sum Scan
	for _, s := range l.Segments() {
		scan, err := s.Walk(func(off uint32, raw []byte) error {
			again, err := s.Read(off)
			if err != nil || !bytes.Equal(raw, again) {
				t.Errorf("record at %d reads %q, %v; walked %q", off, again, err, raw)
			}
			all = append(all, string(raw))
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sum.Records += scan.Records
		sum.Damaged += scan.Damaged
	}
	return all, sum
}

func numbered(n int) []string {
	var out []string
	for i := range n {
		out = append(out, fmt.Sprintf("record %d %s", i, strings.Repeat("x", i*13%70)))
	}
	return out
}

func TestRecordsComeBackInOrder(t *testing.T) {
	dir := t.TempDir()
	l := open(t, faultfs.OS{}, dir, options(300))
	want := numbered(40)
	for _, r := range want {
		if err := appendText(l, r); err != nil {
			t.Fatal(err)
		}
	}
	if len(l.Segments()) < 3 {
		t.Errorf("%d segments, want several", len(l.Segments()))
	}
	got, _ := contents(t, dir)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConcurrentAppendsShareSyncs(t *testing.T) {
	dir := t.TempDir()
	const appends = 64
	var mu sync.Mutex
	records, syncs := 0, 0
	opts := options(1 << 20)
	opts.Events.Synced = func(_ time.Duration, n int) { mu.Lock(); syncs++; records += n; mu.Unlock() }
	l := open(t, faultfs.OS{}, dir, opts)
	var wg sync.WaitGroup
	for i := range appends {
		wg.Go(func() {
			if err := appendText(l, fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, _ := contents(t, dir)
	if len(got) != appends || records != appends || syncs > appends {
		t.Errorf("%d records, %d told of in %d syncs; want %d in at most as many", len(got), records, syncs, appends)
	}
}

func TestTornTailIsCutAtEveryLength(t *testing.T) {
	dir := t.TempDir()
	l := open(t, faultfs.OS{}, dir, options(1<<20))
	want := numbered(3)
	var ends []int64
	for _, r := range want {
		if err := appendText(l, r); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, l.Segments()[0].Size())
	}
	name := l.Name(1, ".log")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for size := range whole {
		torn := t.TempDir()
		if err := os.WriteFile(filepath.Join(torn, filepath.Base(name)), whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		kept := 0
		for _, e := range ends {
			if int64(size) >= e {
				kept++
			}
		}
		l := open(t, faultfs.OS{}, torn, options(1<<20))
		s := l.Segments()[0]
		scan, err := s.Walk(func(uint32, []byte) error { return nil })
		if err != nil || scan.Records != kept || scan.Damaged != 0 {
			t.Fatalf("cut at %d: %+v %v, want %d records", size, scan, err, kept)
		}
		if size < headerSize {
			continue
		}
		if err := l.Resume(s, scan.Good); err != nil {
			t.Fatal(err)
		}
		if err := appendText(l, "after"); err != nil {
			t.Fatal(err)
		}
		got, sum := contents(t, torn)
		if diff := cmp.Diff(append(want[:kept:kept], "after"), got); diff != "" || sum.Damaged != 0 {
			t.Fatalf("cut at %d, %d damaged (-want +got):\n%s", size, sum.Damaged, diff)
		}
	}
}

func TestFlippedBitLosesOneRecordOnly(t *testing.T) {
	dir := t.TempDir()
	l := open(t, faultfs.OS{}, dir, options(1<<20))
	for _, r := range numbered(5) {
		if err := appendText(l, r); err != nil {
			t.Fatal(err)
		}
	}
	name := l.Name(1, ".log")
	whole, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for at := headerSize; at < len(whole); at++ {
		bad := bytes.Clone(whole)
		bad[at] ^= 1 << (at % 8)
		scan, err := walk(bad, 1, func(int64, []byte) error { return nil })
		if err != nil || scan.Records != 4 {
			t.Fatalf("bit flipped at %d: %+v %v, want 4 records", at, scan, err)
		}
	}
}

func TestEveryFailedOperationKeepsWhatWasAcknowledged(t *testing.T) {
	run := func(t *testing.T, files faultfs.FS, dir string) (acked []string) {
		l := open(t, files, dir, options(250))
		for _, r := range numbered(20) {
			if appendText(l, r) == nil {
				acked = append(acked, r)
			}
		}
		return acked
	}
	clean := &faultfs.Faulty{FS: faultfs.OS{}, Decide: func(int, faultfs.Op, string, int) faultfs.Fault { return faultfs.Fault{} }}
	if got := run(t, clean, t.TempDir()); len(got) != 20 {
		t.Fatalf("%d records without faults, want 20", len(got))
	}
	for _, sticky := range []bool{false, true} {
		for n := range clean.Ops() {
			dir := t.TempDir()
			acked := run(t, faultfs.FailNth(faultfs.OS{}, n, sticky), dir)
			got, _ := contents(t, dir)
			have := map[string]int{}
			for _, r := range got {
				have[r]++
			}
			for _, r := range acked {
				if have[r] != 1 {
					t.Fatalf("fault at operation %d, sticky %v: %q is there %d times", n, sticky, r, have[r])
				}
			}
			if !sticky && len(acked) < 19 {
				t.Fatalf("one fault at operation %d refused %d records", n, 20-len(acked))
			}
		}
	}
}

func TestFileOfTheFutureIsNamed(t *testing.T) {
	dir := t.TempDir()
	l := open(t, faultfs.OS{}, dir, options(1<<20))
	if err := appendText(l, "x"); err != nil {
		t.Fatal(err)
	}
	head := fileHeader(1)
	head[8] = 2
	binary.LittleEndian.PutUint32(head[28:], crc32.Checksum(head[:28], castagnoli))
	f, err := os.OpenFile(l.Name(1, ".log"), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(head, 0); err != nil {
		t.Fatal(err)
	}
	f.Close()
	if _, err := Open(faultfs.OS{}, dir, options(1)); err == nil || !strings.Contains(err.Error(), "newer than this program") {
		t.Errorf("Open: %v", err)
	}
}

func TestDroppedSegmentIsGone(t *testing.T) {
	l := open(t, faultfs.OS{}, t.TempDir(), options(1))
	for _, r := range []string{"a", "b"} {
		if err := appendText(l, r); err != nil {
			t.Fatal(err)
		}
	}
	s := l.Segments()[0]
	if !s.Quiet() || l.Segments()[1].Quiet() {
		t.Error("the first segment should be quiet, the second not")
	}
	if err := l.Drop(s); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Read(headerSize); !errors.Is(err, ErrGone) {
		t.Errorf("Read: %v, want ErrGone", err)
	}
}

func FuzzWalk(f *testing.F) {
	rec := encode([]byte("a record"))
	sealHead(rec, 1, headerSize)
	f.Add(append(fileHeader(1), rec...))
	f.Add(append(append(fileHeader(1), "SREC"...), rec...))
	f.Fuzz(func(t *testing.T, data []byte) {
		last := int64(0)
		scan, err := walk(data, 1, func(off int64, raw []byte) error {
			if off <= last && last > 0 {
				t.Errorf("record at %d after %d", off, last)
			}
			last = off
			return nil
		})
		if err != nil || scan.Good > int64(len(data)) {
			t.Errorf("%+v %v of %d bytes", scan, err, len(data))
		}
		_ = checkHeader(data, 1)
	})
}
