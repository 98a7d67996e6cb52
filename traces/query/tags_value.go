package query

import (
	"encoding/base64"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/traceql"
	"supersonic/traceql/otlpvalue"
	"supersonic/traces/column"
)

// textStatic is what the language sees of a text of an attribute's column: bytes in
// base64, a map as JSON, an array as its parts, and nothing of an empty value.
func textStatic(typ column.Type, text string) traceql.Static {
	switch typ {
	case column.String:
		return traceql.String(text)
	case column.Bytes:
		return traceql.String(base64.StdEncoding.EncodeToString([]byte(text)))
	case column.Array, column.Map:
		v, err := decodeAny(text)
		if err != nil {
			return traceql.Nil() // who reads the trace is told
		}
		return otlpvalue.Static(v)
	}
	return traceql.Nil()
}

// decodeAny reads the OTLP protobuf of an AnyValue. pdata reads nothing but whole
// exports, so it is wrapped in one: resource_spans, resource, attributes, value.
func decodeAny(text string) (pcommon.Value, error) {
	wrapped := []byte(text)
	for _, field := range [...]protowire.Number{2, 1, 1, 1} {
		head := protowire.AppendTag(make([]byte, 0, len(wrapped)+12), field, protowire.BytesType)
		wrapped = protowire.AppendBytes(head, wrapped)
	}
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(wrapped)
	if err != nil {
		return pcommon.Value{}, fmt.Errorf("an array or map is damaged: %w", err)
	}
	v, ok := td.ResourceSpans().At(0).Resource().Attributes().Get("")
	if !ok {
		return pcommon.NewValueEmpty(), nil
	}
	return v, nil
}

// numberStatic is what the language sees of a number of an attribute's column.
func numberStatic(typ column.Type, v *column.Vector, i int) traceql.Static {
	switch typ {
	case column.Int:
		return traceql.Int(v.Ints[i])
	case column.Float:
		return traceql.Float(v.Floats[i])
	case column.Bool:
		return traceql.Bool(v.Ints[i] != 0)
	}
	return traceql.Nil()
}

// valueStatic is what the language sees of value i of an attribute's column, nil if
// there is none.
func valueStatic(typ column.Type, v *column.Vector, i int) traceql.Static {
	switch {
	case !v.Has(i):
		return traceql.Nil()
	case typ.Text():
		return textStatic(typ, v.StringAt(i))
	}
	return numberStatic(typ, v, i)
}

// fixedStatic is what the language sees of a number that every span has.
func fixedStatic(k column.Key, n int64) traceql.Static {
	switch k {
	case column.Status:
		return traceql.StatusOf(traceql.Status(n))
	case column.Kind:
		return traceql.KindOf(traceql.Kind(n))
	case column.Duration:
		return traceql.Duration(time.Duration(max(n, 0)))
	}
	return traceql.Int(n)
}

// staticOf is what the language sees of a text of any column.
func staticOf(k column.Key, text string) traceql.Static {
	if k.Scope == column.ScopeFixed {
		return traceql.String(text)
	}
	return textStatic(k.Type, text)
}
