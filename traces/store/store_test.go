package store

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/faultfs"
	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/wal"
)

func testOptions(segment int64) Options {
	return Options{Log: wal.Options{SegmentBytes: segment, SegmentAge: time.Hour, Now: time.Now}, CacheBytes: 1 << 20, Now: time.Now}
}

// world is a store in a test.
type world struct {
	t     testing.TB
	dir   string
	files faultfs.FS
	opts  Options
	*Store
	replay Replay
}

func newWorld(t testing.TB, opts Options) *world {
	w := &world{t: t, dir: t.TempDir(), files: quick(), opts: opts}
	w.open()
	return w
}

// quick is the real file system without the time of its syncs.
func quick() *faultfs.Faulty { return faultfs.FailNth(faultfs.OS{}, -1, false) }

func (w *world) open() {
	w.t.Helper()
	var err error
	if w.Store, w.replay, err = Open(w.files, w.dir, w.opts); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.Store.Close() })
}

// crash drops the process's state without a word to the store, and starts anew:
// the files and the lock go, as the kernel takes them from a killed process.
func (w *world) crash() {
	w.t.Helper()
	w.Store.log.Close()
	w.Store.lock.Close()
	w.open()
}

type testSpan struct {
	trace, id  uint64
	start, end uint64
}

// export is spans as a record.
func export(spans ...testSpan) ([]byte, []span.Span) {
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", fmt.Sprintf("service-%d", spans[0].id%3))
	ss := rs.ScopeSpans().AppendEmpty()
	for _, s := range spans {
		out := ss.Spans().AppendEmpty()
		out.SetTraceID(pcommon.TraceID(traceID(s.trace)))
		var id pcommon.SpanID
		binary.BigEndian.PutUint64(id[:], s.id)
		out.SetSpanID(id)
		out.SetName(fmt.Sprintf("span %d", s.id))
		out.SetStartTimestamp(pcommon.Timestamp(s.start))
		out.SetEndTimestamp(pcommon.Timestamp(s.end))
	}
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		panic(err)
	}
	return raw, span.FromOTLP(td)
}

func traceID(n uint64) (id span.TraceID) {
	binary.BigEndian.PutUint64(id[8:], n)
	return id
}

func (w *world) mustAppend(spans ...testSpan) {
	w.t.Helper()
	if err := w.Append(export(spans...)); err != nil {
		w.t.Fatal(err)
	}
}

