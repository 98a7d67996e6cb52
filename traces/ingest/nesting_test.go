package ingest

import (
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// nested is an export with a resource attribute of so many lists, one in the other.
func nested(depth int) []byte {
	var b []byte // backwards: a length is known once what it counts is written
	field := func(number byte, length int) {
		n := binary.AppendUvarint(nil, uint64(length))
		slices.Reverse(n)
		b = append(append(b, n...), number<<3|2)
	}
	for range depth - 1 {
		field(1, len(b)) // ArrayValue.values
		field(5, len(b)) // AnyValue.array_value
	}
	for _, number := range []byte{2, 1, 1, 1} { // KeyValue.value, Resource.attributes, ResourceSpans.resource, TracesData
		field(number, len(b))
	}
	slices.Reverse(b)
	return b
}

func TestValuesThatNestTooDeepAreRefusedBeforeTheyAreDecoded(t *testing.T) {
	var reasons []string
	r := New(&memory{}, Limits{ExportBytes: 64 << 20, InFlightBytes: 64 << 20}, nil, Events{RefusedExport: func(reason string) { reasons = append(reasons, reason) }})
	if _, err := r.proto(t.Context(), nested(maxNesting)); err != nil {
		t.Errorf("%d levels: %v", maxNesting, err)
	}
	for _, depth := range []int{maxNesting + 1, 5_000_000} { // the second would take the decoder's whole stack
		if _, err := r.proto(t.Context(), nested(depth)); !errors.Is(err, errMalformed) || !strings.Contains(err.Error(), "64 levels") {
			t.Errorf("%d levels: %v", depth, err)
		}
	}
	if len(reasons) != 2 || reasons[0] != ReasonMalformed {
		t.Errorf("counted as %q", reasons)
	}
}

func TestDeepValuesAreFoundWhereverOneCanBe(t *testing.T) {
	deep := func(m pcommon.Map) {
		v := m.PutEmpty("deep")
		for range maxNesting {
			v = v.SetEmptyMap().PutEmpty("in")
			v = v.SetEmptySlice().AppendEmpty()
		}
	}
	for name, put := range map[string]func(rs ptrace.ResourceSpans, ss ptrace.ScopeSpans, s ptrace.Span){
		"resource": func(rs ptrace.ResourceSpans, _ ptrace.ScopeSpans, _ ptrace.Span) { deep(rs.Resource().Attributes()) },
		"scope":    func(_ ptrace.ResourceSpans, ss ptrace.ScopeSpans, _ ptrace.Span) { deep(ss.Scope().Attributes()) },
		"span":     func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) { deep(s.Attributes()) },
		"event": func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) {
			deep(s.Events().AppendEmpty().Attributes())
		},
		"link": func(_ ptrace.ResourceSpans, _ ptrace.ScopeSpans, s ptrace.Span) {
			deep(s.Links().AppendEmpty().Attributes())
		},
	} {
		td := oneSpan()
		rs := td.ResourceSpans().At(0)
		put(rs, rs.ScopeSpans().At(0), rs.ScopeSpans().At(0).Spans().At(0))
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkNesting(raw, tracesData, 0); !errors.Is(err, errNesting) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func BenchmarkNesting(b *testing.B) {
	var raws [][]byte
	seeds(b, func(line []byte) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			b.Fatal(err)
		}
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		if err != nil {
			b.Fatal(err)
		}
		raws = append(raws, raw)
		b.SetBytes(int64(len(raw)))
	})
	for b.Loop() {
		for _, raw := range raws {
			if err := checkNesting(raw, tracesData, 0); err != nil {
				b.Fatal(err)
			}
		}
	}
}
