package traceql

import "regexp"

// Query is a parsed and validated query. It is immutable.
type Query struct {
	Pipeline *Pipeline
	Metrics  *Metrics // nil for a search
	Second   []Second // stages after the metrics function
	Hints    []Hint

	text     string
	warnings []Warning
}

// IsMetrics tells whether the answer is series and not spans.
func (q *Query) IsMetrics() bool { return q.Metrics != nil }

// Text is the query as it was given to Parse.
func (q *Query) Text() string { return q.text }

// Warnings tells what is allowed but likely not meant.
func (q *Query) Warnings() []Warning { return q.warnings }

// Warning is advice on a valid query.
type Warning struct {
	Pos Pos
	Msg string
}

// Hint is one name=value of with(...).
type Hint struct {
	Pos   Pos
	Name  string
	Value Static
}

// Hint returns the value of a hint, nil if it was not given.
func (q *Query) Hint(name string) Static {
	for _, h := range q.Hints {
		if h.Name == name {
			return h.Value
		}
	}
	return Nil()
}

// Stage is an element of a pipeline: *Filter, *SpansetOp, *Pipeline, *GroupBy,
// *Coalesce, *Select or *ScalarFilter.
type Stage interface{ stage() }

// SpansetExpr is what yields spans of itself: *Filter, *SpansetOp or *Pipeline.
type SpansetExpr interface {
	Stage
	spanset()
}

// Pipeline is stages joined by |. Its first stage is a SpansetExpr.
type Pipeline struct {
	Stages []Stage
}

// Filter is { expr }; Expr is nil for {}.
type Filter struct {
	Pos  Pos
	Expr FieldExpr
}

// SpansetOp joins two spansets by a relation between their spans.
type SpansetOp struct {
	Pos  Pos
	Op   Op
	L, R SpansetExpr
}

// GroupBy splits spansets by the value of an expression.
type GroupBy struct {
	Pos  Pos
	Expr FieldExpr

	name string // in the answer
}

// Coalesce joins the spansets of a trace to one.
type Coalesce struct{ Pos Pos }

// Select adds attributes to the answer.
type Select struct {
	Pos   Pos
	Attrs []*Attr
}

// ScalarFilter keeps spansets by a comparison of aggregates and numbers.
type ScalarFilter struct {
	Pos  Pos
	Op   Op
	L, R ScalarExpr
}

// FieldExpr is an expression over one span: *Binary, *Unary, *Literal, *Attr.
type FieldExpr interface{ field() }

// Binary is L Op R.
type Binary struct {
	Pos  Pos // of the operator
	Op   Op
	L, R FieldExpr

	re       *regexp.Regexp // for =~ and !~
	enclosed bool           // stood in parentheses; for warnings only
	joint    *joint         // of &&
}

// Unary is !X or -X.
type Unary struct {
	Pos Pos
	Op  Op
	X   FieldExpr
}

// Literal is a constant.
type Literal struct {
	Pos   Pos
	Value Static
}

// Attr reads an attribute or intrinsic.
type Attr struct {
	Pos Pos
	Attribute
}

// ScalarExpr is an expression over a spanset: *Aggregate, *ScalarOp, *ScalarLiteral.
type ScalarExpr interface{ scalar() }

// Aggregate is count(), or avg, min, max or sum of an expression.
type Aggregate struct {
	Pos  Pos
	Func string
	Arg  FieldExpr // nil for count

	name string // in the answer
}

// ScalarOp is L Op R by arithmetic.
type ScalarOp struct {
	Pos  Pos
	Op   Op
	L, R ScalarExpr
}

// ScalarLiteral is a constant.
type ScalarLiteral struct {
	Pos   Pos
	Value Static
}

// Metrics is the metrics function at the end of a pipeline.
type Metrics struct {
	Pos       Pos
	Func      string
	Arg       *Attr     // of min_over_time and its kin, nil for rate and count
	Quantiles []float64 // of quantile_over_time
	By        []*Attr
	Compare   *CompareArgs // of compare
}

// CompareArgs is the arguments of compare().
type CompareArgs struct {
	Filter *Filter
	TopN   int
	// Start and End bound the selection, Unix nanoseconds; both 0: the range asked.
	Start, End int64
}

// Second is a stage over series: topk or bottomk (N) or a comparison (Op, Value).
type Second struct {
	Pos   Pos
	Func  string // "topk", "bottomk" or "" for a comparison
	N     int
	Op    Op
	Value Static
}

func (*Filter) stage()       {}
func (*SpansetOp) stage()    {}
func (*Pipeline) stage()     {}
func (*GroupBy) stage()      {}
func (*Coalesce) stage()     {}
func (*Select) stage()       {}
func (*ScalarFilter) stage() {}

func (*Filter) spanset()    {}
func (*SpansetOp) spanset() {}
func (*Pipeline) spanset()  {}

func (*Binary) field()  {}
func (*Unary) field()   {}
func (*Literal) field() {}
func (*Attr) field()    {}

func (*Aggregate) scalar()     {}
func (*ScalarOp) scalar()      {}
func (*ScalarLiteral) scalar() {}
