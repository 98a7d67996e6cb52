package payload

// ChartView is series over time (or over another number, if TimesMs is no time).
type ChartView struct {
	TimesMs   []float64   `json:"timesMs"`
	XIsTime   bool        `json:"xIsTime"`
	StepMs    float64     `json:"stepMs"`
	Lines     []Line      `json:"lines"`
	Axes      []ChartAxis `json:"axes"`
	Legend    Legend      `json:"legend"`
	Tooltip   Tooltip     `json:"tooltip"`
	Exemplars []Dot       `json:"exemplars"`
}

// Line is one series and how it is drawn.
type Line struct {
	Name        string            `json:"name"`
	RefID       string            `json:"refId"`
	Labels      map[string]string `json:"labels"`
	Values      []*float64        `json:"values"`
	Color       string            `json:"color"`
	Bands       []ColorBand       `json:"bands"` // where the colour follows the value; empty: Color
	Draw        string            `json:"draw"`  // "line", "bars", "points"
	Curve       string            `json:"curve"` // "linear", "smooth", "stepBefore", "stepAfter"
	Width       float64           `json:"width"`
	Dash        []float64         `json:"dash"`      // empty: solid
	Fill        float64           `json:"fill"`      // opacity, 0 to 1
	Gradient    string            `json:"gradient"`  // "none", "opacity", "hue", "scheme"
	FillBelow   string            `json:"fillBelow"` // name of the line down to which it is filled
	Points      string            `json:"points"`    // "auto", "always", "never"
	PointSize   float64           `json:"pointSize"`
	SpanGapsMs  *float64          `json:"spanGapsMs"` // gaps up to this are drawn over; null: none, negative: all
	Stack       string            `json:"stack"`      // group of lines that are stacked, "" for none
	StackMode   string            `json:"stackMode"`  // "normal", "percent"
	BarAlign    int               `json:"barAlign"`   // -1, 0, 1
	BarWidth    float64           `json:"barWidth"`   // share of the step
	BarMaxPx    float64           `json:"barMaxPx"`   // the widest bar; 0: as wide as that
	Symbol      string            `json:"symbol"`     // of points: "circle", "square", "triangle", "diamond", "cross", "plus", "star"
	ShowValues  bool              `json:"showValues"` // beside its points, where there is room
	Axis        int               `json:"axis"`       // index into Axes
	HideLegend  bool              `json:"hideLegend"`
	HideTooltip bool              `json:"hideTooltip"`
	Hidden      bool              `json:"hidden"` // not drawn
	Off         bool              `json:"off"`    // not drawn until its name in the legend is clicked
	Format      Format            `json:"format"`
	Calcs       []Shown           `json:"calcs"` // in the order of Legend.Calcs
	Links       []PanelLink       `json:"links"` // ${__value.time} and the like are left for the browser to fill
}

// ColorBand is the colour of values from From on.
type ColorBand struct {
	From  *float64 `json:"from"` // null: minus infinity
	Color string   `json:"color"`
}

// ChartAxis is a scale of values at a side of a chart.
type ChartAxis struct {
	Side           string      `json:"side"` // "left", "right", "hidden"
	Label          string      `json:"label"`
	Format         Format      `json:"format"`
	Min            *float64    `json:"min"`
	Max            *float64    `json:"max"`
	SoftMin        *float64    `json:"softMin"`
	SoftMax        *float64    `json:"softMax"`
	Scale          string      `json:"scale"` // "linear", "log", "symlog"
	LogBase        float64     `json:"logBase"`
	LinearBelow    float64     `json:"linearBelow"` // of symlog
	Centered       bool        `json:"centered"`    // zero in the middle
	Grid           bool        `json:"grid"`
	Border         bool        `json:"border"`
	WidthPx        float64     `json:"widthPx"` // 0: as needed
	SeriesColor    bool        `json:"seriesColor"`
	Thresholds     []ColorBand `json:"thresholds"`
	ThresholdStyle string      `json:"thresholdStyle"` // "off", "line", "dashed", "area", "line+area", "dashed+area"
}

// Legend says where the names of series stand.
type Legend struct {
	Shown     bool     `json:"shown"`
	Mode      string   `json:"mode"` // "list", "table"
	Placement string   `json:"placement"`
	Width     float64  `json:"width"` // pixels of a legend at the right, 0: as needed
	Calcs     []string `json:"calcs"` // names of the columns: "Mean", "Last *"
	SortBy    string   `json:"sortBy"`
	SortDesc  bool     `json:"sortDesc"`
	Limit     int      `json:"limit"` // how many are named until a reader asks for all, 0: all
}

// Tooltip says what a pointer shows.
type Tooltip struct {
	Mode      string  `json:"mode"` // "single", "multi", "none"
	Sort      string  `json:"sort"` // "none", "asc", "desc"
	HideZeros bool    `json:"hideZeros"`
	MaxWidth  float64 `json:"maxWidth"`
	MaxHeight float64 `json:"maxHeight"`
	WithinPx  float64 `json:"withinPx"` // a pointer farther than so many pixels from every point shows nothing; 0: any distance
}

// Dot is an exemplar: one request behind a point.
type Dot struct {
	AtMs    float64           `json:"atMs"`
	Value   float64           `json:"value"`
	TraceID string            `json:"traceId"`
	Line    string            `json:"line"` // name of the series
	Labels  map[string]string `json:"labels"`
}

// HistogramView is counts of values by bucket.
type HistogramView struct {
	From    []float64 `json:"from"` // lower bounds of the buckets, one for all lines
	To      []float64 `json:"to"`
	Format  Format    `json:"format"`
	Lines   []Line    `json:"lines"` // counts by bucket
	Stacked bool      `json:"stacked"`
	Legend  Legend    `json:"legend"`
	Tooltip Tooltip   `json:"tooltip"`
}

// HeatmapView is counts over time and value: Counts[y][x].
type HeatmapView struct {
	TimesMs     []float64    `json:"timesMs"` // begin of each column
	StepMs      float64      `json:"stepMs"`
	Edges       []float64    `json:"edges"` // bounds of the rows, one more than rows; empty where rows have names only
	Names       []string     `json:"names"` // of the rows, from the lowest
	Log         bool         `json:"log"`
	Format      Format       `json:"format"` // of values
	Counts      [][]*float64 `json:"counts"`
	CountFormat Format       `json:"countFormat"`
	CountName   string       `json:"countName"` // what the tooltip calls them, "" for nothing
	CountMin    float64      `json:"countMin"`
	CountMax    float64      `json:"countMax"`
	Colors      []string     `json:"colors"`  // from few to many
	Reverse     bool         `json:"reverse"` // the lowest row on top
	AxisRight   bool         `json:"axisRight"`
	AxisHidden  bool         `json:"axisHidden"`
	AxisWidthPx float64      `json:"axisWidthPx"` // 0: as its words need
	AxisLabel   string       `json:"axisLabel"`
	ShowLegend  bool         `json:"showLegend"`
	ShowValues  bool         `json:"showValues"`
	GapPx       float64      `json:"gapPx"`
	RadiusPx    float64      `json:"radiusPx"` // of the corners of a cell
	Tooltip     Tooltip      `json:"tooltip"`
	TipColumn   bool         `json:"tipColumn"` // the tooltip shows all counts of its column as bars
	TipScale    bool         `json:"tipScale"`  // and the scale of colours
	Exemplars   []Dot        `json:"exemplars"`
	// Links are those of each row, in the order of Counts; ${__value.raw} and the like are
	// left for the browser. Empty where there are none.
	Links [][]PanelLink `json:"links"`
}
