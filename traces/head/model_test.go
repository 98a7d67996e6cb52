package head

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"supersonic/internal/sampling"
	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// spanKey names a span, flat is all that is known of it: by column, as text.
type (
	spanKey struct {
		trace [16]byte
		id    [8]byte
		kind  int32
	}
	flat map[column.Key]string
)

// modelSpan is a span of the model.
type modelSpan struct {
	span  *otlp.Span
	batch *otlp.Batch
}

// model is spans in a plain map, by the rules of the store.
type model map[spanKey]modelSpan

func (m model) add(b *otlp.Batch) {
	for i := range b.Spans {
		s := &b.Spans[i]
		key := spanKey{s.TraceID, s.ID, s.Kind}
		if old, ok := m[key]; !ok || s.End > old.span.End {
			m[key] = modelSpan{s, b}
		}
	}
}

// flat lists what the model knows, as read does for a Segment.
func (m model) flat() map[spanKey]flat {
	weights := m.headWeights()
	out := make(map[spanKey]flat, len(m))
	for key, s := range m {
		f := make(flat, 32)
		f.span(s)
		w := 0.0
		if th, ok := sampling.FromTracestate(string(s.span.TraceState)); ok {
			w = th.Weight()
		}
		if w == 0 {
			w = weights[key.trace]
		}
		f.put(column.Weight, strconv.FormatFloat(w, 'g', -1, 64))
		out[key] = f
	}
	return out
}

// headWeights is what the first ingress of each trace that tells it says.
func (m model) headWeights() map[[16]byte]float64 {
	var all []*otlp.Span
	for _, s := range m {
		all = append(all, s.span)
	}
	slices.SortFunc(all, func(a, b *otlp.Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), bytes.Compare(a.ID[:], b.ID[:]), cmp.Compare(a.Kind, b.Kind))
	})
	out := make(map[[16]byte]float64)
	for _, s := range all {
		if _, ok := out[s.TraceID]; ok || string(s.Name) != "ingress" {
			continue
		}
		th, ok := sampling.FromTracestate(string(s.TraceState))
		if a := otlp.Find(s.Attrs, "supersonic.head_threshold"); a != nil && len(a.Text) > 0 {
			th, ok = sampling.ParseThreshold(string(a.Text))
		}
		if ok {
			out[s.TraceID] = th.Weight()
		}
	}
	return out
}

// put notes a value; zero and "" of a fixed column are as good as none.
func (f flat) put(key column.Key, value string) {
	if key.Scope == column.ScopeFixed && !key.List() && strings.Trim(value, "0") == "" {
		return
	}
	f[key] += value + ";"
}

// whole is a whole number as text.
func whole[T int | int32 | int64 | uint32](n T) string { return strconv.FormatInt(int64(n), 10) }

func (f flat) attrs(scope column.Scope, attrs []otlp.Attr, prefix string) {
	for _, a := range attrs {
		key := column.Key{Scope: scope, Type: a.Type, Name: string(a.Key)}
		value := string(a.Text)
		switch a.Type {
		case column.Int, column.Bool:
			value = whole(int64(a.Num))
		case column.Float:
			value = strconv.FormatFloat(math.Float64frombits(a.Num), 'g', -1, 64)
		}
		f.put(key, prefix+value)
	}
}

func (f flat) span(m modelSpan) {
	s, r, sc := m.span, &m.batch.Resources[m.span.Resource], &m.batch.Scopes[m.span.Scope]
	f.put(column.ParentID, hex.EncodeToString(s.Parent[:]))
	f.put(column.TraceState, string(s.TraceState))
	f.put(column.Name, string(s.Name))
	f.put(column.Start, whole(int64(s.Start)))
	f.put(column.Duration, whole(int64(s.End-s.Start)))
	f.put(column.StatusMessage, string(s.StatusMessage))
	for key, n := range map[column.Key]int64{
		column.Flags: int64(s.Flags), column.Kind: int64(s.Kind), column.Status: int64(s.Status), column.Dropped: int64(s.Dropped),
		column.DroppedEvents: int64(s.DroppedEvents), column.DroppedLinks: int64(s.DroppedLinks),
		column.ResourceDrop: int64(r.Dropped), column.ScopeDropped: int64(sc.Dropped),
	} {
		f.put(key, whole(n))
	}
	f.attrs(column.ScopeSpan, s.Attrs, "")
	f.attrs(column.ScopeResource, r.Attrs, "")
	f.attrs(column.ScopeInstrumentation, sc.Attrs, "")
	f.put(column.ResourceURL, string(r.SchemaURL))
	f.put(column.ScopeName, string(sc.Name))
	f.put(column.ScopeVersion, string(sc.Version))
	f.put(column.ScopeURL, string(sc.SchemaURL))
	for i, e := range s.Events {
		at := whole(i) + "="
		f.put(column.EventTime, at+whole(int64(e.Time)))
		f.put(column.EventName, at+string(e.Name))
		f.put(column.EventDropped, at+whole(e.Dropped))
		f.attrs(column.ScopeEvent, e.Attrs, at)
	}
	for i, l := range s.Links {
		at := whole(i) + "="
		f.put(column.LinkTraceID, at+hex.EncodeToString(l.TraceID[:]))
		f.put(column.LinkSpanID, at+hex.EncodeToString(l.SpanID[:]))
		f.put(column.LinkState, at+string(l.TraceState))
		f.put(column.LinkFlags, at+whole(l.Flags))
		f.put(column.LinkDropped, at+whole(l.Dropped))
		f.attrs(column.ScopeLink, l.Attrs, at)
	}
}

