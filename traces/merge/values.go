package merge

import (
	"fmt"
	"math"

	"supersonic/traces/column"
)

// value is one value: a text, or the bits of a number.
type value struct {
	text string
	bits uint64
}

// Values implements column.Segment: it knows them where all inputs do, and none of
// those that have the column lost a row.
func (s *Segment) Values(k column.Key) (*column.Vector, bool, error) {
	out := new(column.Vector)
	if s.Column(k) == nil {
		return out, k.Scope != column.ScopeFixed, nil
	}
	switch k {
	case column.ParentRow, column.Weight:
		return nil, false, nil
	}
	if k.Type.Text() {
		out.Dict = &column.Dict{Texts: []string{""}}
	}
	seen := make(map[value]bool)
	for i := range s.inputs {
		in := &s.inputs[i]
		if in.Column(k) == nil {
			continue
		}
		if in.dirty {
			return nil, false, nil
		}
		v, ok, err := in.Values(k)
		if err != nil {
			return nil, false, fmt.Errorf("merge: input %d of %d: values of %v %q: %w", i+1, len(s.inputs), k.Scope, k.Name, err)
		}
		if !ok {
			return nil, false, nil
		}
		for n := range v.Len {
			if v.Has(n) {
				addValue(out, k, valueAt(k, v, n), seen)
			}
		}
	}
	out.Rows = out.Len
	return out, true, nil
}

func valueAt(k column.Key, v *column.Vector, i int) value {
	switch k.Type {
	case column.ID8:
		return value{text: string(v.IDs[8*i : 8*i+8])}
	case column.ID16:
		return value{text: string(v.IDs[16*i : 16*i+16])}
	case column.Float:
		return value{bits: math.Float64bits(v.Floats[i])}
	case column.Int, column.Bool:
		return value{bits: uint64(v.Ints[i])}
	}
	return value{text: v.StringAt(i)}
}

// addValue appends a value that is not there yet.
func addValue(out *column.Vector, k column.Key, v value, seen map[value]bool) {
	if seen[v] {
		return
	}
	seen[v] = true
	out.Len++
	switch k.Type {
	case column.ID8, column.ID16:
		out.IDs = append(out.IDs, v.text...)
	case column.Float:
		out.Floats = append(out.Floats, math.Float64frombits(v.bits))
	case column.Int, column.Bool:
		out.Ints = append(out.Ints, int64(v.bits))
	default:
		out.Codes = append(out.Codes, uint32(len(out.Dict.Texts)))
		out.Dict.Texts = append(out.Dict.Texts, v.text)
	}
}
