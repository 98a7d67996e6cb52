package query

import (
	"cmp"
	"fmt"
	"math/bits"
	"slices"

	"supersonic/traceql"
	"supersonic/traces/column"
)

// exemplarPages is of how many pages exemplars are taken, spread evenly over those
// that are read: their ids have to be read. What is in none of them shows those of
// other pages.
const exemplarPages = 16

// shown finds exemplars. Which ones depends on the pages and the rows that are
// selected, not on who reads them. Their ids are read when it is known who stays.
type shown struct {
	most  int // exemplars in all
	item  int // that is being read
	order uint64

	bounds []uint64 // by number of labels: what the group last was known to take
	counts []uint32 // by number: rows of the page
	left   []int32  // by number: how many are still looked for
	quota  []int32  // by number: and were in the beginning
	has    []uint32 // the numbers that the page has
}

// showsExemplars tells whether an item is one of those that exemplars are taken from.
func showsExemplars(item, items int) bool {
	pages := min(items, exemplarPages)
	return item*pages%items < pages
}

// turn turns to an item. The orders of the chosen ones are in the lower half; orders
// that follow one another lie far apart in time.
func (x *shown) turn(item, items int) {
	if x == nil {
		return
	}
	x.item, x.order = item, 1<<63|bits.Reverse64(uint64(item))>>1
	if showsExemplars(item, items) {
		x.order = bits.Reverse64(uint64(item)) >> 16
	}
}

// at is the order of the page's row that is found as number n.
func (x *shown) at(n int32) uint64 {
	if x.order>>63 != 0 {
		return x.order
	}
	return min(uint64(n), 1<<15-1)<<48 | x.order // of each page one before any has two
}

// sawRows notes rows of the page, whose labels have numbers below known; numbers is
// nil if there are no labels.
func (x *shown) sawRows(rows []int32, numbers []uint32, known int) {
	if numbers == nil {
		if len(rows) > 0 {
			x.sawMany(0, uint32(len(rows)))
		}
		return
	}
	x.grow(known)
	counts := x.counts
	for _, row := range rows {
		if n := numbers[row]; int(n) < len(counts) { // newLabel is not
			if counts[n]++; counts[n] == 1 {
				x.has = append(x.has, n)
			}
		}
	}
}

func (x *shown) sawMany(number, rows uint32) {
	if x == nil {
		return
	}
	x.grow(int(number) + 1)
	if x.counts[number] == 0 {
		x.has = append(x.has, number)
	}
	x.counts[number] += rows
}

func (x *shown) grow(known int) {
	for len(x.counts) < known {
		x.counts, x.left, x.bounds = append(x.counts, 0), append(x.left, 0), append(x.bounds, ^uint64(0))
		x.quota = append(x.quota, 0)
	}
}

// open tells how many rows of the page may become exemplars.
func (x *shown) open() (n int32) {
	for _, number := range x.has {
		x.left[number] = 0
		if x.at(0) < x.bounds[number] {
			x.left[number] = int32(min(x.most, int(x.counts[number])))
		}
		x.quota[number] = x.left[number]
		n += x.left[number]
		x.counts[number] = 0
	}
	x.has = x.has[:0]
	return n
}

// exemplify finds exemplars among the rows of the page that were seen: of each set of
// labels a few, from all over the page. If all rows of the page count, g.rows is of
// no meaning.
func (g *gatherer) exemplify(p *page, all bool, number func(row int32) uint32) {
	x := g.shown
	left := x.open()
	if left == 0 {
		return
	}
	n := len(g.rows)
	if all {
		n = p.info.Rows
	}
	starts, step := p.starts(), strideOf(n)
	for i, k := 0, 0; i < n && left > 0; i++ {
		row := int32(k)
		if !all {
			row = g.rows[k]
		}
		if k += step; k >= n {
			k -= n
		}
		of := number(row)
		if of == newLabel || x.left[of] <= 0 {
			continue
		}
		order := x.at(x.quota[of] - x.left[of])
		if order >= x.bounds[of] {
			left -= x.left[of]
			x.left[of] = 0
			continue
		}
		left--
		x.left[of]--
		group := g.group(of, int(row))
		if group == nil {
			continue
		}
		value := 1.0
		if g.arg != nil {
			value = g.arg.at(int(row))
		}
		g.agg.OfferExemplar(group, order, traceql.Exemplar{Time: uint64(starts[row]), Value: value, Ref: uint64(x.item+1)<<32 | uint64(row)})
		x.bounds[of] = g.agg.ExemplarBound(group)
	}
}

// strideOf is a step through n things that visits all, each far from those before:
// about n over the golden ratio.
func strideOf(n int) int {
	step := max(1, n*618/1000)
	for gcd(step, n) != 1 {
		step++
	}
	return step
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// resolve reads the ids of exemplars that were found in pages.
func resolve(items []item, list []traceql.Series) error {
	var open []*traceql.Exemplar
	for i := range list {
		for j := range list[i].Exemplars {
			if e := &list[i].Exemplars[j]; e.Ref != 0 {
				open = append(open, e)
			}
		}
	}
	slices.SortFunc(open, func(a, b *traceql.Exemplar) int { return cmp.Compare(a.Ref, b.Ref) })
	var v column.Vector
	for _, e := range open {
		it, row := &items[e.Ref>>32-1], int(uint32(e.Ref))
		for k, id := range map[column.Key][]byte{column.TraceID: e.Trace[:], column.SpanID: e.Span[:]} {
			c := it.part.Segment.Column(k)
			if c == nil {
				continue
			}
			err := column.ReadRows(c, it.page, row, row+1, &v)
			if err == nil {
				err = fits(k, &v, 1)
			}
			if err != nil {
				return fmt.Errorf("%s, page %d, column %q: %w", it.part.Name, it.page, k.Name, err)
			}
			copy(id, v.IDs)
			it.part.charge(v.Cost)
		}
		e.Ref = 0
	}
	return nil
}
