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
	ID         string         `json:"id"`
	StartMs    float64        `json:"startMs"`
	StartNs    string         `json:"startNs"` // exact, as decimal text
	DurationNs float64        `json:"durationNs"`
	RootName   string         `json:"rootName"`
	RootPod    string         `json:"rootPod"`
	Failed     bool           `json:"failed"`
	Services   []Service      `json:"services"`
	Spans      []Span         `json:"spans"`
	Resources  []Resource     `json:"resources"`
	Notes      []Note         `json:"notes"`
	Parts      []Part         `json:"parts"` // where the time went, in order
	Model      string         `json:"model"`
	Server     string         `json:"server"`
	DataSource string         `json:"dataSource"` // name of the data source that it is from, "" for a file
	NodeGraph  bool           `json:"nodeGraph"`  // that data source asks for a node graph above its traces
	Growing    bool           `json:"growing"`    // so young that spans may still arrive
	Head       CallHead       `json:"head"`
	Critical   []CriticalStep `json:"critical"` // the critical path of the root, in the order of time
	Stats      TraceStats     `json:"stats"`
	Paths      []SpanPath     `json:"paths"` // the tree with spans of one path together, in the order in which it is drawn
	Graph      TraceGraph     `json:"graph"`
}

// CallHead is what the root's attributes say of its call; "" for what they do not say.
type CallHead struct {
	Method string `json:"method"`
	Status string `json:"status"` // of HTTP
	Grpc   string `json:"grpc"`   // name of the gRPC status, "OK"
	URL    string `json:"url"`
	Ok     bool   `json:"ok"` // neither status is a failure
}

// CriticalStep is a stretch of the critical path: what the request waited for then.
type CriticalStep struct {
	Span     int     `json:"span"` // index into Spans
	Name     string  `json:"name"` // as of a Phase, or "before", "after" (around the server's spans), "self"
	Label    string  `json:"label"`
	OffsetNs float64 `json:"offsetNs"`
	Ns       float64 `json:"ns"`
}

// TraceStats are the spans' durations put together.
type TraceStats struct {
	ByName    []SpanStats `json:"byName"`
	ByService []SpanStats `json:"byService"`
	ByBoth    []SpanStats `json:"byBoth"` // by service and name
}

// SpanStats is one row of statistics. Quantiles are of durations.
type SpanStats struct {
	Name       string  `json:"name"`    // "" where services are counted
	Service    string  `json:"service"` // "" where names are counted
	Count      int     `json:"count"`
	Errors     int     `json:"errors"`
	TotalNs    float64 `json:"totalNs"`
	SelfNs     float64 `json:"selfNs"`
	CriticalNs float64 `json:"criticalNs"` // on the critical path
	AvgNs      float64 `json:"avgNs"`
	MinNs      float64 `json:"minNs"`
	P50Ns      float64 `json:"p50Ns"`
	P90Ns      float64 `json:"p90Ns"`
	MaxNs      float64 `json:"maxNs"`
}

// SpanPath is all spans of one service and name below the same path.
type SpanPath struct {
	Name       string  `json:"name"`
	Service    string  `json:"service"`
	Parent     int     `json:"parent"` // index into Paths, -1 at the top
	Depth      int     `json:"depth"`
	Below      int     `json:"below"` // paths below it, at any depth
	Count      int     `json:"count"`
	Errors     int     `json:"errors"`
	TotalNs    float64 `json:"totalNs"`
	SelfNs     float64 `json:"selfNs"`
	CriticalNs float64 `json:"criticalNs"`
	Span       int     `json:"span"` // the longest of them, an index into Spans
}

// TraceGraph is the trace as nodes: one a span, or one a path where that were too many.
type TraceGraph struct {
	Nodes  []TraceNode `json:"nodes"`
	Folded bool        `json:"folded"` // a node is a path
	Hidden int         `json:"hidden"` // paths that are left out
}

