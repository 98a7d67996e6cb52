package payload

// Window is the stretch of time that numbers are about, and how they were had.
type Window struct {
	FromMs float64 `json:"fromMs"` // as asked for
	ToMs   float64 `json:"toMs"`
	// CountedFromMs and CountedToMs are the scrapes between which the exact
	// counters were compared; null where nothing was counted.
	CountedFromMs *float64 `json:"countedFromMs"`
	CountedToMs   *float64 `json:"countedToMs"`
	Source        string   `json:"source"` // "counters", "sampled traces", "none"
	SourceText    string   `json:"sourceText"`
	// SampledShare is the share of the window's requests that were traced, where
	// the gateway's counters tell.
	SampledShare *float64 `json:"sampledShare"`
}

// Map is the picture of gateways and servers.
type Map struct {
	Window Window    `json:"window"`
	Nodes  []MapNode `json:"nodes"`
	Edges  []MapEdge `json:"edges"`
	Next   string    `json:"next"` // what to do where there is nothing to show
	// Odd are the servers that stand out: who gets more than its part, who fails most,
	// who is slowest.
	Odd      []MapOdd `json:"odd"`
	Models   []string `json:"models"`   // that were asked for in the window, whatever the filter
	Releases []string `json:"releases"` // whose gateways are known
}

// MapOdd is a server that gets more requests than the others, fails more often, or is
// slower at the same models.
type MapOdd struct {
	Server   string `json:"server"`
	Sentence string `json:"sentence"` // names it
}

// Traffic is what went through a node, along an edge or to a model. Only
// inference calls count; a stream is one call.
type Traffic struct {
	Requests   float64  `json:"requests"`
	Failed     float64  `json:"failed"`
	PerSecond  float64  `json:"perSecond"`
	LatencyMs  *float64 `json:"latencyMs"`  // mean, first header in to last byte out at the gateway
	UpstreamMs *float64 `json:"upstreamMs"` // mean, server chosen to its status
	P50Ms      *float64 `json:"p50Ms"`      // of whole requests, interpolated in the gateway's buckets
	P90Ms      *float64 `json:"p90Ms"`
	P99Ms      *float64 `json:"p99Ms"`
	// Estimate is the count that the sampled traces give for the same window.
	Estimate      *float64 `json:"estimate"`
	EstimateError *float64 `json:"estimateError"` // one standard deviation, null where not known
	// ServerMs is the mean time in the server by its own spans (weighted).
	ServerMs *float64 `json:"serverMs"`
}

// MapNode is a pod, a gateway or a server, or a group of them that can be opened.
type MapNode struct {
	ID       string   `json:"id"`
	Side     string   `json:"side"` // "gateway" or "server"
	Traffic  Traffic  `json:"traffic"`
	Ready    *bool    `json:"ready"` // of a server, as the gateways see it
	InFlight *float64 `json:"inFlight"`
	Share    *float64 `json:"share"` // of the side's requests
	Even     *float64 `json:"even"`  // what its share would be if all pods had the same; null where a filter hides some
	Pods     int      `json:"pods"`  // 1, or how many a group has
	Unready  int      `json:"unready"`
	Group    string   `json:"group"` // the deployment that the pod belongs to; of a group its own name
}

// MapEdge is the calls of one gateway to one server.
type MapEdge struct {
	From    string  `json:"from"`
	To      string  `json:"to"`
	Traffic Traffic `json:"traffic"`
}

// Models is the table of models.
type Models struct {
	Window Window     `json:"window"`
	Server string     `json:"server"` // the pod that was asked for, "" for all
	Models []ModelRow `json:"models"`
	Next   string     `json:"next"`
}

// ModelRow is one model, over all servers or at one.
type ModelRow struct {
	Model   string    `json:"model"`
	Server  string    `json:"server"` // "" for the row of all servers
	Traffic Traffic   `json:"traffic"`
	Codes   []CodeRow `json:"codes"` // most frequent first
	// QueueShare is the part of the requests' time in the servers that they spent in
	// queues, by the servers' own counters.
	QueueShare *float64 `json:"queueShare"`
}

// CodeRow is how many requests ended with a gRPC code.
type CodeRow struct {
	Code     string  `json:"code"`
	Requests float64 `json:"requests"`
}

// Chart is columns to draw: one time axis, values by series, null for no value.
type Chart struct {
	Title   string        `json:"title"`
	Unit    string        `json:"unit"` // "per second", "seconds", "count"
	TimesMs []float64     `json:"timesMs"`
	Series  []ChartSeries `json:"series"`
	Note    string        `json:"note"` // which series were left out, "" if none
}

// ChartSeries is one line of a chart.
type ChartSeries struct {
	Label  string     `json:"label"`
	Values []*float64 `json:"values"`
}

// Charts are the charts of the map's page.
type Charts struct {
	Charts []Chart `json:"charts"`
}
