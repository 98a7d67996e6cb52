// Package frame is what a query gives: named columns of equal length. Queries of
// any data source make frames (ui/query), panels are drawn from them (ui/view).
//
// A graph is two frames, "nodes" and "edges", with the columns that Grafana documents
// for its node graph: id, title, subtitle, mainstat, secondarystat, arc__NAME (shares
// of the ring) and detail__NAME of nodes; id, source, target, mainstat, secondarystat,
// detail__NAME of edges. A column link__WORDS holds addresses: an entry of the menu of
// its row. A trace is the frame "Trace", one row a span; a list of traces is "Traces",
// one of spans "Spans".
//
// A frame has one owner at a time: who takes one may change it. A column's values
// may be shared with a cache and are never changed in place.
package frame

import "math"

// Kind is what a column holds.
type Kind string

// Kinds of columns.
const (
	Time   Kind = "time"   // Unix milliseconds
	Number Kind = "number" // NaN where there is no value
	Text   Kind = "text"
	Bool   Kind = "bool" // 0, 1 or NaN
)

// Frame is a table, or the samples of series over time.
type Frame struct {
	Name   string
	RefID  string // of the query that gave it: "A"
	Fields []Field
	// StepMs is the time between two points of a series: where two are further
	// apart there is a gap. 0 where nothing is known of it.
	StepMs float64
	// Compared is of another time, moved to this one: the panel compares with it.
	Compared bool
}

// Field is one column. Times, numbers and bools are in Values, texts in Texts.
type Field struct {
	Name   string
	Kind   Kind
	Labels map[string]string // of a series; nil where there are none
	// Display is the name that the query itself asks for (a legend format), "" if none.
	Display string
	// Unit and the bounds are what the data source knows of the column, which a
	// panel's options overrule; "" and nil where it knows nothing.
	Unit     string
	Min, Max *float64
	Values   []float64
	Texts    []string
	// Trends are small charts, one beside each value; nil where there are none.
	Trends []Trend
	// Nested are tables, one below each row; nil where there are none. Such a column is
	// of texts and is not shown itself.
	Nested []Frame
	// Config are options that the data itself gives the column, by their names in a
	// panel's file ("max", "color"); they go before the panel's own.
	Config []Option
	// Exemplars belong to a series.
	Exemplars []Exemplar
	// Link leads from a value elsewhere; ${__value.raw} stands for the value. "" if nowhere.
	Link string
	// Apart is of buckets whose counts are their own: what lower ones count was taken off,
	// whatever the label le says.
	Apart bool
}

// Trend is the series that a value was reduced from.
type Trend struct{ TimesMs, Values []float64 }

// Option is one option of a column, its value as JSON.
type Option struct {
	ID    string
	Value []byte
}

// Exemplar is one request behind a point of a series.
type Exemplar struct {
	AtMs    float64
	Value   float64
	TraceID string
	Labels  map[string]string
}

// Len is the number of values.
func (f *Field) Len() int {
	if f.Kind == Text {
		return len(f.Texts)
	}
	return len(f.Values)
}

// Rows is the number of rows, that of the longest column.
func (f *Frame) Rows() int {
	n := 0
	for i := range f.Fields {
		n = max(n, f.Fields[i].Len())
	}
	return n
}

// Missing is the value that stands for none.
func Missing() float64 { return math.NaN() }