// TraceNode is a node of a trace's graph.
type TraceNode struct {
	Parent      int     `json:"parent"` // index into Nodes, -1 at the top
	Span        int     `json:"span"`   // index into Spans; of a folded node the longest
	Name        string  `json:"name"`
	Service     string  `json:"service"`
	Count       int     `json:"count"`
	Errors      int     `json:"errors"`
	TotalNs     float64 `json:"totalNs"`
	SelfNs      float64 `json:"selfNs"`
	ShareTotal  float64 `json:"shareTotal"`  // of the trace
	ShareSelf   float64 `json:"shareSelf"`   // of its own total
	HeatOfTrace float64 `json:"heatOfTrace"` // self time as a share of the trace, at most 1: the colour of its ring
	Hidden      int     `json:"hidden"`      // nodes below it that are left out
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
	LinkedFrom    []Link  `json:"linkedFrom"` // spans of this trace that link to it
	Unfinished    bool    `json:"unfinished"` // it has no end
	Skewed        bool    `json:"skewed"`     // it begins before its parent, by another clock
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
	Kind string `json:"kind"` // "server_kept_none", "missing_root", "missing_parent", "clock_skew", "partial", "unfinished", "too_large", ...
	Text string `json:"text"`
}

// TraceFile is what a file of OTLP JSON holds: the trace that was chosen, or the
// only one, and the list of all.
type TraceFile struct {
	Traces []TraceBrief `json:"traces"` // the newest first
	More   int          `json:"more"`   // traces beyond the list
	Trace  *Trace       `json:"trace"`  // null where there is a choice to make
}

// Alike are traces of the same kind as one, to compare it with.
type Alike struct {
	Query   string       `json:"query"`  // by which they were found
	Looked  int          `json:"looked"` // at so many of them, the newest
	More    bool         `json:"more"`   // there may be others
	Newest  []TraceBrief `json:"newest"`
	Fastest []TraceBrief `json:"fastest"`
	Slowest []TraceBrief `json:"slowest"`
}

// LinkedTraces are traces whose spans link to a trace.
type LinkedTraces struct {
	Query  string       `json:"query"`
	Traces []TraceBrief `json:"traces"`
}

// Comparison is two traces aligned by the paths of their spans.
type Comparison struct {
	A        ComparedTrace  `json:"a"`
	B        ComparedTrace  `json:"b"`
	Sentence string         `json:"sentence"` // how B differs from A and where that comes from
	Causes   []ComparedStep `json:"causes"`   // they add up to the difference of the two critical paths, the largest first
	Rows     []ComparedRow  `json:"rows"`
	Notes    []Note         `json:"notes"`
}

// ComparedTrace is one side of a comparison.
type ComparedTrace struct {
	ID         string  `json:"id"`
	Name       string  `json:"name"`
	Gateway    string  `json:"gateway"`
	Server     string  `json:"server"`
	Model      string  `json:"model"`
	StartMs    float64 `json:"startMs"`
	DurationNs float64 `json:"durationNs"` // of the root
	Spans      int     `json:"spans"`
	Failed     bool    `json:"failed"`
}

// ComparedStep is what one kind of step took on both critical paths.
type ComparedStep struct {
	Name    string  `json:"name"` // of the step, as of a Phase
	Text    string  `json:"text"` // "queue of add_sub"
	ANs     float64 `json:"aNs"`
	BNs     float64 `json:"bNs"`
	DeltaNs float64 `json:"deltaNs"` // b - a
}

// ComparedRow is one step of both traces, or of one where the other is null.
type ComparedRow struct {
	Name     string        `json:"name"`
	Nth      int           `json:"nth"` // which of those of its name below its parent, from 1
	Depth    int           `json:"depth"`
	Below    int           `json:"below"`
	A        *ComparedSpan `json:"a"`
	B        *ComparedSpan `json:"b"`
	DeltaNs  *float64      `json:"deltaNs"`  // duration of b - a
	DeltaSNs *float64      `json:"deltaSNs"` // self time of b - a
}

// ComparedSpan is a span of one side. Offsets count from the start of its trace.
type ComparedSpan struct {
	ID         string  `json:"id"`
	Service    string  `json:"service"`
	OffsetNs   float64 `json:"offsetNs"`
	DurationNs float64 `json:"durationNs"`
	SelfNs     float64 `json:"selfNs"`
	CriticalNs float64 `json:"criticalNs"`
	Failed     bool    `json:"failed"`
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
