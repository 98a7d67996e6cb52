package payload

// GraphView is nodes and edges.
type GraphView struct {
	Nodes  []GraphNode `json:"nodes"`
	Edges  []GraphEdge `json:"edges"`
	Layout string      `json:"layout"` // "layered", "force", "grid"
	Zoom   string      `json:"zoom"`   // "cooperative", "greedy"
	Legend []GraphKey  `json:"legend"`
	Cut    int         `json:"cut"` // nodes that were left out because there are too many
}

// GraphNode is a circle with two figures in it and a ring of shares around it.
type GraphNode struct {
	ID        string      `json:"id"`
	Title     string      `json:"title"`
	Subtitle  string      `json:"subtitle"`
	Main      string      `json:"main"` // "12.30 ms/r"
	Secondary string      `json:"secondary"`
	Arcs      []GraphArc  `json:"arcs"`
	Facts     []GraphFact `json:"facts"`
	Links     []PanelLink `json:"links"`    // its menu
	Icon      string      `json:"icon"`     // Grafana's name of a picture that stands for the figures, "" for none
	RadiusPx  float64     `json:"radiusPx"` // 0: as all
	Marked    bool        `json:"marked"`
}

// GraphEdge leads from a node to another.
type GraphEdge struct {
	ID        string      `json:"id"`
	From      string      `json:"from"`
	To        string      `json:"to"`
	Main      string      `json:"main"`
	Secondary string      `json:"secondary"`
	Width     float64     `json:"width"`
	Color     string      `json:"color"` // "" for the usual
	Dash      string      `json:"dash"`  // lengths of strokes and gaps, "5 3"; "" is solid
	Marked    bool        `json:"marked"`
	Facts     []GraphFact `json:"facts"`
	Links     []PanelLink `json:"links"`
}

// GraphArc is a share of a node's ring.
type GraphArc struct {
	Share float64 `json:"share"` // of one
	Color string  `json:"color"`
	Name  string  `json:"name"`
}

// GraphFact is one line of what a node or edge tells.
type GraphFact struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// GraphKey is one line of a graph's legend.
type GraphKey struct {
	Name  string `json:"name"`
	Color string `json:"color"` // "" for a figure
}
