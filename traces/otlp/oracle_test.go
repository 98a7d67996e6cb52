package otlp

import (
	"bufio"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"
)

// The oracle is the collector's own decoder. It differs from ours in what usual
// says; an export that has been made usual must give the same in both.

// message is a kind of message on the way from an export to an attribute's value.
type message uint8

const (
	none message = iota // nothing of interest in it
	tracesData
	resourceSpans
	resource
	scopeSpans
	scope
	spanMessage
	event
	link
	keyValue
	anyValue
	values // ArrayValue
	pairs  // KeyValueList
	spanStatus
)

// read are the fields of a message that ours reads: they have one wire type.
var read = map[message]fields{
	tracesData: 1 << 1, resourceSpans: 1<<4 - 2, resource: 1<<3 - 2, scopeSpans: 1<<4 - 2, scope: 1<<5 - 2, spanMessage: spanFields,
	event: 1<<5 - 2, link: 1<<7 - 2, keyValue: 1<<3 - 2, anyValue: 1<<8 - 2, values: 1 << 1, pairs: 1 << 1, spanStatus: 1<<4 - 4,
}

// within is what a field of a message holds.
func within(m message, field protowire.Number) message {
	switch {
	case m == tracesData && field == 1:
		return resourceSpans
	case m == resourceSpans && field == 1:
		return resource
	case m == resourceSpans && field == 2:
		return scopeSpans
	case m == scopeSpans && field == 1:
		return scope
	case m == scopeSpans && field == 2:
		return spanMessage
	case m == spanMessage && field == 11:
		return event
	case m == spanMessage && field == 13:
		return link
	case m == spanMessage && field == 15:
		return spanStatus
	case m == spanMessage && field == 9, m == resource && field == 1, m == scope && field == 3,
		m == event && field == 3, m == link && field == 4, m == pairs && field == 1:
		return keyValue
	case m == keyValue && field == 2, m == values && field == 1:
		return anyValue
	case m == anyValue && field == 5:
		return values
	case m == anyValue && field == 6:
		return pairs
	}
	return none
}

// idSize is the length of a field that is an id, or 0.
func idSize(m message, field protowire.Number) int {
	switch {
	case (m == spanMessage || m == link) && field == 1:
		return 16
	case (m == spanMessage || m == link) && field == 2, m == spanMessage && field == 4:
		return 8
	}
	return 0
}

// foreign tells fields that the collector reads and we do not.
func foreign(m message, field protowire.Number) bool {
	return m == resource && field == 3 || m == resourceSpans && field == 1000 || m == keyValue && field == 3 || m == anyValue && field == 8
}

// verdict says how ours and the collector's are to be compared.
type verdict uint8

const (
	alike   verdict = iota
	refused         // ours refuses what the collector's takes: numbers that no field can have
	deep            // ours leaves out an attribute that nests too deep
)

// usual writes an export without what the collector reads otherwise than we do:
// groups, which it takes for an end of the message; ids of a wrong length, at which
// it refuses all; fields of profiles and of the time before scopes.
func usual(b []byte, m message, depth int) (out []byte, is verdict) {
	if m == anyValue {
		if depth++; depth > maxNesting {
			return nil, deep
		}
	}
	for i := 0; i < len(b); {
		begin := i
		tag, next := uvarint(b, i)
		if next < 0 {
			return append(out, b[i:]...), alike
		}
		if tag>>3 >= 1<<29 {
			return nil, refused
		}
		field := protowire.Number(tag >> 3)
		i = skip(b, next, tag, 0)
		if i < 0 {
			if tag&7 == wireStart { // the collector takes a group that is not whole
				return nil, refused
			}
			return append(out, b[begin:]...), alike
		}
		if tag&7 == wireStart && (field >= 64 || read[m]>>field&1 == 0) || foreign(m, field) {
			continue
		}
		if tag&7 == wireBytes {
			v, _ := chunk(b, next)
			if n := idSize(m, field); n > 0 && len(v) != n {
				v = nil
			}
			if inner := within(m, field); inner != none {
				if v, is = usual(v, inner, depth); is != alike {
					return nil, is
				}
			}
			out = append(protowire.AppendVarint(out, tag), protowire.AppendBytes(nil, v)...)
			continue
		}
		out = append(out, b[begin:i]...)
	}
	return out, alike
}

// oracle reads an export as the collector does, and leaves out what we leave out.
func oracle(raw []byte) (ptrace.Traces, error) {
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
	if err != nil {
		return td, err
	}
	out := ptrace.NewTraces()
	for _, rs := range td.ResourceSpans().All() {
		firstOfEach(rs.Resource().Attributes())
		for _, ss := range rs.ScopeSpans().All() {
			firstOfEach(ss.Scope().Attributes())
			for _, s := range ss.Spans().All() {
				if s.TraceID().IsEmpty() || s.SpanID().IsEmpty() {
					continue
				}
				// Each span with a resource and a scope of its own: which spans share
				// one is not compared.
				ors := out.ResourceSpans().AppendEmpty()
				rs.Resource().CopyTo(ors.Resource())
				ors.SetSchemaUrl(rs.SchemaUrl())
				oss := ors.ScopeSpans().AppendEmpty()
				ss.Scope().CopyTo(oss.Scope())
				oss.SetSchemaUrl(ss.SchemaUrl())
				os := oss.Spans().AppendEmpty()
				s.CopyTo(os)
				firstOfEach(os.Attributes())
				for _, e := range os.Events().All() {
					firstOfEach(e.Attributes())
				}
				for _, l := range os.Links().All() {
					firstOfEach(l.Attributes())
				}
			}
		}
	}
	return out, nil
}

