package payload

// ExploreSearch is the answer to a search for traces: the traces, and the spans
// that the store tells of them.
type ExploreSearch struct {
	Query    string          `json:"query"` // as it was sent to the trace store
	FromMs   float64         `json:"fromMs"`
	ToMs     float64         `json:"toMs"`
	Limit    int             `json:"limit"`
	Limited  bool            `json:"limited"` // there may be more traces than Limit
	Traces   []TraceBrief    `json:"traces"`
	Columns  []ExploreColumn `json:"columns"` // of the spans
	Spans    []FoundSpan     `json:"spans"`
	SpansCut bool            `json:"spansCut"` // of some traces only the first matching spans are told
	Warnings []string        `json:"warnings"`
	Spent    Inspected       `json:"spent"`
}

// Inspected is what a store says that it looked at; 0 if it does not say.
type Inspected struct {
	Spans  float64 `json:"spans"`
	Traces float64 `json:"traces"`
	Bytes  float64 `json:"bytes"`
}

// ExploreColumn is an attribute that spans of an answer have.
type ExploreColumn struct {
	Name   string `json:"name"`   // as the answer has it
	Number bool   `json:"number"` // all values are numbers
}

// FoundSpan is a span of a search.
type FoundSpan struct {
	TraceID    string    `json:"traceId"`
	SpanID     string    `json:"spanId"`
	Name       string    `json:"name"`
	StartMs    float64   `json:"startMs"`
	DurationNs float64   `json:"durationNs"`
	Failed     bool      `json:"failed"`
	Values     []*string `json:"values"` // by ExploreSearch.Columns
}

// Heat is how many things of each size there were in each interval.
type Heat struct {
	Unit     string      `json:"unit"` // of the sizes: "seconds" or ""
	StepMs   float64     `json:"stepMs"`
	TimesMs  []float64   `json:"timesMs"` // where the intervals begin
	Buckets  []Bucket    `json:"buckets"` // the smallest first
	Counts   [][]float64 `json:"counts"`  // by bucket, then by interval
	Most     float64     `json:"most"`    // in one cell
	Total    float64     `json:"total"`
	Label    string      `json:"label"` // what is counted
	Warnings []string    `json:"warnings"`
}

// Bucket is sizes above Low up to High.
type Bucket struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// ExploreChart is the answer to a metrics query.
type ExploreChart struct {
	Kind        string            `json:"kind"` // "lines", "heat", "compare"
	Query       string            `json:"query"`
	FromMs      float64           `json:"fromMs"`
	ToMs        float64           `json:"toMs"`
	StepMs      float64           `json:"stepMs"`
	Unit        string            `json:"unit"` // "seconds", "per second", "count", "bytes", ""
	TimesMs     []float64         `json:"timesMs"`
	Series      []ExploreSeries   `json:"series"`
	SeriesTotal int               `json:"seriesTotal"` // before the answer was cut
	Exemplars   []ExploreExemplar `json:"exemplars"`
	// OnAxis says that the exemplars' values are of the same kind as the lines'.
	OnAxis      bool         `json:"onAxis"`
	Heat        *Heat        `json:"heat"`
	Differences *Differences `json:"differences"`
	Rows        []ExploreRow `json:"rows"` // values at the end of the range
	Warnings    []string     `json:"warnings"`
}

// ExploreSeries is one line.
type ExploreSeries struct {
	Label  string            `json:"label"`
	Labels map[string]string `json:"labels"`
	Values []*float64        `json:"values"`
}

// ExploreRow is one value at one time.
type ExploreRow struct {
	Label  string            `json:"label"`
	Labels map[string]string `json:"labels"`
	Value  *float64          `json:"value"` // null for no number
	AtMs   float64           `json:"atMs"`
}

// ExploreExemplar is a trace that was counted.
type ExploreExemplar struct {
	AtMs    float64           `json:"atMs"`
	Value   float64           `json:"value"`
	TraceID string            `json:"traceId"`
	SpanID  string            `json:"spanId"`
	Labels  map[string]string `json:"labels"`
	Series  int               `json:"series"` // index into ExploreChart.Series, -1 if it belongs to none
}

// Differences is how what was selected differs from the rest.
type Differences struct {
	Selected   float64      `json:"selected"` // spans
	Rest       float64      `json:"rest"`
	Attributes []Difference `json:"attributes"` // the most telling first
	Same       int          `json:"same"`       // attributes that do not differ
	Text       string       `json:"text"`       // the first of them in a sentence, or that nothing differs
	Query      string       `json:"query"`      // as it was sent
	Warnings   []string     `json:"warnings"`
}

// Difference is one attribute whose values are not shared out alike.
type Difference struct {
	Attribute string            `json:"attribute"`
	Score     float64           `json:"score"` // 0: alike, 1: nothing in common
	Values    []DifferenceValue `json:"values"`
}

// DifferenceValue is the share that has one value.
type DifferenceValue struct {
	Value    string  `json:"value"`
	Missing  bool    `json:"missing"` // spans without the attribute
	Selected float64 `json:"selected"`
	Rest     float64 `json:"rest"`
	Filter   string  `json:"filter"` // the condition that finds it
}

// ExploreQuery is a query that was written for the reader.
type ExploreQuery struct {
	Query string `json:"query"`
}

// ExploreForm is a TraceQL query as the search form shows it.
type ExploreForm struct {
	Conditions []FormCondition `json:"conditions"`
	Select     []string        `json:"select"` // attributes of select()
}

// FormCondition is one condition of the form: an attribute with one of values.
type FormCondition struct {
	Tag    string      `json:"tag"` // as TraceQL writes it
	Op     string      `json:"op"`
	Values []FormValue `json:"values"` // joined by "or"
}

// FormValue is a value as it is shown, and how it is written.
type FormValue struct {
	Text string `json:"text"`
	Kind string `json:"kind"` // "text": in quotes, "plain": as it is, "either": a number that may be kept as text
}

// ServiceGraph is which services call which, from the trace store's metrics.
type ServiceGraph struct {
	Map   Map            `json:"map"`
	Spans []SpanNameRate `json:"spans"`
}

// SpanNameRate is one row of the service graph's table.
type SpanNameRate struct {
	Name      string   `json:"name"`
	PerSecond float64  `json:"perSecond"`
	Failing   float64  `json:"failing"` // per second
	P90Ms     *float64 `json:"p90Ms"`
}
