package block

import (
	"fmt"
	"math/bits"
	"slices"

	"supersonic/traces/column"
)

// choose decides on a column's form from its first values: whether texts are UUIDs,
// whether numbers of events are times.
func (w *writer) choose(l *leaf, col column.Column) error {
	if col == nil || l.key.Scope == column.ScopeFixed {
		return nil
	}
	switch {
	case l.key.Type == column.String:
		return w.chooseUUID(l, col)
	case l.form == formInt && l.nest == nestEvent:
		return w.chooseTime(l, col)
	}
	return nil
}

// leastUUIDs is from how many UUIDs on their form is chosen.
const leastUUIDs = 64

// noUUID is the error of a text that is none, in a column that began with UUIDs: the
// block is written anew.
type noUUID struct{ key column.Key }

func (e *noUUID) Error() string { return fmt.Sprintf("a text of %q is no UUID", e.key.Name) }

func (w *writer) chooseUUID(l *leaf, col column.Column) error {
	if slices.Contains(w.texts, l.key) {
		return nil
	}
	seen, other := 0, make(map[string]bool)
	for p := range w.seg.Pages() {
		if column.EmptyPage(col, p) {
			continue
		}
		// Without UUIDs in the dictionary there is no need to read the page.
		if d, err := col.Dict(p); err != nil {
			return err
		} else if d != nil && len(d.Texts) > 1 && !isUUID(d.Texts[1]) {
			return nil
		}
		if err := col.Read(p, &w.vec); err != nil {
			return err
		}
		for i := range w.vec.Len {
			if !w.vec.Has(i) {
				continue
			}
			text := w.vec.TextAt(i)
			if _, ok := parseUUID(text); !ok {
				return nil
			}
			seen++
			if seen <= leastUUIDs {
				other[string(text)] = true
			}
		}
		if seen >= leastUUIDs {
			if len(other) >= leastUUIDs/4 { // else a dictionary of them is smaller
				l.form = formUUID
			}
			return nil
		}
	}
	return nil
}

func isUUID(text string) bool {
	_, ok := parseUUID([]byte(text))
	return ok
}

// chooseTime makes a number the difference to its event's time where that is
// smaller than the difference to the number before.
func (w *writer) chooseTime(l *leaf, col column.Column) error {
	for p := range w.seg.Pages() {
		if err := col.Read(p, &w.vec); err != nil {
			return err
		}
		var vals []int64
		var at []int
		for i := range w.vec.Len {
			if w.vec.Has(i) {
				vals, at = append(vals, w.vec.Ints[i]), append(at, i)
			}
		}
		if len(vals) < 2 {
			continue
		}
		if err := w.seg.Column(column.EventTime).Read(p, &w.vec); err != nil {
			return err
		}
		plain, related := 0, 0
		for i := 1; i < len(vals); i++ {
			plain += length(vals[i] - vals[i-1])
			related += length((vals[i] - w.vec.Ints[at[i]]) - (vals[i-1] - w.vec.Ints[at[i-1]]))
		}
		if related < plain {
			l.rel = relTime
			l.name = unique(w.taken, l.nest, l.name+":minus_time")
		}
		return nil
	}
	return nil
}

func length(d int64) int { return bits.Len64(uint64(d<<1 ^ d>>63)) }