// value is value i of a column as text; ok is false if there is none.
func value(key column.Key, v *column.Vector, i int) (text string, ok bool) {
	if !v.Has(i) {
		return "", false
	}
	switch {
	case key.Type.Text():
		return v.StringAt(i), true
	case key.Type == column.Float:
		return strconv.FormatFloat(v.Floats[i], 'g', -1, 64), true
	case key.Type == column.ID8:
		return hex.EncodeToString(v.IDs[i*8 : i*8+8]), true
	case key.Type == column.ID16:
		return hex.EncodeToString(v.IDs[i*16 : i*16+16]), true
	}
	return whole(v.Ints[i]), true
}

// read reads a Segment whole, and looks at what it promises on the way.
func read(t *testing.T, seg column.Segment) map[spanKey]flat {
	t.Helper()
	out := make(map[spanKey]flat)
	keys := append(column.Fixed(), seg.Keys()...)
	found := make(map[column.Key]bool)
	var v, traceIDs, ids, kinds column.Vector
	for page := range seg.Pages() {
		rows := seg.Page(page).Rows
		readColumn(t, seg, column.TraceID, page, &traceIDs)
		readColumn(t, seg, column.SpanID, page, &ids)
		readColumn(t, seg, column.Kind, page, &kinds)
		flats := make([]flat, rows)
		for i := range flats {
			key := spanKey{kind: int32(kinds.Ints[i])}
			copy(key.trace[:], traceIDs.IDs[i*16:])
			copy(key.id[:], ids.IDs[i*8:])
			if _, ok := out[key]; ok {
				t.Fatalf("span %x is twice in the segment", key.id)
			}
			flats[i] = make(flat, 32)
			out[key] = flats[i]
		}
		for _, key := range keys {
			if key == column.TraceID || key == column.SpanID || key == column.ParentRow || !readColumn(t, seg, key, page, &v) {
				continue
			}
			if v.Rows != rows {
				t.Fatalf("%v: %d rows of %d", key, v.Rows, rows)
			}
			found[key] = putColumn(flats, key, &v) || found[key]
		}
		checkTree(t, seg, page, &traceIDs, &ids)
	}
	for _, key := range seg.Keys() {
		if !found[key] {
			t.Errorf("key %v is listed and no row has it", key)
		}
	}
	return out
}

// putColumn notes a page's values; some tells whether there are any.
func putColumn(flats []flat, key column.Key, v *column.Vector) (some bool) {
	for row := range flats {
		if !key.List() {
			if text, ok := value(key, v, row); ok {
				flats[row].put(key, text)
				some = true
			}
			continue
		}
		for i := v.Offsets[row]; i < v.Offsets[row+1]; i++ {
			if text, ok := value(key, v, int(i)); ok {
				flats[row].put(key, whole(i-v.Offsets[row])+"="+text)
				some = true
			}
		}
	}
	return some
}

// readColumn reads a page of a column and holds it against its dictionary and zone.
func readColumn(t *testing.T, seg column.Segment, key column.Key, page int, v *column.Vector) bool {
	t.Helper()
	c := seg.Column(key)
	if c == nil {
		return false
	}
	if err := c.Read(page, v); err != nil {
		t.Fatal(err)
	}
	dict, err := c.Dict(page)
	if err != nil || dict != v.Dict {
		t.Fatalf("%v: the page has dictionary %p, Dict says %p, %v", key, v.Dict, dict, err)
	}
	if lo, hi, ok := c.Zone(page); ok {
		if lo != slices.Min(v.Ints) || hi != slices.Max(v.Ints) {
			t.Fatalf("%v: zone from %d to %d, the values are from %d to %d", key, lo, hi, slices.Min(v.Ints), slices.Max(v.Ints))
		}
	}
	return true
}

