package store

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/faultfs"
	"supersonic/traces/column"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// world is a store, its disk and clock, and what it has to hold.
type world struct {
	t     testing.TB
	r     *rand.Rand
	disk  *disk
	fault *faultfs.Faulty
	fail  func(n int, op faultfs.Op, name string, size int) faultfs.Fault // nil: nothing fails
	opts  Options
	now   time.Time
	s     *Store
	dec   *otlp.Decoder

	must, maybe map[spanKey]kept // acknowledged; not acknowledged, but perhaps there
	ids         []span.TraceID
	next        uint64
	log         []string
	damaged     int
}

type spanKey struct {
	trace span.TraceID
	id    span.ID
}

type kept struct {
	name     string
	end      uint64
	appended uint64
}

func newWorld(t testing.TB, seed uint64, opts Options) *world {
	w := &world{
		t: t, r: rand.New(rand.NewPCG(seed, 1)), disk: newDisk(), opts: opts, now: time.Unix(1_764_000_000, 0),
		dec: otlp.NewDecoder(otlp.Limits{}), must: make(map[spanKey]kept), maybe: make(map[spanKey]kept),
	}
	w.opts.manual = true
	w.opts.Now = func() time.Time { return w.now }
	w.opts.Events.Damaged = func(what string, err error) {
		w.damaged++
		w.note("damaged: %s: %v", what, err)
	}
	w.opts.Events.CutFailed = func(name string, err error) { w.note("cut failed: %v", err) }
	w.opts.Events.MergeFailed = func(from []string, err error) { w.note("merge of %v failed: %v", from, err) }
	w.opts.Events.Failed = func(what string, err error) { w.note("failed: %s: %v", what, err) }
	w.opts.Events.Merged = func(from []string, to string, _ blockMeta, _ time.Duration) { w.note("merged %v to %q", from, to) }
	w.opts.Events.Written = func(name string, m blockMeta, _ time.Duration) { w.note("wrote %s: %d rows", name, m.Rows) }
	w.opts.Events.Dropped = func(name, why string, _ blockMeta) { w.note("dropped %s: %s", name, why) }
	w.mount()
	return w
}

// mount puts the failing file system over the disk.
func (w *world) mount() {
	w.fault = &faultfs.Faulty{FS: w.disk, Decide: func(n int, op faultfs.Op, name string, size int) faultfs.Fault {
		if w.fail == nil {
			return faultfs.Fault{}
		}
		return w.fail(n, op, name, size)
	}}
}

func (w *world) note(format string, args ...any) {
	w.log = append(w.log, fmt.Sprintf(format, args...))
}

func (w *world) fatalf(format string, args ...any) {
	w.t.Helper()
	w.t.Fatalf("%s\n%s", fmt.Sprintf(format, args...), strings.Join(w.log[max(0, len(w.log)-60):], "\n"))
}

func (w *world) open() error {
	s, replay, err := Open(w.fault, "/data", w.opts)
	w.note("open: %+v, %v", replay, err)
	if err == nil {
		w.s = s
	}
	return err
}

func (w *world) mustOpen() {
	w.t.Helper()
	if err := w.open(); err != nil {
		w.fatalf("open: %v", err)
	}
}

// newTrace is a trace id that was not used before.
func (w *world) newTrace() (id span.TraceID) {
	w.next++
	binary.BigEndian.PutUint64(id[:], w.r.Uint64())
	binary.BigEndian.PutUint64(id[8:], w.next)
	w.ids = append(w.ids, id)
	return id
}

// trace is a new trace, or one of the last, or any.
func (w *world) trace() span.TraceID {
	switch n := w.r.IntN(10); {
	case n < 5 || len(w.ids) == 0:
		return w.newTrace()
	case n < 9:
		return w.ids[max(0, len(w.ids)-1-w.r.IntN(20))]
	}
	return w.ids[w.r.IntN(len(w.ids))]
}

