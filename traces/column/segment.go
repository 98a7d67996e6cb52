package column

// PageRows is when a page ends: at the end of the trace with which it has so many
// rows (reference measurement: 8,000 rows decode a column's page in 17 µs, and
// larger pages save 2 % of the bytes).
const PageRows = 8000

// Segment is an immutable set of spans. See the package's documentation for its
// order.
type Segment interface {
	// Pages is the number of pages, Page describes one.
	Pages() int
	Page(page int) PageInfo
	// Bounds returns the first row of each trace of a page, and behind them the
	// number of rows: ascending, from 0 on. The caller must not change it.
	Bounds(page int) ([]uint32, error)
	// Column returns a column, nil if no row has a value in it.
	Column(Key) Column
	// Keys lists the attributes (not the fixed columns) that some row has.
	Keys() []Key
	// Values returns the distinct values of a column, in no order; ok is false
	// where only a scan can tell. It never reads a page of the column.
	Values(Key) (v *Vector, ok bool, err error)
	// Find returns where a trace lies; ok is false if it is not here.
	Find(id [16]byte) (at Place, ok bool, err error)
}

// PageInfo tells what a page holds. Times are Unix nanoseconds.
type PageInfo struct {
	Rows, Traces       int
	MinStart, MaxStart uint64 // earliest and latest start of a trace (of its earliest span)
	MaxSpanStart       uint64 // latest start of a span
	MaxEnd             uint64 // latest end (or start, where a span ends before it) of a span
}

// Place is where a trace lies: a page and its number among the page's traces.
type Place struct{ Page, Trace int }

// Column is one column of a Segment.
type Column interface {
	// Zone returns bounds of an Int column's values in a page (of a list: of all
	// values); ok is false if they are not known or there is no value.
	Zone(page int) (lo, hi int64, ok bool)
	// Dict returns the dictionary that the page's codes refer to, without reading
	// the page: a text that is not in it is not in the page. nil: not known, or
	// the page's texts are plain.
	Dict(page int) (*Dict, error)
	// Read reads the values of a page into v, over what v held. What it cannot make
	// a Vector of, as that is documented, is an error, whatever is on disk.
	Read(page int, v *Vector) error
}
