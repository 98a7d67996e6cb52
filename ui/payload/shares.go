package payload

// PieView is the shares that values have of their sum.
type PieView struct {
	Slices  []Slice  `json:"slices"` // in the order in which they are drawn
	Donut   bool     `json:"donut"`
	Labels  []string `json:"labels"` // what stands on a slice: "name", "value", "percent"
	Legend  Legend   `json:"legend"`
	Tooltip Tooltip  `json:"tooltip"`
}

// Slice is one share.
type Slice struct {
	Name       string      `json:"name"`
	Value      Shown       `json:"value"`
	Percent    Shown       `json:"percent"`
	HideLegend bool        `json:"hideLegend"`
	Off        bool        `json:"off"` // not drawn until its name in the legend is clicked
	Links      []PanelLink `json:"links"`
}

// BarsView is bars of one or several series for each of some names.
type BarsView struct {
	Names  []string    `json:"names"`
	Series []BarSeries `json:"series"`
	// "auto" (as the panel's shape has it), "horizontal", "vertical"
	Orientation string     `json:"orientation"`
	Stacking    string     `json:"stacking"`    // "none", "normal", "percent"
	ShowValue   string     `json:"showValue"`   // "auto" (where there is room), "always", "never"
	GroupWidth  float64    `json:"groupWidth"`  // share of a name's place that its bars take
	BarWidth    float64    `json:"barWidth"`    // share of a bar's place
	BarRadius   float64    `json:"barRadius"`   // 0 to 0.5 of a bar's width
	Whole       bool       `json:"whole"`       // all of a name's place is lit under the pointer
	TickTurn    float64    `json:"tickTurn"`    // degrees by which names are turned
	TickLength  int        `json:"tickLength"`  // letters of a name; 0: as many as fit
	TickSpacing float64    `json:"tickSpacing"` // pixels between names at least; 0: all of them; below nought: from the end
	ValueSize   float64    `json:"valueSize"`   // pixels; 0: as fits
	Axis        *ChartAxis `json:"axis"`        // of the first series
	Legend      Legend     `json:"legend"`
	Tooltip     Tooltip    `json:"tooltip"`
	Cut         int        `json:"cut"` // names that were left out because there are too many
}

// BarSeries is one series of bars, in the order of the names.
type BarSeries struct {
	Name        string        `json:"name"`
	Color       string        `json:"color"`
	Fill        float64       `json:"fill"`     // opacity, 0 to 1
	Width       float64       `json:"width"`    // of a bar's border
	Gradient    string        `json:"gradient"` // "none", "opacity", "hue": along the axis
	Bars        []Shown       `json:"bars"`     // each with the colour that it is drawn in
	Links       [][]PanelLink `json:"links"`    // of each bar; empty where the series has none
	Calcs       []Shown       `json:"calcs"`
	HideLegend  bool          `json:"hideLegend"`
	Off         bool          `json:"off"` // not drawn until its name in the legend is clicked
	HideTooltip bool          `json:"hideTooltip"`
}
