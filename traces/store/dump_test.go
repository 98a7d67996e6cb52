package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/faultfs"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/span"
)

// lived is a store in which everything happened.
func lived(t testing.TB, seed uint64) *world {
	w := newWorld(t, seed, tiny())
	w.mustOpen()
	script(w)
	return w
}

func TestABackupHoldsWhatTheStoreHeld(t *testing.T) {
	w := lived(t, 11)
	if err := w.s.Backup("/copies/a"); err != nil {
		t.Fatal(err)
	}
	if err := w.s.Backup("/copies/a"); err == nil {
		t.Error("a backup goes over another one")
	}
	if err := Backup(w.disk, "/nothing", "/copies/b"); err == nil {
		t.Error("a backup of nothing")
	}
	w.disk = w.disk.crash(w.r) // it is on disk
	opts := w.opts
	s, _, err := Open(w.disk, "/copies/a", opts)
	if err != nil {
		t.Fatal(err)
	}
	w.checkStore(s)
	s.Close()
	r, err := Verify(context.Background(), w.disk, "/copies/a")
	if err != nil || len(r.Problems) > 0 || r.Blocks == 0 {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestADumpIsImportedAgain(t *testing.T) {
	for _, format := range []DumpFormat{JSONLines, Protobuf} {
		w := lived(t, 12)
		var out bytes.Buffer
		n, err := Dump(context.Background(), w.disk, "/data", &out, format)
		if err != nil || n < len(w.must) {
			t.Fatalf("%d spans of %d, %v", n, len(w.must), err)
		}
		opts := tiny()
		opts.Now, opts.Head = w.opts.Now, head.Options{}
		s, _, err := Open(w.disk, "/other", opts)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Import(context.Background(), &out); err != nil || got != n {
			t.Fatalf("%d of %d spans, %v", got, n, err)
		}
		w.checkStore(s)
		s.Close()
		if _, err := w.s.Import(context.Background(), bytes.NewReader([]byte("\x05abc"))); err == nil {
			t.Error("half an export is imported")
		}
	}
}

func TestJSONIsImportedHoweverItIsWritten(t *testing.T) {
	w := lived(t, 12)
	var lines bytes.Buffer
	if _, err := Dump(context.Background(), w.disk, "/data", &lines, JSONLines); err != nil {
		t.Fatal(err)
	}
	var spread bytes.Buffer
	for line := range bytes.Lines(lines.Bytes()) {
		if err := json.Indent(&spread, line, "", "  "); err != nil {
			t.Fatal(err)
		}
		spread.WriteString("\r\n\n")
	}
	read := func(from *bytes.Buffer) (exports []string) {
		if err := ReadDump(from, func(raw []byte, _ otlp.Bad) error { exports = append(exports, string(raw)); return nil }); err != nil {
			t.Fatal(err)
		}
		return exports
	}
	if want, got := read(&lines), read(&spread); len(want) == 0 || !slices.Equal(got, want) {
		t.Errorf("%d exports of %d", len(got), len(want))
	}
}

// TestAnExportThatBeginsLikeJSONIsNone imports exports of as many bytes as a brace's code.
func TestAnExportThatBeginsLikeJSONIsNone(t *testing.T) {
	read := 0
	for first := range 80 {
		td := ptrace.NewTraces()
		td.ResourceSpans().AppendEmpty().SetSchemaUrl(strings.Repeat("s", first))
		last := td.ResourceSpans().AppendEmpty()
		var raw []byte
		for n := 0; len(raw) < '{'; n++ {
			last.SetSchemaUrl(strings.Repeat("t", n))
			raw, _ = (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		}
		if len(raw) > '{' {
			continue
		}
		err := ReadDump(bytes.NewReader(append([]byte{'{'}, raw...)), func(got []byte, _ otlp.Bad) error {
			if !bytes.Equal(got, raw) {
				t.Errorf("another export than was written: %q", got)
			}
			read++
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	if read < 60 {
		t.Errorf("%d exports", read)
	}
}

func TestAStoreOfFormat1IsTakenOver(t *testing.T) {
	for _, failing := range []bool{false, true} {
		w := newWorld(t, 13, tiny())
		if err := w.disk.MkdirAll("/data"); err != nil {
			t.Fatal(err)
		}
		for number := range uint64(8) {
			var exports [][]byte
			for range 5 {
				raw, spans := w.export(w.trace(), w.trace(), w.trace())
				exports = append(exports, raw)
				for k, v := range spans {
					w.must[k] = v
				}
			}
			if err := writeFile(w.disk, fmt.Sprintf("/data/%016d.log", number+1), format1(number+1, exports)); err != nil {
				t.Fatal(err)
			}
		}
		lock, err := w.disk.Lock("/data/lock")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.open(); !errors.Is(err, faultfs.ErrLocked) {
			t.Errorf("open beside a process of before: %v", err)
		}
		lock.Close()
		if err := writeFile(w.disk, "/data/0000000000000001.idx", []byte("old")); err != nil {
			t.Fatal(err)
		}
		if failing { // the disk is full in the middle of it
			w.fail = func(n int, _ faultfs.Op, _ string, _ int) faultfs.Fault {
				if n > 40 {
					return faultfs.Fault{Err: errors.New("full")}
				}
				return faultfs.Fault{}
			}
			if err := w.open(); err == nil {
				t.Fatal("it opens on a full disk")
			}
			w.crash()
		} else {
			w.mustOpen()
		}
		w.check()
		entries, err := w.disk.ReadDir("/data")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if !e.IsDir() && e.Name() != "lock" && e.Name() != "LOCK" {
				t.Errorf("%s is left", e.Name())
			}
		}
		if w.s.found.Migrated == 0 || w.damaged > 0 {
			w.fatalf("%+v, %d events of damage", w.s.found, w.damaged)
		}
		w.keepAll()
		w.crash()
		w.check()
	}
}

// format1 is a file of a log of format 1.
func format1(number uint64, exports [][]byte) []byte {
	le := binary.LittleEndian
	b := append([]byte("SSTRLOG\x00"), make([]byte, 20)...)
	le.PutUint32(b[8:], 1)
	le.PutUint64(b[16:], number)
	b = le.AppendUint32(b, crc32.Checksum(b, castagnoli))
	for _, raw := range exports {
		payload := s2.Encode(nil, raw)
		head := le.AppendUint32([]byte("SREC"), uint32(len(payload)))
		head = le.AppendUint32(head, crc32.Checksum(payload, castagnoli))
		place := le.AppendUint64(le.AppendUint64(slices.Clone(head), number), uint64(len(b)))
		b = append(b, le.AppendUint32(head, crc32.Checksum(place, castagnoli))...)
		b = append(b, payload...)
	}
	return b
}

func FuzzSmallFiles(f *testing.F) {
	fl := newFilter(3)
	f.Add(notes{1, []span.TraceID{{1}, {2}}, fl}.encode())
	f.Add(encodeTombstones([]tombstone{{id: span.TraceID{3}, cut: 4, position: 5, at: time.Unix(1, 2)}}))
	f.Add(encodeFloor(floor{1, 2}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if n, err := decodeNotes(b); err == nil && !bytes.Equal(n.encode(), b) {
			t.Error("notes")
		}
		if l, err := decodeTombstones(b); err == nil && !bytes.Equal(encodeTombstones(l), b) {
			t.Error("tombstones")
		}
		if v, err := decodeFloor(b); err == nil && !bytes.Equal(encodeFloor(v), b) {
			t.Error("floor")
		}
	})
}

func FuzzName(f *testing.F) {
	for _, s := range []string{"1-1-0", "3-10-1-2", "03-4-1", "9-1-0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, ok := parseName(s)
		if ok && (n.String() != s || n.first > n.last || n.covers(n)) {
			t.Errorf("%q is %+v", s, n)
		}
	})
}

func FuzzImport(f *testing.F) {
	f.Add([]byte("{\"resourceSpans\":[]}\n"))
	f.Add([]byte("\x02\x0a\x00"))
	f.Add([]byte("\xff\xff\xff\xff\x03"))
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = ReadDump(bytes.NewReader(b), func(raw []byte, _ otlp.Bad) error {
			if _, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw); err == nil && len(raw) > len(b)*10+100 {
				t.Error("an export that is larger than what it was read from")
			}
			return nil
		})
	})
}

func TestTheFilterKnowsItsTracesAndFewOthers(t *testing.T) {
	const n = 20_000
	for _, random := range []bool{false, true} {
		w := newWorld(t, 14, tiny())
		id := func(i int) (id span.TraceID) {
			if random {
				return w.newTrace()
			}
			id[7], id[8], id[9] = byte(i), byte(i>>8), byte(i>>16)
			return id
		}
		f := newFilter(n)
		var ids []span.TraceID
		for i := range n {
			ids = append(ids, id(i))
			f.add(ids[i])
		}
		for _, id := range ids {
			if !f.has(spread(id)) {
				t.Fatal("an id is not known")
			}
		}
		wrong := 0
		for i := range n {
			if f.has(spread(id(n + i))) {
				wrong++
			}
		}
		if wrong > n/30 {
			t.Errorf("%d of %d others seem to be there", wrong, n)
		}
	}
}

func TestOpenSaysWhatItFound(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "floor.tmp"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, r, err := Open(faultfs.OS{}, dir, Options{})
	if err != nil || r.Blocks != 0 || r.Records != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Snapshot(); !errors.Is(err, ErrClosed) {
		t.Errorf("a snapshot after close: %v", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "floor.tmp")); err == nil {
		t.Error("half a file is left")
	}
}

// meddling lets a store go on between any two looks at its directory.
type meddling struct {
	faultfs.FS
	do func(path string)
}

func (m meddling) Open(name string) (faultfs.File, error) {
	m.do(name)
	return m.FS.Open(name)
}

func (m meddling) ReadDir(dir string) ([]os.DirEntry, error) {
	m.do(dir)
	return m.FS.ReadDir(dir)
}

// TestWhatReadsARunningStoreMissesNothing copies, dumps and verifies the directory of
// a store that appends, cuts, merges and deletes meanwhile.
func TestWhatReadsARunningStoreMissesNothing(t *testing.T) {
	for seed := range uint64(20) {
		small := tiny()
		small.SegmentBytes = 300
		w := newWorld(t, 100+seed, small)
		w.mustOpen()
		for range 60 {
			w.step(false)
		}
		left := 0
		begin := func() map[spanKey]kept {
			for range 5 {
				w.append(w.newTrace(), w.trace())
			}
			left = 300
			return maps.Clone(w.must)
		}
		running := meddling{w.disk, func(path string) {
			if left--; left < 0 {
				return
			}
			if filepath.Base(path) == walName && w.r.IntN(2) == 0 {
				w.settle() // what the log has goes to blocks
			}
			switch w.r.IntN(12) {
			case 0, 1:
				w.append(w.newTrace(), w.newTrace(), w.trace())
			case 2:
				w.cut(false)
			case 3:
				w.settle()
			case 4:
				w.now = w.now.Add(time.Minute)
				w.s.keepOnce()
			}
		}}
		begin()
		r, err := Verify(context.Background(), running, "/data")
		if err != nil || len(r.Problems) > 0 {
			w.fatalf("verify: %+v, %v", r, err)
		}
		owed := map[string]map[spanKey]kept{"copy": begin()}
		if err := Backup(running, "/data", "/copy"); err != nil {
			w.fatalf("%v", err)
		}
		owed["dump"] = begin()
		var dump bytes.Buffer
		if _, err := Dump(context.Background(), running, "/data", &dump, Protobuf); err != nil {
			w.fatalf("%v", err)
		}
		opts := w.opts
		opts.Events = Events{}
		copied, _, err := Open(w.disk, "/copy", opts)
		if err != nil {
			w.fatalf("open the copy: %v", err)
		}
		opts.Head = head.Options{}
		imported, _, err := Open(w.disk, "/imported", opts)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := imported.Import(t.Context(), &dump); err != nil {
			w.fatalf("%v", err)
		}
		for what, s := range map[string]*Store{"copy": copied, "dump": imported} {
			seen, err := spansOf(s)
			if err != nil {
				w.fatalf("%s: %v", what, err)
			}
			for k := range owed[what] {
				if !seen[k] {
					w.fatalf("the %s lacks span %x of %x", what, k.id, k.trace)
				}
			}
			for k := range seen {
				if _, ok := w.must[k]; !ok && w.maybe[k].name == "" {
					w.fatalf("the %s has span %x of %x, which was deleted", what, k.id, k.trace)
				}
			}
			s.Close()
		}
		w.s.Close()
	}
}
