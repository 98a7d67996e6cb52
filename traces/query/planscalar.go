package query

import (
	"fmt"
	"time"

	"supersonic/traceql"
)

// countNode selects the rows of traces by the number of rows that are selected.
type countNode struct {
	of    node
	op    traceql.Op
	value traceql.Static
}

func (n *countNode) rows(p *page, out rowBits) {
	n.of.rows(p, out)
	p.eachTrace(out, func(t int) bool {
		lo, hi := p.rowRange(t)
		order, ok := traceql.Compare(traceql.Int(int64(out.count(lo, hi))), n.value)
		if !ok || !ordered(n.op, order) {
			out.drop(lo, hi)
		}
		return true
	})
}

func (n *countNode) possible(p *page, opened bool) bool { return n.of.possible(p, opened) }

func (n *countNode) String() string {
	return fmt.Sprintf("%v of traces where their number is %v %v", n.of, n.op, n.value)
}

// durationsNode keeps the rows of traces by an aggregate of the durations of those
// that are selected.
type durationsNode struct {
	of    node
	name  string
	op    traceql.Op
	value traceql.Static
}

func (n *durationsNode) rows(p *page, out rowBits) {
	n.of.rows(p, out)
	if out.none() {
		return
	}
	lengths := p.durations()
	p.eachTrace(out, func(t int) bool {
		lo, hi := p.rowRange(t)
		v, ok := aggregate(n.name, lengths, out, lo, hi)
		if !ok {
			return true
		}
		if order, ok := traceql.Compare(traceql.Duration(v), n.value); !ok || !ordered(n.op, order) {
			out.drop(lo, hi)
		}
		return true
	})
}

// aggregate is avg, min, max or sum of the numbers that are selected from lo to
// before hi; ok is false where the sum is so large that only the language knows.
func aggregate(name string, values []int64, rows rowBits, lo, hi int) (d time.Duration, ok bool) {
	var n, sum, least, most int64
	for i := rows.next(lo); i >= 0 && i < hi; i = rows.next(i + 1) {
		v := values[i]
		if n == 0 {
			least, most = v, v
		}
		n++
		least, most = min(least, v), max(most, v)
		if v < 0 || v > 1<<62 || sum > 1<<62 {
			return 0, false
		}
		sum += v
	}
	switch {
	case n == 0:
		return 0, false
	case name == "min":
		return time.Duration(least), true
	case name == "max":
		return time.Duration(most), true
	case name == "sum":
		return time.Duration(sum), true
	case name == "avg":
		return time.Duration(sum / n), true
	}
	return 0, false
}

func (n *durationsNode) possible(p *page, opened bool) bool { return n.of.possible(p, opened) }

func (n *durationsNode) String() string {
	return fmt.Sprintf("%v of traces where %s(duration) %v %v", n.of, n.name, n.op, n.value)
}