// export makes spans of traces, and notes what they are.
func (w *world) export(traces ...span.TraceID) ([]byte, map[spanKey]kept) {
	td := ptrace.NewTraces()
	spans := make(map[spanKey]kept)
	for i, id := range traces {
		rs := td.ResourceSpans().AppendEmpty()
		rs.Resource().Attributes().PutStr("service.name", fmt.Sprint("service-", i%3))
		sp := rs.ScopeSpans().AppendEmpty().Spans().AppendEmpty()
		w.next++
		var own span.ID
		binary.BigEndian.PutUint64(own[:], w.next)
		sp.SetTraceID(pcommon.TraceID(id))
		sp.SetSpanID(pcommon.SpanID(own))
		sp.SetName(fmt.Sprintf("span-%d", w.next))
		sp.Attributes().PutStr("marker", fmt.Sprintf("marker-%x", id))
		start := w.now.Add(-time.Duration(w.r.IntN(5000)) * time.Millisecond)
		sp.SetStartTimestamp(pcommon.NewTimestampFromTime(start))
		sp.SetEndTimestamp(pcommon.NewTimestampFromTime(start.Add(time.Duration(w.r.IntN(1000)) * time.Millisecond)))
		spans[spanKey{id, own}] = kept{name: sp.Name(), end: uint64(sp.EndTimestamp()), appended: uint64(w.now.UnixNano())}
	}
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		w.t.Fatal(err)
	}
	return raw, spans
}

// send appends an export, and notes what the store owes for it.
func (w *world) send(raw []byte, spans map[spanKey]kept) error {
	b, err := w.dec.Decode(raw, uint64(w.now.UnixNano()))
	if err != nil {
		w.t.Fatal(err)
	}
	defer b.Release()
	_, err = w.s.Append(b)
	to := w.must
	if err != nil {
		to = w.maybe
		w.note("append: %v", err)
	}
	for k, v := range spans {
		to[k] = v
	}
	return err
}

func (w *world) append(traces ...span.TraceID) error {
	raw, spans := w.export(traces...)
	return w.send(raw, spans)
}

func (w *world) delete(ids ...span.TraceID) error {
	list := make([][16]byte, len(ids))
	for i, id := range ids {
		list[i] = id
	}
	err := w.s.Delete(list)
	w.note("delete %x: %v", ids, err)
	for k, v := range w.must {
		if !slices.Contains(ids, k.trace) {
			continue
		}
		delete(w.must, k)
		if err != nil {
			w.maybe[k] = v
		}
	}
	for k := range w.maybe {
		if err == nil && slices.Contains(ids, k.trace) {
			delete(w.maybe, k)
		}
	}
	return err
}

// cut cuts the head, its latest traces left behind or not.
func (w *world) cut(carry bool) {
	since := uint64(head.CarryNone)
	if carry {
		since = uint64(w.now.Add(-time.Second).UnixNano())
	}
	_, err := w.s.cut(since)
	w.note("cut: %v", err)
}

func (w *world) write() error {
	_, err := w.s.writeNext()
	return err
}

// crash cuts the power, and starts again.
func (w *world) crash() {
	w.t.Helper()
	w.disk = w.disk.crash(w.r)
	w.fail = nil
	w.mount()
	w.note("crash")
	w.mustOpen()
}

// check compares a snapshot with what the store has to hold.
func (w *world) check() {
	w.t.Helper()
	w.checkStore(w.s)
}

func (w *world) checkStore(s *Store) {
	w.t.Helper()
	snap, err := s.Snapshot()
	if err != nil {
		w.fatalf("snapshot: %v", err)
	}
	defer snap.Release()
	got, err := readSnapshot(snap)
	if err != nil {
		w.fatalf("%v", err)
	}
	limit := uint64(0)
	if w.opts.Retention > 0 {
		limit = uint64(w.now.Add(-w.opts.Retention).UnixNano())
	}
	for k, v := range w.must {
		if have, ok := got[k]; ok && have != v.name || !ok && min(v.end, v.appended) >= limit {
			w.fatalf("span %x of trace %x is %q, want %q", k.id, k.trace, have, v.name)
		}
	}
	for k, name := range got {
		v, ok := w.must[k]
		if !ok {
			v, ok = w.maybe[k]
		}
		if !ok || v.name != name {
			w.fatalf("span %x of trace %x, %q, should not be there, or be %q", k.id, k.trace, name, v.name)
		}
	}
}

