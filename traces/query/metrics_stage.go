package query

import "sync"

// stage holds values that wait for their groups: to sort them by group and interval
// at once takes less than to add each to a list of its own. Stages are used again by
// later queries.
type stage struct {
	cells  []uint32  // group and interval of each value
	values []float64 //
	sorted []float64 // the values that the groups hold, if flushed is 1
	ends   []uint32

	list    []int32 // by group: its number
	ordinal []int32 // by number: group + 1, 0 not known, -1 refused
	flushed int
}

var stages = sync.Pool{New: func() any { return new(stage) }}

// maxStaged is how many values wait: 12 bytes each, and 8 when they are sorted.
const maxStaged = 1 << 20

func (s *stage) bytes() int64 {
	if s == nil {
		return 0
	}
	return int64(20*len(s.values) + 8*len(s.ordinal))
}

// release gives stages back: nobody needs the values of the groups any more.
func (g *gatherer) release() {
	for _, other := range g.merged {
		other.release()
	}
	s := g.staged
	if s == nil {
		return
	}
	g.staged = nil
	if s.flushed > 1 {
		s.sorted = nil
	}
	s.cells, s.values, s.list, s.ordinal, s.flushed = s.cells[:0], s.values[:0], s.list[:0], s.ordinal[:0], 0
	stages.Put(s)
}

// stage takes the values of the chosen rows.
func (g *gatherer) stage(numbers []uint32) {
	s := g.staged
	if len(s.values) > maxStaged {
		s.flush(g)
	}
	from, n := len(s.values), len(g.rows)
	s.cells, s.values = room(s.cells, n), room(s.values, n)
	cells, values := s.cells[from:from+n], s.values[from:from+n]
	k := 0
	for i, row := range g.rows {
		number := number(numbers, row)
		var group int32
		if int(number) < len(s.ordinal) {
			group = s.ordinal[number]
		}
		if group <= 0 {
			if group = g.ordinal(number, int(row)); group < 0 {
				if g.agg.Refuse(1); g.hopeless() {
					break
				}
				continue
			}
		}
		cells[k] = uint32(int(group-1)*g.n + int(g.at[i]))
		values[k] = g.arg.at(int(row))
		k++
	}
	s.cells, s.values = s.cells[:from+k], s.values[:from+k]
}

// room returns s with n more elements of any value.
func room[T any](s []T, n int) []T {
	if len(s)+n <= cap(s) {
		return s[:len(s)+n]
	}
	return append(s, make([]T, n)...)
}

// ordinal finds or makes the group of a number, -1 if there are too many.
func (g *gatherer) ordinal(number uint32, row int) int32 {
	s := g.staged
	if number == newLabel {
		return -1
	}
	for int(number) >= len(s.ordinal) {
		s.ordinal = append(s.ordinal, 0)
	}
	if s.ordinal[number] == 0 {
		s.ordinal[number] = -1
		if g.group(number, row) != nil {
			s.list = append(s.list, int32(number))
			s.ordinal[number] = int32(len(s.list))
		}
	}
	return s.ordinal[number]
}

// flush hands the values to the groups, sorted by group and interval.
func (s *stage) flush(g *gatherer) {
	if len(s.values) == 0 {
		return
	}
	if s.flushed++; s.flushed > 1 {
		s.sorted = nil // the groups have it
	}
	s.sorted = resized(s.sorted, len(s.values))
	s.ends = resized(s.ends, len(s.list)*g.n+1)
	clear(s.ends)
	for _, cell := range s.cells {
		s.ends[cell+1]++
	}
	for i := range s.ends[1:] {
		s.ends[i+1] += s.ends[i]
	}
	for i, cell := range s.cells {
		s.sorted[s.ends[cell]] = s.values[i]
		s.ends[cell]++
	}
	from := uint32(0)
	for cell := range len(s.list) * g.n {
		if to := s.ends[cell]; to > from {
			g.agg.ObserveAll(g.groups[s.list[cell/g.n]], cell%g.n, s.sorted[from:to])
			from = to
		}
	}
	s.cells, s.values = s.cells[:0], s.values[:0]
}
