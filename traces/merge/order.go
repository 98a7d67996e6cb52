package merge

import (
	"cmp"
	"math"
	"slices"
)

// order merges the lists of traces.
func (s *Segment) order(traces [][]trace, j *joiner, pageRows int) {
	next := make([]int, len(traces))
	for {
		least := -1
		var first *trace
		for i, list := range traces {
			for next[i] < len(list) && list[next[i]].rows == 0 {
				next[i]++
			}
			if next[i] == len(list) {
				continue
			}
			if t := &list[next[i]]; first == nil || t.compare(first.start, &first.id) < 0 {
				least, first = i, t
			}
		}
		if len(j.list) > 0 && (first == nil || first.compare(j.list[0].start, &j.list[0].id) > 0) {
			s.addJoined(j, &j.list[0], pageRows)
			j.list = j.list[1:]
			continue
		}
		if first == nil {
			break
		}
		s.begin(first.start, int(first.rows), pageRows)
		s.addRun(run{uint32(least), first.page, first.row, first.rows})
		s.inputs[least].place[next[least]] = uint32(s.traces)
		next[least]++
	}
	s.endPage()
	s.runs = slices.Clip(s.runs)
}

// addJoined adds a trace that was in pieces.
func (s *Segment) addJoined(j *joiner, t *joined, pageRows int) {
	s.begin(t.start, t.rows, pageRows)
	p := &s.pages[len(s.pages)-1]
	row := uint32(p.Rows - t.rows)
	for i, d := range j.distances[t.distance : t.distance+t.rows] {
		s.distances = append(s.distances, patch[int64]{row + uint32(i), int64(d)})
		p.distLow, p.distHigh = min(p.distLow, int64(d)), max(p.distHigh, int64(d))
	}
	for _, w := range j.weights[t.weight : t.weight+t.overrides] {
		s.weights = append(s.weights, patch[float64]{row + w.row, w.value})
	}
	for _, r := range j.runs[t.run : t.run+t.runs] {
		s.addRun(r)
	}
	for _, piece := range t.pieces {
		s.inputs[piece.input].place[piece.number] = uint32(s.traces)
	}
}

// begin adds a trace of so many rows to the last page, or to a new one.
func (s *Segment) begin(start uint64, rows, pageRows int) {
	if n := len(s.pages); n == 0 || s.pages[n-1].Rows >= pageRows {
		s.endPage()
		s.pages = append(s.pages, page{trace: s.traces, bound: len(s.bounds), run: len(s.runs),
			distance: len(s.distances), weight: len(s.weights), distLow: math.MaxInt64, distHigh: math.MinInt64})
	}
	p := &s.pages[len(s.pages)-1]
	if p.Traces == 0 {
		p.MinStart = start
	}
	p.MaxStart = start
	s.bounds = append(s.bounds, uint32(p.Rows))
	p.Traces++
	p.Rows += rows
	s.rows += rows
	s.traces++
}

// addRun adds rows to the last page.
func (s *Segment) addRun(r run) {
	n := len(s.pages) - 1
	p := &s.pages[n]
	s.inputs[r.input].lastUse[r.page] = uint32(n)
	from := source{r.input, r.page}
	if last := len(s.runs) - 1; last >= p.run && s.runs[last].follows(from, r.row) {
		s.runs[last].rows += r.rows
		return
	}
	s.runs = append(s.runs, r)
	if k := len(p.sources); k > 0 && p.sources[k-1] == from {
		return
	}
	p.sources = append(p.sources, from)
}

// endPage ends the last page.
func (s *Segment) endPage() {
	if n := len(s.pages); n > 0 {
		p := &s.pages[n-1]
		s.bounds = append(s.bounds, uint32(p.Rows))
		p.sources = slices.Clip(distinct(p.sources))
	}
}

func distinct(sources []source) []source {
	slices.SortFunc(sources, func(a, b source) int {
		return cmp.Or(cmp.Compare(a.input, b.input), cmp.Compare(a.page, b.page))
	})
	return slices.Compact(sources)
}