// all lists every trace as "number: spans", in the order of a scan.
func (w *world) all(r query.Range) []string {
	w.t.Helper()
	out := []string{}
	_, err := w.Scan(context.Background(), r, query.Visitor{
		Eval: func(t *query.Trace) any { return describe(t) },
		Emit: func(s any) bool { out = append(out, s.(string)); return true },
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

func describe(t *query.Trace) string {
	ids := []string{}
	for _, s := range t.Spans {
		ids = append(ids, fmt.Sprint(binary.BigEndian.Uint64(s.ID[:])))
	}
	slices.Sort(ids)
	return fmt.Sprintf("%d@%d: %s", binary.BigEndian.Uint64(t.ID[8:]), t.Start, strings.Join(ids, " "))
}

// model is the plain answer to the same questions.
type model map[uint64]map[uint64]testSpan

func (m model) add(spans ...testSpan) {
	for _, s := range spans {
		if m[s.trace] == nil {
			m[s.trace] = map[uint64]testSpan{}
		}
		m[s.trace][s.id] = s
	}
}

func (m model) all(r query.Range) []string {
	type row struct {
		trace, start uint64
		text         string
	}
	rows := []row{}
	for trace, spans := range m {
		start, within := ^uint64(0), false
		ids := []string{}
		for _, s := range spans {
			start = min(start, s.start)
			within = within || r.Overlaps(s.start, s.end)
			ids = append(ids, fmt.Sprint(s.id))
		}
		slices.Sort(ids)
		if within {
			rows = append(rows, row{trace, start, fmt.Sprintf("%d@%d: %s", trace, start, strings.Join(ids, " "))})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Or(cmp.Compare(b.start, a.start), cmp.Compare(a.trace, b.trace)) })
	out := []string{}
	for _, r := range rows {
		out = append(out, r.text)
	}
	return out
}

func TestRandomTracesAgreeWithAPlainModel(t *testing.T) {
	for seed := range uint64(15) {
		rng := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t, testOptions(int64(200+rng.IntN(1500))))
		m := model{}
		now := uint64(1e18)
		for step := range 150 {
			now += uint64(rng.IntN(50))
			var spans []testSpan
			for range 1 + rng.IntN(6) {
				id := uint64(step*100 + len(spans) + 1)
				// Old traces get late spans; a trace's pieces land in many segments.
				start := now - uint64(rng.IntN(100))
				spans = append(spans, testSpan{uint64(1 + rng.IntN(step+1)), id, start, start + uint64(rng.IntN(40))})
			}
			w.mustAppend(spans...)
			m.add(spans...)
			switch rng.IntN(12) {
			case 0:
				w.Maintain(context.Background())
			case 1:
				w.crash()
			case 2:
				w.mustAppend(spans...) // a retry
			}
			if step%10 == 9 {
				if diff := gocmp.Diff(m.all(query.Range{}), sameStart(w.all(query.Range{}))); diff != "" {
					t.Fatalf("seed %d, step %d (-want +got):\n%s", seed, step, diff)
				}
			}
		}
		r := query.Range{Start: now - 2000, End: now - 1000}
		want, got := m.all(r), w.all(r)
		slices.Sort(want) // with a range the order may differ for traces that began before it
		slices.Sort(got)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Fatalf("seed %d, range (-want +got):\n%s", seed, diff)
		}
		for n := range m {
			if _, _, err := w.Trace(context.Background(), traceID(n)); err != nil {
				t.Fatalf("seed %d: trace %d: %v", seed, n, err)
			}
		}
	}
}

// sameStart orders traces that start at the same time by their number: between
// segments the scan leaves that open.
func sameStart(list []string) []string {
	key := func(s string) (start, trace int) {
		fmt.Sscanf(s, "%d@%d", &trace, &start)
		return start, trace
	}
	slices.SortStableFunc(list, func(a, b string) int {
		sa, ta := key(a)
		sb, tb := key(b)
		if sa != sb {
			return 0
		}
		return cmp.Compare(ta, tb)
	})
	return list
}

func TestEveryFailedOperationKeepsWhatWasAcknowledged(t *testing.T) {
	fill := func(w *world) (acked []uint64) {
		for i := range uint64(25) {
			start := 1e18 + i*1000
			if w.Append(export(testSpan{i + 1, 1, start, start + 10}, testSpan{i/2 + 1, i + 100, start, start + 5})) == nil {
				acked = append(acked, i+1)
			}
			if i%4 == 3 {
				w.Maintain(context.Background())
			}
		}
		return acked
	}
	count := quick()
	w := &world{t: t, dir: t.TempDir(), files: count, opts: testOptions(600)}
	w.open()
	if got := fill(w); len(got) != 25 {
		t.Fatalf("%d exports without faults, want 25", len(got))
	}
	for _, sticky := range []bool{false, true} {
		for n := range count.Ops() {
			w := &world{t: t, dir: t.TempDir(), files: faultfs.FailNth(faultfs.OS{}, n, sticky), opts: testOptions(600)}
			w.open()
			acked := fill(w)
			for _, when := range []string{"at once", "after a restart"} {
				for _, id := range acked {
					if _, _, err := w.Trace(context.Background(), traceID(id)); err != nil {
						t.Fatalf("fault at operation %d, sticky %v, %s: trace %d: %v", n, sticky, when, id, err)
					}
				}
				if got := len(w.all(query.Range{})); got < len(acked) {
					t.Fatalf("fault at operation %d, sticky %v, %s: a scan shows %d traces, want %d", n, sticky, when, got, len(acked))
				}
				w.files = quick()
				w.crash()
			}
		}
	}
}

func TestSecondOpenerIsRefused(t *testing.T) {
	w := newWorld(t, testOptions(1000))
	_, _, err := Open(faultfs.OS{}, w.dir, testOptions(1000))
	if !errors.Is(err, faultfs.ErrLocked) || !strings.Contains(err.Error(), "--data-dir") {
		t.Errorf("second open: %v", err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	w.open()
}

func TestFullDiskRefusesAndGoesOnWhenThereIsSpace(t *testing.T) {
	full := false
	files := &faultfs.Faulty{FS: faultfs.OS{}, Decide: func(_ int, op faultfs.Op, _ string, size int) faultfs.Fault {
		if full && (op == faultfs.OpWrite || op == faultfs.OpCreate) {
			return faultfs.Fault{Err: errors.New("no space left on device"), Torn: size / 3}
		}
		return faultfs.Fault{}
	}}
	w := &world{t: t, dir: t.TempDir(), files: files, opts: testOptions(1 << 20)}
	w.open()
	w.mustAppend(testSpan{1, 1, 10, 20})
	full = true
	for range 3 {
		if err := w.Append(export(testSpan{2, 1, 10, 20})); err == nil {
			t.Fatal("a full disk took a span")
		}
	}
	if _, _, err := w.Trace(context.Background(), traceID(2)); !errors.Is(err, query.ErrNotFound) {
		t.Errorf("a refused trace: %v, want not found", err)
	}
	full = false
	w.mustAppend(testSpan{3, 1, 30, 40})
	w.crash()
	if diff := gocmp.Diff([]string{"3@30: 1", "1@10: 1"}, w.all(query.Range{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if w.replay.Torn != 0 || w.replay.Damaged != 0 || w.replay.Segments != 1 {
		t.Errorf("replay found %+v, want one clean segment", w.replay)
	}
}

// fill appends n traces of one span, a second apart, and seals what it can.
func (w *world) fill(n int) {
	w.t.Helper()
	for i := range uint64(n) {
		w.mustAppend(testSpan{i + 1, 1, (i + 1) * 1e9, (i+1)*1e9 + 5})
	}
	w.Maintain(context.Background())
}

func TestDamagedRecordOfASealedSegmentIsLeftOutAndTold(t *testing.T) {
	w := newWorld(t, testOptions(400))
	w.fill(20)
	var told []string
	w.opts.Events.Damaged = func(what string, _ error) { told = append(told, what) }
	flip(t, w.log.Name(1, ".log"), -3)
	w.crash()
	for range 2 {
		if got := len(w.all(query.Range{})); got != 19 || len(told) != 1 {
			t.Errorf("%d traces, told %q; want 19 and to be told once", got, told)
		}
	}
}

func TestIndexDamagedWhileRunningIsMadeAnew(t *testing.T) {
	opts := testOptions(400)
	told := 0
	opts.Events.Damaged = func(string, error) { told++ }
	w := newWorld(t, opts)
	w.fill(20)
	want := w.all(query.Range{})
	flip(t, w.log.Name(1, indexEnding), -2)
	w.cache.dropSegment(1)
	if diff := gocmp.Diff(want, w.all(query.Range{})); diff != "" || told != 1 {
		t.Errorf("told %d times (-want +got):\n%s", told, diff)
	}
}

func TestDamagedIndexIsReadAgainFromTheRecords(t *testing.T) {
	for _, at := range []int{9, indexHead + 1, -2, -30} {
		w := newWorld(t, testOptions(400))
		w.fill(20)
		want := w.all(query.Range{})
		var told []string
		w.opts.Events.Damaged = func(what string, _ error) { told = append(told, what) }
		flip(t, w.log.Name(1, indexEnding), at)
		w.crash()
		if diff := gocmp.Diff(want, w.all(query.Range{})); diff != "" || !slices.Equal(told, []string{"index"}) {
			t.Errorf("byte %d, told %q (-want +got):\n%s", at, told, diff)
		}
		w.Maintain(context.Background())
		if s := w.Sizes(); s.Sealed != s.Segments-1 {
			t.Errorf("%d of %d segments are sealed, want all but the last", s.Sealed, s.Segments)
		}
	}
}

// flip turns a bit of a file; a negative place counts from its end.
func flip(t *testing.T, name string, at int) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if at < 0 {
		at += len(data)
	}
	data[at] ^= 4
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestRetentionDropsWholeOldSegments(t *testing.T) {
	opts := testOptions(400)
	now := time.Unix(20, 0)
	opts.Now = func() time.Time { return now }
	opts.Retention = 10 * time.Second
	dropped := 0
	opts.Events.Dropped = func(_ uint64, _, spans int) { dropped += spans }
	w := newWorld(t, opts)
	w.fill(20)
	left := len(w.all(query.Range{}))
	if left+dropped != 20 || left < 10 || left > 14 {
		t.Errorf("%d traces left and %d spans dropped of 20, want some 10 to 14 left", left, dropped)
	}
	now = time.Unix(1000, 0)
	w.Maintain(context.Background())
	names, err := filepath.Glob(filepath.Join(w.dir, "*.idx"))
	if err != nil || len(names) != 0 {
		t.Errorf("index files left: %q %v", names, err)
	}
	w.crash()
	if got := w.Sizes().Segments; got != 1 {
		t.Errorf("%d segments left, want the one that still grows", got)
	}
}

func TestScanEndsEarlyAndOnCancel(t *testing.T) {
	w := newWorld(t, testOptions(2000))
	for i := range uint64(2000) {
		w.mustAppend(testSpan{i + 1, 1, (i + 1) * 1e9, (i+1)*1e9 + 5})
	}
	w.Maintain(context.Background())
	seen := 0
	stats, err := w.Scan(context.Background(), query.Range{}, query.Visitor{
		Eval: func(t *query.Trace) any { return t.Start },
		Emit: func(any) bool { seen++; return seen < 5 },
	})
	if err != nil || seen != 5 || stats.Traces > 500 {
		t.Errorf("%d seen of %d traces looked at, %v; want 5 of few", seen, stats.Traces, err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	stats, err = w.Scan(ctx, query.Range{}, query.Visitor{
		Eval: func(*query.Trace) any { cancel(); return nil },
		Emit: func(any) bool { return true },
	})
	if !errors.Is(err, context.Canceled) || stats.Traces > 500 {
		t.Errorf("%v after %d traces, want cancelled after few", err, stats.Traces)
	}
}
