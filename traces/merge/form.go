package merge

import (
	"fmt"
	"slices"

	"supersonic/traces/column"
)

// checkForm tells what is wrong with the form of a page that was read.
func checkForm(k column.Key, v *column.Vector, rows int) error {
	values := rows
	if k.List() {
		if len(v.Offsets) != rows+1 || v.Offsets[0] != 0 || !slices.IsSorted(v.Offsets) {
			return fmt.Errorf("%d offsets do not fit %d rows", len(v.Offsets), rows)
		}
		values = int(v.Offsets[rows])
	}
	if v.Rows != rows || v.Len != values || len(v.Present) != 0 && len(v.Present) != values {
		return fmt.Errorf("%d rows, %d values, want %d and %d", v.Rows, v.Len, rows, values)
	}
	have, want := len(v.Ints), values
	switch {
	case k.Type == column.Float:
		have = len(v.Floats)
	case k.Type == column.ID8:
		have, want = len(v.IDs), 8*values
	case k.Type == column.ID16:
		have, want = len(v.IDs), 16*values
	case k.Type.Text() && v.Dict != nil:
		have = len(v.Codes)
		if have > 0 && int(slices.Max(v.Codes)) >= len(v.Dict.Texts) {
			return fmt.Errorf("code %d is not one of %d texts", slices.Max(v.Codes), len(v.Dict.Texts))
		}
	case k.Type.Text():
		have, want = len(v.Ends), values+1
		if have == want && (v.Ends[0] != 0 || !slices.IsSorted(v.Ends) || int(v.Ends[values]) > len(v.Text)) {
			return fmt.Errorf("the ends of %d texts do not fit %d bytes", values, len(v.Text))
		}
	}
	if have != want {
		return fmt.Errorf("%d elements for %d values", have, values)
	}
	return nil
}
