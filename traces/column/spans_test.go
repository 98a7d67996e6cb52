package column_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/column"
	"supersonic/traces/column/columntest"
	"supersonic/traces/span"
)

// readBack reads all traces of a Segment.
func readBack(t *testing.T, seg column.Segment) []span.Span {
	t.Helper()
	var spans []span.Span
	r := column.NewSpanReader(seg)
	for p := range seg.Pages() {
		for i := range seg.Page(p).Traces {
			list, err := r.Spans(column.Place{Page: p, Trace: i})
			if err != nil {
				t.Fatal(err)
			}
			spans = append(spans, list...)
		}
	}
	return spans
}

func TestSpansAreReadBackAsTheyCame(t *testing.T) {
	plain := func(k column.Key, page int) bool { return (len(k.Name)+page)%2 == 0 }
	for seed := range uint64(60) {
		spans := columntest.Random(rand.New(rand.NewPCG(seed, 2)), 150)
		want := columntest.New(spans, columntest.Options{PageRows: 20, Plain: plain})
		back := columntest.New(readBack(t, want), columntest.Options{})
		if err := columntest.Diff(want, back); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	spans := columntest.Load(t)
	want := columntest.New(spans, columntest.Options{})
	if err := columntest.Diff(want, columntest.New(readBack(t, want), columntest.Options{})); err != nil {
		t.Fatal(err)
	}
}

func TestOneTraceIsReadAsAReaderOfManyReadsIt(t *testing.T) {
	seg := columntest.New(columntest.Load(t), columntest.Options{PageRows: 400})
	r := column.NewSpanReader(seg)
	for _, at := range []column.Place{{Page: 2, Trace: 3}, {Page: 0, Trace: 0}, {Page: 0, Trace: 7}, {Page: 3, Trace: 1}} {
		many, err := r.Spans(at)
		if err != nil {
			t.Fatal(err)
		}
		one, err := column.Spans(seg, at)
		if err != nil {
			t.Fatal(err)
		}
		if len(one) == 0 || !bytes.Equal(export(t, one), export(t, many)) {
			t.Errorf("%v: %d spans differ from the %d of the reader of many", at, len(one), len(many))
		}
	}
}

func export(t *testing.T, spans []span.Span) []byte {
	t.Helper()
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(spans))
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestSpansOfOneResourceShareIt(t *testing.T) {
	seg := columntest.New(columntest.Load(t), columntest.Options{})
	seen := make(map[*span.Resource]map[string]bool)
	byText := make(map[string]*span.Resource)
	for i := range 50 {
		spans, err := column.Spans(seg, column.Place{Trace: i})
		if err != nil {
			t.Fatal(err)
		}
		clear(byText)
		for _, s := range spans {
			text := string(export(t, []span.Span{{Resource: s.Resource, Scope: &span.Scope{Attrs: s.Resource.Attrs}, Attrs: s.Resource.Attrs}}))
			if other := byText[text]; other != nil && other != s.Resource {
				t.Fatalf("trace %d: two resources are equal", i)
			}
			byText[text] = s.Resource
			if seen[s.Resource] == nil {
				seen[s.Resource] = make(map[string]bool)
			}
			seen[s.Resource][text] = true
		}
	}
	for _, texts := range seen {
		if len(texts) != 1 {
			t.Error("spans of two resources share one")
		}
	}
}

// failing is a Segment one column of which cannot be read.
type failing struct {
	column.Segment
	key column.Key
}

type failingColumn struct{ column.Column }

func (failingColumn) Read(int, *column.Vector) error { return bytes.ErrTooLarge }

func (f failing) Column(k column.Key) column.Column {
	if k == f.key {
		return failingColumn{f.Segment.Column(k)}
	}
	return f.Segment.Column(k)
}

func TestAColumnThatCannotBeReadFailsTheTrace(t *testing.T) {
	seg := columntest.New(columntest.Load(t), columntest.Options{})
	for _, k := range []column.Key{column.Name, column.ServiceName, column.EventTime} {
		if _, err := column.Spans(failing{seg, k}, column.Place{}); err == nil {
			t.Errorf("%v cannot be read, and no error", k)
		}
	}
}
