package payload

// SearchResult is the answer to a query for traces.
type SearchResult struct {
	Query   string       `json:"query"` // as it was sent to the trace store
	FromMs  float64      `json:"fromMs"`
	ToMs    float64      `json:"toMs"`
	Traces  []TraceBrief `json:"traces"`
	Limited bool         `json:"limited"` // there may be more than Limit
	Limit   int          `json:"limit"`
	Spans   float64      `json:"spans"` // spans that the store looked at, 0 if it does not say
}

// TraceBrief is one row of a search result.
type TraceBrief struct {
	ID         string    `json:"id"`
	RootName   string    `json:"rootName"` // "" where the root has not come
	RootPod    string    `json:"rootPod"`
	StartMs    float64   `json:"startMs"`
	DurationMs float64   `json:"durationMs"`
	Spans      *int      `json:"spans"`
	Failed     *bool     `json:"failed"`
	Errors     int       `json:"errors"`
	Matched    int       `json:"matched"` // spans that fit the query
	Services   []Service `json:"services"`
}

// Service is the part of one service in a trace.
type Service struct {
	Name   string `json:"name"`
	Spans  int    `json:"spans"`
	Errors int    `json:"errors"`
}

// Trace is one trace as a tree, its spans in the order in which they are drawn.
type Trace struct {
	ID         string     `json:"id"`
	StartMs    float64    `json:"startMs"`
	StartNs    string     `json:"startNs"` // exact, as decimal text
	DurationNs float64    `json:"durationNs"`
	RootName   string     `json:"rootName"`
	RootPod    string     `json:"rootPod"`
	Failed     bool       `json:"failed"`
	Services   []Service  `json:"services"`
	Spans      []Span     `json:"spans"`
	Resources  []Resource `json:"resources"`
	Notes      []Note     `json:"notes"`
	Parts      []Part     `json:"parts"` // where the time went, in order
	Model      string     `json:"model"`
	Server     string     `json:"server"`
	DataSource string     `json:"dataSource"` // name of the data source that it is from, "" for a file
	NodeGraph  bool       `json:"nodeGraph"`  // that data source asks for a node graph above its traces
}

// Span is one span of a trace. Offsets count from the start of the trace.
type Span struct {
	ID            string  `json:"id"`
	Parent        string  `json:"parent"`
	Name          string  `json:"name"`
	Service       string  `json:"service"`
	Kind          string  `json:"kind"`
	Depth         int     `json:"depth"`
	Below         int     `json:"below"` // spans below it, at any depth
	OffsetNs      float64 `json:"offsetNs"`
	DurationNs    float64 `json:"durationNs"`
	SelfNs        float64 `json:"selfNs"` // duration less the union of its children
	Status        string  `json:"status"` // "unset", "ok", "error"
	StatusText    string  `json:"statusText"`
	Failed        bool    `json:"failed"`
	ParentMissing bool    `json:"parentMissing"`
	Weight        float64 `json:"weight"` // how many requests it stands for; 0: not known
	TraceState    string  `json:"traceState"`
	Scope         string  `json:"scope"`
	Resource      int     `json:"resource"` // index into Resources
	Attrs         []Attr  `json:"attrs"`
	Events        []Event `json:"events"`
	Links         []Link  `json:"links"`
	Phases        []Phase `json:"phases"`
}

// Resource is who made spans.
type Resource struct {
	Service string `json:"service"`
	Attrs   []Attr `json:"attrs"`
}

// Attr is one attribute; its value is text in the form that OTLP gives it.
type Attr struct {
	Key   string `json:"key"`
	Value string `json:"value"`
	Type  string `json:"type"` // "string", "int", "double", "bool", "bytes", "array", "map", "empty"
}

// Event is a point of time of a span; AtNs counts from the span's start and is
// negative for an event before it.
type Event struct {
	Name     string  `json:"name"`
	OffsetNs float64 `json:"offsetNs"`
	AtNs     float64 `json:"atNs"`
	Attrs    []Attr  `json:"attrs"`
	Far      bool    `json:"far"` // so far outside the trace that the time axis leaves it out
}

// Link points to another span.
type Link struct {
	TraceID string `json:"traceId"`
	SpanID  string `json:"spanId"`
	Attrs   []Attr `json:"attrs"`
}

// Phase is a stretch of a span between two of its events.
type Phase struct {
	Name     string  `json:"name"` // "choose", "send", "wait", "receive", "queue", "input", "infer", "output", ...
	Label    string  `json:"label"`
	OffsetNs float64 `json:"offsetNs"`
	Ns       float64 `json:"ns"`
}

// Part is a share of a whole request's time.
type Part struct {
	Name  string  `json:"name"`
	Label string  `json:"label"`
	Ns    float64 `json:"ns"`
}

// Note is something that the reader of a trace has to know.
type Note struct {
	Kind string `json:"kind"` // "server_kept_none", "missing_root", "missing_parent", "clock_skew", "partial"
	Text string `json:"text"`
}

// Tags are the attribute names that the trace store knows, by scope.
type Tags struct {
	Scopes []TagScope `json:"scopes"`
}

// TagScope is a scope ("resource", "span", "intrinsic") and its names.
type TagScope struct {
	Name string   `json:"name"`
	Tags []string `json:"tags"`
}

// TagValues are values of one attribute.
type TagValues struct {
	Tag    string     `json:"tag"`
	Values []TagValue `json:"values"`
	Cut    bool       `json:"cut"` // there are more
}

// TagValue is one value with its TraceQL type.
type TagValue struct {
	Type  string `json:"type"`
	Value string `json:"value"`
}

// QueryCheck is what the parser says of a TraceQL query.
type QueryCheck struct {
	Valid   bool   `json:"valid"`
	Message string `json:"message"`
	Offset  int    `json:"offset"` // bytes into the query where it stopped fitting
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	// Expected and Nearest are parts of Message: what would have been right, and
	// the known name that is nearest.
	Expected string       `json:"expected"`
	Nearest  string       `json:"nearest"`
	Metrics  bool         `json:"metrics"` // the answer is series and not spans
	Form     *ExploreForm `json:"form"`    // null if the form cannot show the query
	Warnings []string     `json:"warnings"`
}
