package query

import (
	"math/bits"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// choose lists the selected rows that start within the range and have a value.
func (g *gatherer) choose(p *page, selected rowBits) {
	n, k := selected.count(0, p.info.Rows), 0
	g.rows, g.at = resized(g.rows, n), resized(g.at, n)
	for w, x := range selected {
		for ; x != 0; x &= x - 1 {
			g.rows[k] = int32(w<<6 + bits.TrailingZeros64(x))
			k++
		}
	}
	if g.arg != nil {
		g.rows = g.arg.among(g.rows)
		g.at = g.at[:len(g.rows)]
	}
	c := g.clock()
	if c.within(p.info.MinStart) && p.info.MaxSpanStart-c.from <= c.last { // all in one interval
		for k := range g.at {
			g.at[k] = int32(c.at)
		}
		return
	}
	starts := p.starts()
	k = 0
	for _, row := range g.rows {
		if t := uint64(starts[row]); t-c.from > c.last && !c.within(t) {
			continue
		}
		g.rows[k], g.at[k] = row, int32(c.at)
		k++
	}
	g.rows, g.at = g.rows[:k], g.at[:k]
}

// count counts rows by label number and interval.
func (g *gatherer) count(p *page, selected rowBits) {
	g.choose(p, selected)
	for _, l := range g.by {
		l.read(p, g.rows)
	}
	g.grow()
	numbers, n := g.numbers(), g.n
	for k, row := range g.rows {
		g.counts[int(number(numbers, row))*n+int(g.at[k])]++
	}
	if g.shown == nil {
		return
	}
	g.shown.sawRows(g.rows, numbers, g.knownNumbers())
	g.exemplify(p, false, func(row int32) uint32 { return number(numbers, row) })
}

// grow makes room for the counts of all label values.
func (g *gatherer) grow() {
	if need := g.values() * g.n; len(g.counts) < need {
		g.counts = append(g.counts, make([]uint32, need-len(g.counts))...)
	}
}

// tally is how many rows have each of a few codes, in each of two intervals. There
// are four of it, since neighbours often have one code, and to count twice in one
// place takes long.
type tally [4][2 * tallied]uint32

const tallied = 256

// countPage counts all rows of a page whose label has few codes, if the page lies in
// two intervals at most: then it counts codes, and needs starts only if there are
// two.
func (g *gatherer) countPage(p *page) bool {
	c := g.clock()
	if !c.within(p.info.MinStart) {
		return false
	}
	at, edge := c.at, c.from+c.last
	if p.info.MaxSpanStart > edge && (!c.within(p.info.MaxSpanStart) || c.at != at+1) {
		return false
	}
	var v *column.Vector
	var table []uint32
	var l *labelColumn
	if len(g.by) == 1 {
		l = g.by[0]
		if v, table = l.coded(p); v == nil || l.parent || len(table) > tallied {
			return false
		}
	}
	var starts []int64
	if p.info.MaxSpanStart > edge {
		starts = p.starts()
	}
	var t tally
	t.count(v, starts, edge, p.info.Rows)
	for code := range max(len(table), 1) {
		first, second := t.sum(code), t.sum(code+tallied)
		if first+second == 0 {
			continue
		}
		number := uint32(0)
		if l != nil {
			number = l.code(l.key, v.Dict, table, uint32(code))
		}
		g.grow()
		g.counts[int(number)*g.n+at] += first
		if second > 0 {
			g.counts[int(number)*g.n+at+1] += second
		}
		g.shown.sawMany(number, first+second)
	}
	if g.shown != nil {
		g.exemplify(p, true, func(row int32) uint32 {
			if l == nil {
				return 0
			}
			return l.code(l.key, v.Dict, table, v.Codes[row])
		})
	}
	return true
}

// count counts codes (v nil: rows) before the edge and behind it.
func (t *tally) count(v *column.Vector, starts []int64, edge uint64, rows int) {
	switch {
	case v == nil && starts == nil:
		t[0][0] = uint32(rows)
	case v == nil:
		late := uint64(0)
		for _, s := range starts {
			late += bit(uint64(s) > edge)
		}
		t[0][0], t[0][tallied] = uint32(rows-int(late)), uint32(late)
	case starts == nil:
		codes := v.Codes
		for ; len(codes) >= 4; codes = codes[4:] {
			t[0][uint8(codes[0])]++
			t[1][uint8(codes[1])]++
			t[2][uint8(codes[2])]++
			t[3][uint8(codes[3])]++
		}
		for _, c := range codes {
			t[0][uint8(c)]++
		}
	default:
		codes := v.Codes
		for ; len(codes) >= 4 && len(starts) >= 4; codes, starts = codes[4:], starts[4:] {
			t[0][place(codes[0], starts[0], edge)]++
			t[1][place(codes[1], starts[1], edge)]++
			t[2][place(codes[2], starts[2], edge)]++
			t[3][place(codes[3], starts[3], edge)]++
		}
		for i, c := range codes {
			t[0][place(c, starts[i], edge)]++
		}
	}
}

// place is where a code is counted, by the side of the edge that a span starts on.
func place(code uint32, start int64, edge uint64) uint64 {
	return (uint64(uint8(code)) | bit(uint64(start) > edge)<<8) & (2*tallied - 1)
}

func (t *tally) sum(at int) uint32 { return t[0][at] + t[1][at] + t[2][at] + t[3][at] }

// flush hands what is gathered beside the groups to them.
func (g *gatherer) flush() {
	g.flushCounts()
	if g.staged != nil {
		g.staged.flush(g)
	}
}

func (g *gatherer) flushCounts() {
	for number := range len(g.counts) / g.n {
		counts := g.counts[number*g.n : (number+1)*g.n]
		for at, n := range counts {
			if n == 0 {
				continue
			}
			group := g.group(uint32(number), 0)
			if group == nil {
				g.agg.Refuse(1)
				break
			}
			g.agg.Count(group, at, int(n))
		}
	}
	g.counts = g.counts[:0]
}

// clock finds intervals of times that mostly are in the interval of the last one, or
// of that before.
type clock struct {
	agg         *traceql.Aggregator
	start, step uint64
	from, last  uint64 // the interval: from ... from + last
	at          int
	other       struct {
		from, last uint64
		at         int
	}
}

func (g *gatherer) clock() clock {
	c := clock{agg: g.agg, start: g.rng.Start, step: uint64(g.rng.Step), from: g.rng.Start}
	if c.step == 0 {
		c.last = g.rng.End - g.rng.Start
	}
	c.other.from, c.other.last = c.from, c.last
	return c
}

// within finds the interval of a time; false outside of the range.
func (c *clock) within(t uint64) bool {
	if t-c.from <= c.last {
		return true
	}
	if c.step == 0 {
		return false
	}
	if o := c.other; t-o.from <= o.last {
		c.other.from, c.other.last, c.other.at = c.from, c.last, c.at
		c.from, c.last, c.at = o.from, o.last, o.at
		return true
	}
	at, ok := c.agg.Interval(t)
	if !ok {
		return false
	}
	c.other.from, c.other.last, c.other.at = c.from, c.last, c.at
	// An interval is open at its start and closed at its end, but for the first.
	c.at, c.from, c.last = at, c.start+uint64(at)*c.step+1, c.step-1
	if at == 0 {
		c.from, c.last = c.start, c.step
	}
	return true
}