// readSnapshot reads all spans of a snapshot as an engine would, and checks what a
// snapshot promises.
func readSnapshot(snap *query.Snapshot) (map[spanKey]string, error) {
	out := make(map[spanKey]string)
	whole := make(map[span.TraceID]string)
	for _, p := range snap.Parts {
		for page := range p.Segment.Pages() {
			hidden := p.Hidden[page]
			if !slices.IsSorted(hidden) || len(slices.Compact(slices.Clone(hidden))) != len(hidden) {
				return nil, fmt.Errorf("%s hides %v in page %d", p.Name, hidden, page)
			}
			for trace := range p.Segment.Page(page).Traces {
				if _, ok := slices.BinarySearch(hidden, uint32(trace)); ok {
					continue
				}
				id, err := readPiece(out, p, column.Place{Page: page, Trace: trace})
				if err != nil {
					return nil, err
				}
				if other, ok := whole[id]; ok {
					return nil, fmt.Errorf("trace %x lies in %s and in %s, and is not split", id, other, p.Name)
				}
				whole[id] = p.Name
			}
		}
	}
	for i, sp := range snap.Split {
		if i > 0 && snap.Split[i-1].Start > sp.Start || len(sp.Pieces) < 2 {
			return nil, fmt.Errorf("split traces are not in order, or whole: %+v", sp)
		}
		if name, ok := whole[sp.ID]; ok {
			return nil, fmt.Errorf("split trace %x is also in %s", sp.ID, name)
		}
		whole[sp.ID] = "split"
		for _, piece := range sp.Pieces {
			p := snap.Parts[piece.Part]
			if _, ok := slices.BinarySearch(p.Hidden[piece.Place.Page], uint32(piece.Place.Trace)); !ok {
				return nil, fmt.Errorf("a piece of %x is not hidden in %s", sp.ID, p.Name)
			}
			if id, err := readPiece(out, p, piece.Place); err != nil || id != sp.ID {
				return nil, errors.Join(err, fmt.Errorf("the piece of %x in %s is of %x", sp.ID, p.Name, id))
			}
		}
	}
	return out, nil
}

func readPiece(out map[spanKey]string, p query.Part, at column.Place) (id span.TraceID, err error) {
	spans, err := column.Spans(p.Segment, at)
	if err != nil {
		return id, fmt.Errorf("%s at %+v: %w", p.Name, at, err)
	}
	for _, s := range spans {
		id = s.TraceID
		if want := fmt.Sprintf("marker-%x", id); s.Attr("marker") != want {
			return id, fmt.Errorf("%s: a span of trace %x has %q", p.Name, id, s.Attr("marker"))
		}
		out[spanKey{s.TraceID, s.ID}] = s.Name
	}
	return id, nil
}

// spansIn lists the spans of a snapshot.
func spansIn(snap *query.Snapshot) (map[spanKey]bool, error) {
	out := make(map[spanKey]bool)
	add := func(r *column.SpanReader, at column.Place) error {
		spans, err := r.Spans(at)
		for _, s := range spans {
			out[spanKey{s.TraceID, s.ID}] = true
		}
		return err
	}
	for _, p := range snap.Parts {
		r := column.NewSpanReader(p.Segment)
		for page := range p.Segment.Pages() {
			for trace := range p.Segment.Page(page).Traces {
				if _, hidden := slices.BinarySearch(p.Hidden[page], uint32(trace)); !hidden {
					if err := add(r, column.Place{Page: page, Trace: trace}); err != nil {
						return nil, err
					}
				}
			}
		}
	}
	for _, s := range snap.Split {
		for _, piece := range s.Pieces {
			if err := add(column.NewSpanReader(snap.Parts[piece.Part].Segment), piece.Place); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

func newReader(b []byte) *bufio.Reader { return bufio.NewReader(bytes.NewReader(b)) }
