package columntest

import (
	"fmt"
	"slices"

	"supersonic/traces/column"
)

// CheckVector tells what of a Vector, read of so many rows, is not as package column
// documents it. Readers of Segments rely on it, whatever is on disk.
func CheckVector(k column.Key, v *column.Vector, rows int) error {
	values := rows
	if v.Rows != rows {
		return fmt.Errorf("%s: %d rows of %d", name(k), v.Rows, rows)
	}
	if k.List() {
		values = v.Len
		if len(v.Offsets) != rows+1 || v.Offsets[0] != 0 || !slices.IsSorted(v.Offsets) || int(v.Offsets[rows]) != values {
			return fmt.Errorf("%s: offsets of %d rows and %d values: %v", name(k), rows, values, v.Offsets)
		}
	}
	if v.Len != values || len(v.Present) != 0 && len(v.Present) != values {
		return fmt.Errorf("%s: %d values, %d told to be there or not, of %d", name(k), v.Len, len(v.Present), values)
	}
	ok := false
	switch {
	case k.Type == column.ID8:
		ok = len(v.IDs) == 8*values
	case k.Type == column.ID16:
		ok = len(v.IDs) == 16*values
	case k.Type == column.Float:
		ok = len(v.Floats) == values
	case k.Type.Text() && v.Dict != nil:
		ok = len(v.Codes) == values && (values == 0 || int(slices.Max(v.Codes)) < len(v.Dict.Texts))
	case k.Type.Text():
		ok = len(v.Ends) == values+1 && slices.IsSorted(v.Ends) && int(v.Ends[values]) <= len(v.Text)
	default:
		ok = len(v.Ints) == values
	}
	if !ok {
		return fmt.Errorf("%s: a Vector that does not hold %d values: %+v", name(k), values, v)
	}
	return nil
}