// checkTree looks at the order of a page's traces and rows.
func checkTree(t *testing.T, seg column.Segment, page int, traceIDs, ids *column.Vector) {
	t.Helper()
	bounds, err := seg.Bounds(page)
	info := seg.Page(page)
	if err != nil || len(bounds) != info.Traces+1 || int(bounds[info.Traces]) != info.Rows {
		t.Fatalf("page %d: bounds %v for %+v, %v", page, bounds, info, err)
	}
	if info.Rows < column.PageRows && page+1 < seg.Pages() {
		t.Fatalf("page %d has %d rows and is not the last", page, info.Rows)
	}
	var starts, durations, back, parents column.Vector
	readColumn(t, seg, column.Start, page, &starts)
	readColumn(t, seg, column.Duration, page, &durations)
	readColumn(t, seg, column.ParentRow, page, &back)
	readColumn(t, seg, column.ParentID, page, &parents)
	var got column.PageInfo
	got.Rows, got.Traces = info.Rows, info.Traces
	before := ""
	for tr := range info.Traces {
		from, to := int(bounds[tr]), int(bounds[tr+1])
		id := [16]byte(traceIDs.IDs[from*16:])
		first := uint64(math.MaxUint64)
		for i := from; i < to; i++ {
			start := uint64(starts.Ints[i])
			first = min(first, start)
			got.MaxSpanStart = max(got.MaxSpanStart, start)
			got.MaxEnd = max(got.MaxEnd, start, start+uint64(durations.Ints[i]))
			if [16]byte(traceIDs.IDs[i*16:]) != id {
				t.Fatalf("page %d, trace %d: row %d is of another", page, tr, i)
			}
			if d := int(back.Ints[i]); d != 0 && (d > i-from || !bytes.Equal(parents.IDs[i*8:i*8+8], ids.IDs[(i-d)*8:(i-d)*8+8])) {
				t.Fatalf("page %d, row %d: %d rows back is not its parent", page, i, d)
			}
		}
		if tr == 0 {
			got.MinStart = first
		}
		got.MinStart, got.MaxStart = min(got.MinStart, first), max(got.MaxStart, first)
		order := fmt.Sprintf("%020d%x", first, id)
		if order <= before {
			t.Fatalf("page %d: trace %d is out of order", page, tr)
		}
		before = order
		if at, ok, err := seg.Find(id); err != nil || !ok || at != (column.Place{Page: page, Trace: tr}) {
			t.Fatalf("trace %x is at %v, %v, %v, not page %d, trace %d", id, at, ok, err, page, tr)
		}
	}
	if got != info {
		t.Fatalf("page %d is %+v, not %+v", page, got, info)
	}
}

// same compares what was read with the model.
func same(t *testing.T, got, want map[spanKey]flat) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%d spans, want %d", len(got), len(want))
	}
	for key, w := range want {
		g, ok := got[key]
		if !ok {
			t.Fatalf("span %x of trace %x is missing", key.id, key.trace)
		}
		if !maps.Equal(g, w) {
			t.Fatalf("span %x of trace %x:\n got %v\nwant %v", key.id, key.trace, g, w)
		}
	}
}

// maker makes random batches.
type maker struct {
	*rand.Rand
	traces int // how many there may be
	ids    int // how many text values of one key
}

func (m maker) text(of int) []byte { return fmt.Appendf(nil, "v%d", m.IntN(of)) }

func (m maker) attrs(most int) []otlp.Attr {
	var out []otlp.Attr
	for k := range m.IntN(most + 1) {
		a := otlp.Attr{Key: fmt.Appendf(nil, "k%d", k), Type: column.Type(m.IntN(types))}
		switch a.Type {
		case column.Bool:
			a.Num = uint64(m.IntN(2))
		case column.Int, column.Float:
			a.Num = m.Uint64() >> m.IntN(64)
		case column.Empty:
		case column.Map:
			a.Text = otlp.AppendMap(nil, []otlp.Attr{{Key: []byte("x"), Type: column.Int, Num: uint64(m.IntN(3))}})
		default:
			a.Text = m.text(3)
		}
		out = append(out, a)
	}
	if m.ids > 0 && m.IntN(2) == 0 {
		out = append(out, otlp.Attr{Key: []byte("id"), Text: fmt.Appendf(nil, "%d-%s", m.IntN(m.ids), strings.Repeat("x", m.IntN(20)))})
	}
	return out
}

