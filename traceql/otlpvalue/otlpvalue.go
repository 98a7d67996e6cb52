// Package otlpvalue says what the query language sees of a value of OTLP, wherever a
// span comes from: the trace store's columns, a file. The store's model in tests has
// a reading of its own, since it is what this one is held against.
package otlpvalue

import (
	"encoding/base64"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traceql"
)

// Static is v in the language: bytes in base64, a map as JSON, an array as its parts,
// and nothing of an empty value.
func Static(v pcommon.Value) traceql.Static {
	switch v.Type() {
	case pcommon.ValueTypeStr:
		return traceql.String(v.Str())
	case pcommon.ValueTypeInt:
		return traceql.Int(v.Int())
	case pcommon.ValueTypeDouble:
		return traceql.Float(v.Double())
	case pcommon.ValueTypeBool:
		return traceql.Bool(v.Bool())
	case pcommon.ValueTypeBytes:
		return traceql.String(base64.StdEncoding.EncodeToString(v.Bytes().AsRaw()))
	case pcommon.ValueTypeMap:
		return traceql.String(v.AsString())
	case pcommon.ValueTypeSlice:
		parts := make([]traceql.Static, v.Slice().Len())
		for i := range parts {
			parts[i] = Static(v.Slice().At(i))
		}
		return traceql.Array(parts)
	}
	return traceql.Nil()
}
