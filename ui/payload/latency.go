package payload

// Latency is where the time of many requests goes. Times are milliseconds.
type Latency struct {
	FromMs   float64         `json:"fromMs"`
	ToMs     float64         `json:"toMs"`
	Query    string          `json:"query"` // TraceQL that selected the traces, "{}" for all
	Rests    LatencyRests    `json:"rests"`
	Verdict  string          `json:"verdict"` // "found", "none", "few" requests, "nothing" at all
	Sentence string          `json:"sentence"`
	Next     string          `json:"next"` // what to do where there is nothing to show
	Findings []LatencyCause  `json:"findings"`
	Phases   []LatencyPhase  `json:"phases"` // in the order of a request's life
	All      []LatencyRow    `json:"all"`    // one row, of all requests; none if there are none
	Models   []LatencyRow    `json:"models"`
	Pods     []LatencyRow    `json:"pods"`
	Each     []LatencyRow    `json:"each"`  // model by pod
	Steps    []LatencyRow    `json:"steps"` // of ensembles
	Counters LatencyCounters `json:"counters"`
	Against  *LatencyAgainst `json:"against"` // null: nothing was compared
}

// LatencyPhase is one of the phases that a request is split into.
type LatencyPhase struct {
	Name  string `json:"name"`
	Label string `json:"label"`
	About string `json:"about"`
}

// LatencyRests says what the numbers rest on.
type LatencyRests struct {
	Traces    int             `json:"traces"`
	Requests  int             `json:"requests"`  // whose time is split
	Failed    int             `json:"failed"`    // counted, not split
	Silent    int             `json:"silent"`    // their server kept no spans: counted, not split
	Alone     int             `json:"alone"`     // without a gateway's span: no gateway, no network
	Estimated float64         `json:"estimated"` // requests that all these stand for, by the sampling
	Whole     bool            `json:"whole"`     // everything that is stored of the range was taken in
	FirstMs   float64         `json:"firstMs"`   // the earliest and the latest start among them
	LastMs    float64         `json:"lastMs"`
	FailedOf  []LatencyFailed `json:"failedOf"`
	Notes     []string        `json:"notes"`
}

// LatencyFailed is how many requests of a model failed.
type LatencyFailed struct {
	Model  string `json:"model"`
	Failed int    `json:"failed"`
}

// LatencyCause is something that stands out.
type LatencyCause struct {
	Kind     string           `json:"kind"` // "pod", "model", "step", "gateway", "network"
	Phase    string           `json:"phase"`
	Pod      string           `json:"pod"`
	Model    string           `json:"model"`
	Ensemble string           `json:"ensemble"`
	Step     string           `json:"step"`
	Sentence string           `json:"sentence"`
	Evidence []string         `json:"evidence"`
	Share    float64          `json:"share"`      // of the time of the requests that it concerns
	OfAll    float64          `json:"shareOfAll"` // that it costs, of the time of all requests
	ExcessS  float64          `json:"excessS"`    // the same in seconds
	Query    string           `json:"query"`      // TraceQL that finds such traces
	Examples []LatencyExample `json:"examples"`
}

// LatencyExample is a trace that shows a finding.
type LatencyExample struct {
	ID      string  `json:"id"`
	StartMs float64 `json:"startMs"`
	TotalMs float64 `json:"totalMs"`
	PhaseMs float64 `json:"phaseMs"`
}

// LatencyRow is the split of some requests.
type LatencyRow struct {
	Model     string        `json:"model"`    // "": all
	Pod       string        `json:"pod"`      // "": all
	Ensemble  string        `json:"ensemble"` // of a step
	Requests  int           `json:"requests"`
	Estimated float64       `json:"estimated"` // by the sampling
	Share     float64       `json:"share"`     // of the time of all requests; of a step: of its ensemble's
	Total     LatencyTime   `json:"total"`
	Phases    []LatencyTime `json:"phases"` // as Latency.phases
	Query     string        `json:"query"`  // TraceQL that finds their traces
}

// LatencyTime is the distribution of a time.
type LatencyTime struct {
	P50Ms  float64 `json:"p50Ms"`
	P90Ms  float64 `json:"p90Ms"`
	P99Ms  float64 `json:"p99Ms"`
	MeanMs float64 `json:"meanMs"`
	TotalS float64 `json:"totalS"` // by the sampling
	Share  float64 `json:"share"`  // of the row's time
	Query  string  `json:"query"`  // TraceQL that finds traces that are slow in it; "" if none can
}

// LatencyCounters are Triton's own counters beside the spans.
type LatencyCounters struct {
	Sentence string           `json:"sentence"`
	Known    bool             `json:"known"`
	Agree    bool             `json:"agree"`
	FromMs   float64          `json:"fromMs"`
	ToMs     float64          `json:"toMs"`
	Rows     []LatencyCounter `json:"rows"`
}

// LatencyCounter is one model on one pod: means per request of the spans and of
// the counters.
type LatencyCounter struct {
	Model     string              `json:"model"`
	Pod       string              `json:"pod"`      // "": all, as single ones have too few spans
	Runs      float64             `json:"runs"`     // that the spans stand for
	Requests  float64             `json:"requests"` // that the server counted, without failed ones
	Failed    float64             `json:"failed"`
	PerBatch  float64             `json:"perBatch"` // requests an execution; 0: not known
	Phases    []LatencyCounterOne `json:"phases"`   // queue, input, infer, output
	Agree     bool                `json:"agree"`
	Reason    string              `json:"reason"` // of a difference
	Comparing bool                `json:"comparing"`
}

// LatencyCounterOne is a phase's mean by both routes.
type LatencyCounterOne struct {
	Name       string  `json:"name"`
	SpansMs    float64 `json:"spansMs"`
	CountersMs float64 `json:"countersMs"`
	ErrorMs    float64 `json:"errorMs"` // two standard errors of the spans' mean
	Agree      bool    `json:"agree"`
}

// LatencyAgainst is a comparison: another time, or one pod with another.
type LatencyAgainst struct {
	Kind     string           `json:"kind"`  // "time", "pods"
	Left     string           `json:"left"`  // what is compared with
	Right    string           `json:"right"` // what it is about
	Sentence string           `json:"sentence"`
	Rows     []LatencyChanged `json:"rows"`
}

// LatencyChanged is a model, or all, on both sides.
type LatencyChanged struct {
	Model  string            `json:"model"` // "": all, with one mix of models on both sides
	Left   int               `json:"left"`  // requests
	Right  int               `json:"right"`
	Total  LatencyChange     `json:"total"`  // means
	Median LatencyChange     `json:"median"` // of the totals; zero of all models together
	Phases []LatencyChange   `json:"phases"`
	Clear  bool              `json:"clear"` // the difference of the totals is more than chance
	Notes  []string          `json:"notes"`
	Links  map[string]string `json:"links"` // TraceQL of "left" and "right"
}

// LatencyChange is a mean before and after.
type LatencyChange struct {
	LeftMs  float64 `json:"leftMs"`
	RightMs float64 `json:"rightMs"`
	MoreMs  float64 `json:"moreMs"`
}