// firstOfEach leaves the first attribute of each key, in the maps within, too.
func firstOfEach(m pcommon.Map) {
	seen := map[string]bool{}
	m.RemoveIf(func(k string, v pcommon.Value) bool {
		if seen[k] {
			return true
		}
		seen[k] = true
		firstWithin(v)
		return false
	})
}

func firstWithin(v pcommon.Value) {
	switch v.Type() {
	case pcommon.ValueTypeMap:
		firstOfEach(v.Map())
	case pcommon.ValueTypeSlice:
		for _, p := range v.Slice().All() {
			firstWithin(p)
		}
	}
}

func text(t testing.TB, td ptrace.Traces) string {
	t.Helper()
	out, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// compare checks that an export gives the same in ours and in the collector's.
func compare(t *testing.T, raw []byte) {
	b, err := NewDecoder(Limits{}).Decode(raw, 0)
	plain, is := usual(raw, tracesData, 0)
	switch is {
	case deep:
		if err == nil {
			b.Release()
		}
		return
	case refused:
		if err == nil {
			t.Fatal("taken, and has a field that cannot be")
		}
		return
	}
	want, refusal := oracle(plain)
	if (err != nil) != (refusal != nil) {
		t.Fatalf("ours says %v, the collector's %v", err, refusal)
	}
	if err != nil {
		return
	}
	defer b.Release()
	for i := range b.Spans {
		b.Spans[i].Attrs = withoutMarks(b.Spans[i])
	}
	got, err := b.Traces()
	if err != nil {
		t.Fatal(err)
	}
	apart, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(got)
	if err != nil {
		t.Fatal(err)
	}
	if got, err = oracle(apart); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(text(t, want), text(t, got)); diff != "" {
		t.Fatal(diff)
	}
	if b.Counts.Spans != len(b.Spans)+b.Counts.NoTraceID+b.Counts.NoSpanID {
		t.Errorf("%d spans and %+v", len(b.Spans), b.Counts)
	}
}

// withoutMarks is the attributes of a span as they came.
func withoutMarks(s Span) []Attr {
	if s.Marks == 0 {
		return s.Attrs
	}
	var out []Attr
	for _, a := range s.Attrs {
		if string(a.Key) != MarkKey {
			out = append(out, a)
		}
	}
	return out
}

// captured are exports of a real site.
func captured(t testing.TB) [][]byte {
	t.Helper()
	file, err := os.Open("../testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	var raws [][]byte
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(lines.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		if err != nil {
			t.Fatal(err)
		}
		raws = append(raws, raw)
	}
	return raws
}

func TestCapturedExportsGiveWhatTheCollectorReads(t *testing.T) {
	for _, raw := range captured(t) {
		compare(t, raw)
	}
}

func TestAnAttributeThatNestsTooDeepIsLeftOutAndItsSpanMarked(t *testing.T) {
	deeper := func(levels int) pcommon.Value {
		top := pcommon.NewValueEmpty()
		for v := top; levels > 1; levels-- {
			if levels%2 == 0 {
				v = v.SetEmptySlice().AppendEmpty()
			} else {
				v = v.SetEmptyMap().PutEmpty("in")
			}
		}
		return top
	}
	td := ptrace.NewTraces()
	rs := td.ResourceSpans().AppendEmpty()
	rs.Resource().Attributes().PutStr("service.name", "s")
	list := rs.ScopeSpans().AppendEmpty().Spans()
	for i, levels := range []int{maxNesting, maxNesting + 1, 3000} {
		s := list.AppendEmpty()
		s.SetTraceID([16]byte{1})
		s.SetSpanID([8]byte{byte(i + 1)})
		deeper(levels).CopyTo(s.Attributes().PutEmpty("deep"))
		s.Attributes().PutStr("after", "kept")
		deeper(levels).CopyTo(s.Events().AppendEmpty().Attributes().PutEmpty("deep"))
	}
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err != nil {
		t.Fatal(err)
	}
	b, err := NewDecoder(Limits{}).Decode(raw, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Release()
	for i, cut := range []bool{false, true, true} {
		s := b.Spans[i]
		if (Find(s.Attrs, "deep") == nil) != cut || (s.Dropped == 1) != cut || (s.Marks == AttributesCut) != cut || (s.Events[0].Dropped == 1) != cut {
			t.Errorf("span %d: %d attributes, %d left out, marks %b, of its event %d left out", i, len(s.Attrs), s.Dropped, s.Marks, s.Events[0].Dropped)
		}
		if a := Find(s.Attrs, "after"); a == nil || string(a.Text) != "kept" {
			t.Errorf("span %d lost another attribute", i)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, raw := range captured(f) {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { compare(t, raw) })
}
