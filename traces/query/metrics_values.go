package query

import (
	"supersonic/traceql"
	"supersonic/traces/column"
)

// valueColumn reads the number of which a metrics function tells, row by row. It
// belongs to one goroutine.
type valueColumn struct {
	attr   traceql.Attribute // without Parent
	parent bool

	values []float64 // by row of the page
	there  []bool    // which rows have one
	// whole is the durations as they are stored, where these are the values; else nil.
	whole []int64
	ownV  []float64
	ownT  []bool
}

// newValueColumn returns nil for what only the evaluator reads.
func newValueColumn(a traceql.Attribute) *valueColumn {
	v := &valueColumn{attr: a, parent: a.Parent}
	v.attr.Parent = false
	attribute := a.Intrinsic == traceql.IntrinsicNone && a.Scope != traceql.ScopeEvent && a.Scope != traceql.ScopeLink
	if attribute || a.Intrinsic == traceql.IntrinsicDuration {
		return v
	}
	return nil
}

// read reads the values of the page's rows. It tells false if some are lists, of
// which each part counts.
func (c *valueColumn) read(p *page) bool {
	rows := p.info.Rows
	c.whole = nil
	if c.attr.Intrinsic == traceql.IntrinsicDuration && !c.parent {
		if c.whole = p.numbersOf(p.often.duration); p.info.MaxEnd >= 1<<63 {
			c.whole = p.durations()
		}
		return true
	}
	values, there := &c.values, &c.there
	if c.parent {
		values, there = &c.ownV, &c.ownT
	}
	*values, *there = resized(*values, rows), resized(*there, rows)
	if c.attr.Intrinsic == traceql.IntrinsicDuration {
		for i, d := range p.durations() {
			(*values)[i], (*there)[i] = float64(d), true
		}
	} else if !c.attribute(p, *values, *there) {
		return false
	}
	if !c.parent {
		return true
	}
	c.values, c.there = resized(c.values, rows), resized(c.there, rows)
	for i, up := range p.parents() {
		if c.there[i] = up >= 0 && c.ownT[up]; c.there[i] {
			c.values[i] = c.ownV[up]
		}
	}
	return true
}

func (c *valueColumn) attribute(p *page, values []float64, there []bool) bool {
	clear(there)
	scopes := []column.Scope{columnScope(c.attr.Scope)}
	if c.attr.Scope == traceql.ScopeNone {
		scopes = []column.Scope{column.ScopeResource, column.ScopeSpan}
	}
	for _, scope := range scopes {
		for _, pv := range p.attribute(scope, c.attr.Name) {
			if pv.key.Type == column.Array {
				return false
			}
			over(pv.key.Type, p.read(pv), values, there)
		}
	}
	return true
}

// among leaves those of the rows that have a value.
func (c *valueColumn) among(rows []int32) []int32 {
	if c.whole != nil {
		return rows
	}
	k := 0
	for _, row := range rows {
		if c.there[row] {
			rows[k] = row
			k++
		}
	}
	return rows[:k]
}

// at is the value of a row that has one. A span that ends before it starts lasts 0.
func (c *valueColumn) at(row int) float64 {
	if c.whole != nil {
		return float64(max(c.whole[row], 0))
	}
	return c.values[row]
}

// over puts the numbers of a column over what was there; a value that is no number
// hides one.
func over(typ column.Type, v *column.Vector, values []float64, there []bool) {
	switch typ {
	case column.Int:
		for i, n := range v.Ints {
			if v.Has(i) {
				values[i], there[i] = float64(n), true
			}
		}
	case column.Float:
		for i, f := range v.Floats {
			if v.Has(i) {
				values[i], there[i] = f, true
			}
		}
	default:
		for i := range there {
			if v.Has(i) {
				there[i] = false
			}
		}
	}
}
