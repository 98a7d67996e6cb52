package wal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"supersonic/internal/faultfs"
)

func openJournal(t testing.TB, files faultfs.FS, dir string, bytes int64) *Journal {
	t.Helper()
	j, err := OpenJournal(files, dir, JournalOptions{SegmentBytes: bytes})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

// put appends a text and returns its position.
func put(j *Journal, text string, arrived uint64) (at uint64, err error) {
	err = j.Append([]byte(text), arrived, func(position uint64) { at = position })
	return at, err
}

// replayed reads all records from a position on, and checks that positions grow.
func replayed(t testing.TB, dir string, from uint64) (texts []string, positions []uint64, found Found) {
	t.Helper()
	found, err := ReadJournal(faultfs.OS{}, dir, from, func(at, arrived uint64, raw []byte) error {
		if n := len(positions); n > 0 && positions[n-1] >= at || at < from {
			t.Errorf("position %x comes after %x, read from %x", at, positions, from)
		}
		texts, positions = append(texts, string(raw)), append(positions, at)
		if arrived != uint64(len(raw)) {
			t.Errorf("%q arrived at %d", raw, arrived)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return texts, positions, found
}

func fill(t testing.TB, j *Journal, texts []string) (positions []uint64) {
	t.Helper()
	for _, text := range texts {
		at, err := put(j, text, uint64(len(text)))
		if err != nil {
			t.Fatal(err)
		}
		positions = append(positions, at)
	}
	return positions
}

func TestAJournalGivesBackWhatItTookFromAnyPosition(t *testing.T) {
	dir := t.TempDir()
	texts := lines(60)
	at := fill(t, openJournal(t, faultfs.OS{}, dir, 400), texts[:40])
	at = append(at, fill(t, openJournal(t, faultfs.OS{}, dir, 400), texts[40:])...)
	for i := range texts {
		got, positions, found := replayed(t, dir, at[i])
		if !slices.Equal(got, texts[i:]) || !slices.Equal(positions, at[i:]) || found.Damaged != 0 || found.Torn != 0 {
			t.Fatalf("from record %d: %d records, %+v", i, len(got), found)
		}
	}
}

func TestAJournalDropsWhatIsBelowAPosition(t *testing.T) {
	dir := t.TempDir()
	texts := lines(40)
	j := openJournal(t, faultfs.OS{}, dir, 400)
	at := fill(t, j, texts)
	if err := j.Drop(at[20]); err != nil {
		t.Fatal(err)
	}
	got, _, _ := replayed(t, dir, 0)
	if len(got) < 20 || len(got) > 30 || !slices.Equal(got, texts[40-len(got):]) {
		t.Errorf("%d records are left", len(got))
	}
	if j.First() > at[20] || j.First() <= at[5] {
		t.Errorf("first %x", j.First())
	}
	j.Rotate()
	end := j.End()
	if end <= at[39] || j.Low() != end {
		t.Errorf("end %x, low %x", end, j.Low())
	}
	if err := j.Drop(end); err != nil || j.Segments() != 0 || j.Bytes() != 0 || j.First() != end {
		t.Errorf("%v, %d segments, %d bytes, first %x", err, j.Segments(), j.Bytes(), j.First())
	}
	j.Close()
	j, err := OpenJournal(faultfs.OS{}, dir, JournalOptions{First: end>>32 + 1})
	if err != nil {
		t.Fatal(err)
	}
	if at, err := put(j, "x", 1); err != nil || at <= end {
		t.Errorf("after a restart: %x, %v", at, err)
	}
}

// TestDamageCostsOnlyWhatItTouches flips a bit, or cuts, somewhere: records that the
// damage does not touch are found, and nothing is made up.
func TestDamageCostsOnlyWhatItTouches(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	texts := lines(30)
	dir := t.TempDir()
	at := fill(t, openJournal(t, faultfs.OS{}, dir, 1<<20), texts)
	name := journalName(dir, 1)
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for range 500 {
		broken := slices.Clone(data)
		where := uint32(r.IntN(len(data)))
		torn := r.IntN(3) == 0
		if torn {
			broken = broken[:where]
		} else {
			broken[where] ^= 1 << r.IntN(8)
		}
		if err := os.WriteFile(name, broken, 0o600); err != nil {
			t.Fatal(err)
		}
		var want []string
		for i, text := range texts {
			end := uint32(len(data))
			if i+1 < len(at) {
				end = uint32(at[i+1])
			}
			if end <= where || !torn && uint32(at[i]) > where {
				want = append(want, text)
			}
		}
		if got, _, _ := replayed(t, dir, 0); !slices.Equal(got, want) {
			t.Fatalf("byte %d, torn %v: %d records, want %d", where, torn, len(got), len(want))
		}
	}
}

func TestRenamedFilesAreReadInTheirOrder(t *testing.T) {
	dir := t.TempDir()
	texts := lines(40)
	fill(t, openJournal(t, faultfs.OS{}, dir, 400), texts)
	if err := os.Rename(journalName(dir, 2), journalName(dir, 77)); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := replayed(t, dir, 0); !slices.Equal(got, texts) {
		t.Errorf("%d records", len(got))
	}
	if at, err := put(openJournal(t, faultfs.OS{}, dir, 400), "x", 1); err != nil || at>>32 != 78 {
		t.Errorf("the next is at %x, %v", at, err)
	}
}

func TestNothingAcknowledgedIsLostWhicheverWriteFails(t *testing.T) {
	texts := lines(12)
	for n := 0; ; n++ {
		dir := t.TempDir()
		files := faultfs.FailNth(faultfs.OS{}, n, n%2 == 0)
		j := openJournal(t, files, dir, 200)
		var acknowledged []string
		for _, text := range texts {
			if _, err := put(j, text, uint64(len(text))); err == nil {
				acknowledged = append(acknowledged, text)
			}
		}
		j.Close()
		got, _, _ := replayed(t, dir, 0)
		for _, text := range acknowledged {
			if !slices.Contains(got, text) {
				t.Fatalf("operation %d: %q is lost", n, text)
			}
		}
		if n%2 == 1 && len(acknowledged) < len(texts)-1 {
			t.Fatalf("operation %d: only %d were taken after one failure", n, len(acknowledged))
		}
		if files.Ops() <= n {
			return
		}
	}
}

func TestManyAppendShareSyncs(t *testing.T) {
	dir := t.TempDir()
	j := openJournal(t, faultfs.OS{}, dir, 2000)
	var all sync.WaitGroup
	var mu sync.Mutex
	done := make(map[uint64]bool)
	for i := range 20 {
		all.Go(func() {
			for k := range 20 {
				text := fmt.Sprintf("%d-%d-%s", i, k, strings.Repeat("y", k))
				at, err := put(j, text, uint64(len(text)))
				if err != nil {
					t.Error(err)
				}
				if low := j.Low(); low > j.End() {
					t.Errorf("low %x", low)
				}
				mu.Lock()
				done[at] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if got, _, _ := replayed(t, dir, 0); len(got) != 400 || len(done) != 400 {
		t.Errorf("%d records at %d positions", len(got), len(done))
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
	if _, err := put(j, "x", 1); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
}

func TestALogOfFormat1IsRead(t *testing.T) {
	dir := t.TempDir()
	want := lines(40)
	for number := range uint64(4) {
		data := fileHeader(number + 1)
		for _, text := range want[10*number : 10*number+10] {
			rec := encode([]byte(text))
			sealHead(rec, number+1, int64(len(data)))
			data = append(data, rec...)
		}
		if err := os.WriteFile(journalName(dir, number+1), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	names, err := Format1(faultfs.OS{}, dir)
	if err != nil || len(names) != 4 || filepath.Dir(names[0]) != dir {
		t.Fatalf("%q, %v", names, err)
	}
	var got []string
	for _, name := range names {
		if _, err := ReadFormat1(faultfs.OS{}, name, func(raw []byte) error { got = append(got, string(raw)); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d records", len(got))
	}
}

// lines makes texts of different lengths.
func lines(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprintf("line %d %s", i, strings.Repeat("x", i*13%70)))
	}
	return out
}

func FuzzJournalFile(f *testing.F) {
	rec := encodeEntry(nil, []byte("some text"))
	sealEntry(rec, 5, 1, headerSize)
	f.Add(append(journalHeader(1), rec...))
	f.Add([]byte(fileMagic))
	f.Fuzz(func(t *testing.T, data []byte) {
		last := int64(-1)
		_, err := eachEntry(data, 1, 0, func(off int64, _ uint64, _ []byte) error {
			if off <= last || off >= int64(len(data)) {
				t.Errorf("a record at %d after %d", off, last)
			}
			last = off
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
