package query

import "supersonic/traces/column"

// overlap says how a page lies to a range: outside, wholly within (each of its
// traces has a span that overlaps the range), or neither.
type overlap int

const (
	outside overlap = iota
	partly
	within
)

func overlapOf(info column.PageInfo, r Range) overlap {
	switch {
	case r == Range{}:
		return within
	case !r.Overlaps(info.MinStart, info.MaxEnd):
		return outside
	case info.MinStart >= r.Start && (r.End == 0 || info.MaxStart <= r.End):
		return within
	}
	return partly
}

// wholly tells whether everything in a part counts for a range, so that what the
// part tells of itself is the answer.
//
// It tells of pieces of split traces too, and so of a span that another part has in
// a later copy: until a merge joins them, a value that only the earlier copy has is
// listed.
func (p *Part) wholly(r Range) bool {
	if len(p.Deleted) > 0 {
		return false
	}
	for page := range p.Segment.Pages() {
		if overlapOf(p.Segment.Page(page), r) != within {
			return false
		}
	}
	return true
}
