package traceql_test

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"io"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traceql"
	"supersonic/traceql/otlpvalue"
)

// otlpSpan shows a span of pdata to the evaluator: the adapter that a storage has.
type otlpSpan struct {
	s     ptrace.Span
	scope pcommon.InstrumentationScope
	res   pcommon.Resource
}

func (o otlpSpan) ID() traceql.SpanID     { return traceql.SpanID(o.s.SpanID()) }
func (o otlpSpan) Parent() traceql.SpanID { return traceql.SpanID(o.s.ParentSpanID()) }
func (o otlpSpan) Start() uint64          { return uint64(o.s.StartTimestamp()) }
func (o otlpSpan) End() uint64            { return uint64(o.s.EndTimestamp()) }

func (o otlpSpan) Intrinsic(in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicName:
		return traceql.String(o.s.Name())
	case traceql.IntrinsicDuration:
		return traceql.Duration(time.Duration(o.End() - o.Start()))
	case traceql.IntrinsicStatus:
		return traceql.StatusOf(traceql.Status(o.s.Status().Code()))
	case traceql.IntrinsicStatusMessage:
		return traceql.String(o.s.Status().Message())
	case traceql.IntrinsicKind:
		return traceql.KindOf(traceql.Kind(o.s.Kind()))
	case traceql.IntrinsicInstrumentationName:
		return traceql.String(o.scope.Name())
	case traceql.IntrinsicInstrumentationVersion:
		return traceql.String(o.scope.Version())
	}
	return traceql.Nil()
}

func (o otlpSpan) attrs(scope traceql.Scope) pcommon.Map {
	switch scope {
	case traceql.ScopeResource:
		return o.res.Attributes()
	case traceql.ScopeInstrumentation:
		return o.scope.Attributes()
	}
	return o.s.Attributes()
}

func (o otlpSpan) Attribute(scope traceql.Scope, name string) traceql.Static {
	return get(o.attrs(scope), name)
}

func (o otlpSpan) Items(scope traceql.Scope) int {
	if scope == traceql.ScopeEvent {
		return o.s.Events().Len()
	}
	return o.s.Links().Len()
}

func (o otlpSpan) ItemIntrinsic(i int, in traceql.Intrinsic) traceql.Static {
	switch in {
	case traceql.IntrinsicEventName:
		return traceql.String(o.s.Events().At(i).Name())
	case traceql.IntrinsicEventTimeSinceStart:
		return traceql.Duration(time.Duration(uint64(o.s.Events().At(i).Timestamp()) - o.Start()))
	case traceql.IntrinsicLinkTraceID:
		id := o.s.Links().At(i).TraceID()
		return traceql.String(hex.EncodeToString(id[:]))
	case traceql.IntrinsicLinkSpanID:
		id := o.s.Links().At(i).SpanID()
		return traceql.String(hex.EncodeToString(id[:]))
	}
	return traceql.Nil()
}

func (o otlpSpan) ItemAttribute(scope traceql.Scope, i int, name string) traceql.Static {
	if scope == traceql.ScopeEvent {
		return get(o.s.Events().At(i).Attributes(), name)
	}
	return get(o.s.Links().At(i).Attributes(), name)
}

func (o otlpSpan) Each(scope traceql.Scope, yield func(string, traceql.Static) bool) {
	for name, v := range o.attrs(scope).All() {
		if !yield(name, otlpvalue.Static(v)) {
			return
		}
	}
}

func get(m pcommon.Map, name string) traceql.Static {
	v, ok := m.Get(name)
	if !ok {
		return traceql.Nil()
	}
	return otlpvalue.Static(v)
}

// dataset is the reference traffic, decoded once.
var dataset = sync.OnceValues(loadDataset)

func loadDataset() ([]*traceql.Trace, error) {
	raw, err := gunzip("testdata/spans.bin.gz")
	if err != nil {
		return nil, err
	}
	byTrace := make(map[traceql.TraceID][]traceql.Span)
	r := bufio.NewReader(bytes.NewReader(raw))
	for {
		n, err := binary.ReadUvarint(r)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		buf := make([]byte, n)
		if _, err := io.ReadFull(r, buf); err != nil {
			return nil, err
		}
		td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(buf)
		if err != nil {
			return nil, err
		}
		sortIn(byTrace, td)
	}
	return tracesOf(byTrace), nil
}

func sortIn(byTrace map[traceql.TraceID][]traceql.Span, td ptrace.Traces) {
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				id := traceql.TraceID(s.TraceID())
				byTrace[id] = append(byTrace[id], otlpSpan{s, ss.Scope(), rs.Resource()})
			}
		}
	}
}

func tracesOf(byTrace map[traceql.TraceID][]traceql.Span) []*traceql.Trace {
	var out []*traceql.Trace
	for id, spans := range byTrace {
		out = append(out, traceql.NewTrace(id, spans))
	}
	slices.SortFunc(out, func(a, b *traceql.Trace) int { return cmp.Compare(a.Start(), b.Start()) })
	return out
}

func gunzip(path string) ([]byte, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func traces(t testing.TB) []*traceql.Trace {
	t.Helper()
	list, err := dataset()
	if err != nil {
		t.Fatal(err)
	}
	if len(list) != 600 {
		t.Fatalf("the data set has %d traces, want 600", len(list))
	}
	return list
}

// recorded is one line of a real Tempo's answers.
type recorded struct {
	Q      string
	Kind   string
	Doubt  bool
	Answer json.RawMessage
}

func answers(t testing.TB, kind string) []recorded {
	t.Helper()
	raw, err := gunzip("testdata/answers.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	var list []recorded
	for line := range bytes.Lines(raw) {
		var r recorded
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r.Kind == kind {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		t.Fatalf("no answers of kind %s", kind)
	}
	return list
}
