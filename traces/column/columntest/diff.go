package columntest

import (
	"fmt"
	"slices"

	"supersonic/traces/column"
)

// Diff tells the first difference of two Segments, nil if they hold the same
// traces, rows and values in the same order. Pages may differ, and so may the form
// of values; a fixed column that is not there equals one of zeros.
func Diff(a, b column.Segment) error {
	ta, err := readTable(a)
	if err != nil {
		return fmt.Errorf("first: %w", err)
	}
	tb, err := readTable(b)
	if err != nil {
		return fmt.Errorf("second: %w", err)
	}
	for i := range min(len(ta.ids), len(tb.ids)) {
		if ta.ids[i] != tb.ids[i] {
			return fmt.Errorf("trace %d is %x, and %x in the second", i, ta.ids[i], tb.ids[i])
		}
		if ta.bounds[i+1] != tb.bounds[i+1] {
			return fmt.Errorf("trace %d, %x, has %d spans, and %d in the second", i, ta.ids[i], ta.bounds[i+1]-ta.bounds[i], tb.bounds[i+1]-tb.bounds[i])
		}
	}
	if len(ta.ids) != len(tb.ids) {
		return fmt.Errorf("%d traces, and %d in the second", len(ta.ids), len(tb.ids))
	}
	keys := slices.Concat(column.Fixed(), a.Keys(), b.Keys())
	slices.SortFunc(keys, column.Key.Compare)
	for _, k := range slices.Compact(keys) {
		if err := diffColumn(ta, tb, k); err != nil {
			return err
		}
	}
	return nil
}

func diffColumn(a, b *table, k column.Key) error {
	ca, err := a.column(k)
	if err != nil {
		return fmt.Errorf("first: %w", err)
	}
	cb, err := b.column(k)
	if err != nil {
		return fmt.Errorf("second: %w", err)
	}
	for row := range ca {
		if slices.Equal(ca[row], cb[row]) {
			continue
		}
		trace, _ := slices.BinarySearch(a.bounds, row+1)
		return fmt.Errorf("%s: row %d, in trace %x: %+v, and %+v in the second", name(k), row, a.ids[trace-1], ca[row], cb[row])
	}
	return nil
}

func name(k column.Key) string { return fmt.Sprintf("%v %q (%v)", k.Scope, k.Name, k.Type) }