func (m maker) batch(spans int) *otlp.Batch {
	b := &otlp.Batch{Arrived: uint64(1 + m.IntN(1000))}
	for range 1 + m.IntN(3) {
		b.Resources = append(b.Resources, otlp.Resource{Attrs: m.attrs(4), Dropped: uint32(m.IntN(2)), SchemaURL: m.text(2)})
		b.Scopes = append(b.Scopes, otlp.Scope{Name: m.text(3), Version: m.text(2), Attrs: m.attrs(2), Dropped: uint32(m.IntN(2)), SchemaURL: m.text(2)})
	}
	for range spans {
		b.Spans = append(b.Spans, m.span(len(b.Resources)))
	}
	return b
}

func (m maker) span(resources int) otlp.Span {
	s := otlp.Span{
		Name: [][]byte{[]byte("ingress"), m.text(5), m.text(max(5, m.ids)), {}}[m.IntN(4)], Kind: int32(m.IntN(3)), Status: int32(m.IntN(3)),
		Start: uint64(m.IntN(100_000)), Flags: uint32(m.IntN(3)), Dropped: uint32(m.IntN(2)), DroppedEvents: uint32(m.IntN(2)),
		DroppedLinks: uint32(m.IntN(2)), Attrs: m.attrs(5), Resource: int32(m.IntN(resources)), Scope: int32(m.IntN(resources)),
	}
	binary.BigEndian.PutUint64(s.TraceID[8:], uint64(1+m.IntN(m.traces)))
	s.ID[7], s.Parent[7] = byte(1+m.IntN(40)), byte(m.IntN(40))
	s.End = s.Start + uint64(m.IntN(1000)) - 100
	if m.IntN(3) == 0 {
		s.TraceState = [][]byte{[]byte("ot=th:8"), []byte("ot=th:c,x=1"), []byte("a=b"), []byte("ot=th:zz")}[m.IntN(4)]
	}
	if m.IntN(5) == 0 {
		s.StatusMessage = m.text(3)
	}
	if m.IntN(8) == 0 {
		s.Attrs = append(s.Attrs, otlp.Attr{Key: []byte("supersonic.head_threshold"), Text: []byte([]string{"", "8", "?"}[m.IntN(3)])})
	}
	for range m.IntN(4) {
		s.Events = append(s.Events, otlp.Event{Time: m.Uint64() >> m.IntN(64), Name: m.text(3), Attrs: m.attrs(3), Dropped: uint32(m.IntN(2))})
	}
	for range m.IntN(3) / 2 * m.IntN(3) {
		l := otlp.Link{TraceState: m.text(2), Flags: uint32(m.IntN(2)), Attrs: m.attrs(2), Dropped: uint32(m.IntN(2))}
		l.TraceID[3], l.SpanID[2] = byte(m.IntN(9)), byte(m.IntN(9))
		s.Links = append(s.Links, l)
	}
	return s
}

func appendAll(t *testing.T, h *Head, b *otlp.Batch, position uint64) {
	t.Helper()
	if err := h.Append(b, position); err != nil {
		t.Fatal(err)
	}
}

func TestWhatWasAppendedIsReadBack(t *testing.T) {
	f := func(name string, seed uint64, m maker, batches, spans int) {
		t.Run(name, func(t *testing.T) {
			m.Rand = rand.New(rand.NewPCG(seed, 0))
			h, want := New(Options{}), make(model)
			for i := range batches {
				b := m.batch(spans)
				appendAll(t, h, b, uint64(i))
				want.add(b)
				if i%(1+batches/4) == 0 {
					same(t, read(t, h.View()), want.flat())
				}
			}
			same(t, read(t, h.View()), want.flat())
			if h.Rows() != batches*spans {
				t.Errorf("%d rows", h.Rows())
			}
		})
	}
	for seed := range uint64(20) {
		f(fmt.Sprint("few spans, ", seed), seed, maker{traces: 5}, 10, 1+int(seed))
	}
	f("many traces", 1, maker{traces: 10_000}, 20, 500)
	f("a large trace", 2, maker{traces: 1}, 4, 500)
	f("texts that do not repeat", 3, maker{traces: 10_000, ids: 1 << 30}, 20, 500)
	f("one dictionary after the other given up", 4, maker{traces: 3_000, ids: 9_000}, 60, 400)
}
