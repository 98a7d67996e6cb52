package payload

import "encoding/json"

// PanelView is what a panel shows. Kind says which of the parts is there.
type PanelView struct {
	Kind     string      `json:"kind"` // "timeseries", "stat", "gauge", "bargauge", "histogram", "heatmap", "table", "statetimeline", "graph", "traces", "text", "pie", "bars", "nothing"
	Title    string      `json:"title"`
	FromMs   float64     `json:"fromMs"`
	ToMs     float64     `json:"toMs"`
	TimeInfo string      `json:"timeInfo"` // of a panel with a range of its own: "Last 1 hour"
	Zones    []string    `json:"zones"`    // of its time axis, if the panel says so: "utc", "Europe/Zurich"; "" is the page's
	Queries  []QueryNote `json:"queries"`
	Notes    []ViewNote  `json:"notes"`
	Empty    string      `json:"empty"` // why there is nothing to draw, and the next step; "" if there is
	Steps    []DataStep  `json:"steps"` // what each transformation is given, and last what they leave; empty unless asked for

	Chart     *ChartView     `json:"chart"`
	Stats     *StatsView     `json:"stats"` // of stat, gauge and bargauge
	Histogram *HistogramView `json:"histogram"`
	Heatmap   *HeatmapView   `json:"heatmap"`
	Table     *TableView     `json:"table"`
	States    *StatesView    `json:"states"`
	Graph     *GraphView     `json:"graph"`
	Traces    *TracesView    `json:"traces"`
	Text      *TextView      `json:"text"`
	Pie       *PieView       `json:"pie"`
	Bars      *BarsView      `json:"bars"`
}

// DataStep is what a panel's data is before one of its transformations.
type DataStep struct {
	Frames int         `json:"frames"`
	Rows   int         `json:"rows"` // of all frames
	Fields []StepField `json:"fields"`
	Cut    int         `json:"cut"`    // fields that were left out because there are too many
	Labels []string    `json:"labels"` // names of labels
	Refs   []string    `json:"refs"`   // of the queries whose data is there
	Says   []string    `json:"says"`   // what the transformation behind it has to say
}

// StepField is a field by the name that transformations know it by.
type StepField struct {
	Name string   `json:"name"`
	Kind string   `json:"kind"` // "time", "number", "text", "bool"
	Refs []string `json:"refs"` // of the queries that have it
}

// QueryNote is one query as it was sent, and what came of it.
type QueryNote struct {
	RefID   string  `json:"refId"`
	Source  string  `json:"source"` // name of the data source
	Type    string  `json:"type"`   // "prometheus", "tempo"
	Expr    string  `json:"expr"`   // variables filled
	StepMs  float64 `json:"stepMs"` // 0 for an instant query
	Series  int     `json:"series"`
	TookMs  float64 `json:"tookMs"`
	Shared  bool    `json:"shared"` // another panel had asked the same
	Error   string  `json:"error"`
	Hint    string  `json:"hint"`
	Explore string  `json:"explore"` // address of the same query in Explore, below the page's root
}

// ViewNote is something that the reader of a panel has to know.
type ViewNote struct {
	Level string `json:"level"` // "info", "warn", "error"
	Text  string `json:"text"`
}

// Format writes numbers of one unit, by these rules (Go: ui/units, browser:
// lib/units.ts; both are held against the same table):
//   - "scaled": the last scale whose From is not above the absolute value is taken,
//     the value divided by Divide, Prefix written before and Suffix behind. (The first
//     scale is from 0.) Layout "seconds": see ui/units.
//   - "currency": as scaled, with a minus sign before the prefix
//   - "locale": thousands apart; Layout "financial" keeps its decimals
//   - "text": as it is; "hex": base 16; "scientific": with an exponent
//   - "datetime": Layout as moment.js has it, "A|B" takes B today, "fromNow"
//   - "clock": Layout is the unit; "bool": Layout is "Yes/No"
type Format struct {
	Unit     string  `json:"unit"` // Grafana's id
	Kind     string  `json:"kind"` // "scaled", "plain", "text", "datetime", "clock", "hex", "scientific", "bool"
	Prefix   string  `json:"prefix"`
	Scales   []Scale `json:"scales"`
	Decimals *int    `json:"decimals"` // null: as many as the value needs
	Layout   string  `json:"layout"`   // of a datetime
	Words    []Word  `json:"words"`    // value mappings, the first that fits wins
	NoValue  string  `json:"noValue"`
}

// Scale is one step of a unit: 1000 ms are 1 s.
type Scale struct {
	From   float64 `json:"from"`
	Divide float64 `json:"divide"`
	Suffix string  `json:"suffix"`
}

// Word is what stands for values from From to To.
type Word struct {
	From    *float64 `json:"from"`
	To      *float64 `json:"to"`
	Missing bool     `json:"missing"` // it stands for no value
	Text    string   `json:"text"`
	Color   string   `json:"color"` // "" keeps the field's
}

// Shown is a value as it is written.
type Shown struct {
	Number *float64 `json:"number"`
	Text   string   `json:"text"`
	Prefix string   `json:"prefix"`
	Suffix string   `json:"suffix"` // with its space: " ms"
	Color  string   `json:"color"`  // #rrggbb for the theme that was asked
	Href   string   `json:"href"`
}

// StatsView is single values: numbers, gauges or bars.
type StatsView struct {
	Values      []Stat  `json:"values"`
	Orientation string  `json:"orientation"` // "auto", "horizontal", "vertical"
	TextMode    string  `json:"textMode"`    // "auto", "value", "value_and_name", "name", "none"
	ColorMode   string  `json:"colorMode"`   // "none", "value", "background", "background_solid"
	GraphMode   string  `json:"graphMode"`   // "none", "area"
	Justify     string  `json:"justify"`     // "auto", "center"
	Wide        bool    `json:"wide"`
	ShowChange  bool    `json:"showChange"`
	ChangeColor string  `json:"changeColor"` // "standard", "inverted", "same_as_value"
	ValueSize   float64 `json:"valueSize"`   // 0: as fits
	TitleSize   float64 `json:"titleSize"`
	// of gauges
	MarkThresholds  bool    `json:"markThresholds"` // the ring of threshold colours
	LabelThresholds bool    `json:"labelThresholds"`
	MinWidth        float64 `json:"minWidth"`
	MinHeight       float64 `json:"minHeight"`
	MaxHeight       float64 `json:"maxHeight"` // of one of many bars; 0: as fits
	Ring            Ring    `json:"ring"`
	// of bar gauges
	Display   string `json:"display"` // "basic", "gradient", "lcd"
	Unfilled  bool   `json:"unfilled"`
	NamePlace string `json:"namePlace"` // "auto", "top", "left", "hidden"
	ValueMode string `json:"valueMode"` // "color", "text", "hidden"
	Legend    Legend `json:"legend"`
}

// Ring is how the ring of a gauge looks.
type Ring struct {
	Circle   bool    `json:"circle"`   // closed; else it is open below
	Width    float64 `json:"width"`    // share of the widest, 0.5 as usual
	Round    bool    `json:"round"`    // its ends
	Segments int     `json:"segments"` // 1: whole
	Gap      float64 `json:"gap"`      // share of a segment that is left free
	Spark    bool    `json:"spark"`    // the course of values is within it
}

// Stat is one value with what stands around it.
type Stat struct {
	Name    string      `json:"name"`
	Value   Shown       `json:"value"`
	Change  *float64    `json:"change"` // share by which it changed over the range
	Min     float64     `json:"min"`
	Max     float64     `json:"max"`
	Neutral *float64    `json:"neutral"` // from which its ring goes; nil: from the least
	MinText string      `json:"minText"`
	MaxText string      `json:"maxText"`
	Bands   []ColorBand `json:"bands"`
	TimesMs []float64   `json:"timesMs"` // of its small chart
	Values  []*float64  `json:"values"`
	Links   []PanelLink `json:"links"`
	Format  Format      `json:"format"`
}

// TableView is rows and columns.
type TableView struct {
	Columns    []Column  `json:"columns"`
	Rows       [][]Shown `json:"rows"`
	Frames     []string  `json:"frames"` // where there are several tables: their names
	Frame      int       `json:"frame"`  // that is shown
	ShowHeader bool      `json:"showHeader"`
	CellHeight string    `json:"cellHeight"` // "sm", "md", "lg"
	Footer     []Shown   `json:"footer"`     // empty for none
	SortBy     string    `json:"sortBy"`
	SortDesc   bool      `json:"sortDesc"`
	PageSize   int       `json:"pageSize"` // 0: no pages
	Cut        int       `json:"cut"`      // rows that were left out because there are too many
	// Nested are the tables below the rows, one for each of Rows; empty where rows have none.
	Nested []TableView `json:"nested"`
	Frozen int         `json:"frozen"` // columns at the left that stay while the table scrolls sideways
}

// Column is a column of a table.
type Column struct {
	Name      string       `json:"name"`
	Kind      string       `json:"kind"`  // "time", "number", "text", "bool"
	Align     string       `json:"align"` // "left", "center", "right"
	Width     float64      `json:"width"` // 0: shared
	MinWidth  float64      `json:"minWidth"`
	Hidden    bool         `json:"hidden"`
	Filter    bool         `json:"filter"`
	Wrap      bool         `json:"wrap"`
	Cell      string       `json:"cell"` // "text", "colour-text", "colour-background", "gauge", "sparkline", "json", "link", "image"
	Min       float64      `json:"min"`  // of gauges
	Max       float64      `json:"max"`
	Untitled  bool         `json:"untitled"`  // its header is not shown
	Unsorted  bool         `json:"unsorted"`  // a reader does not sort by it
	WrapHead  bool         `json:"wrapHead"`  // its header takes several lines
	Gradient  bool         `json:"gradient"`  // of a coloured ground; of a gauge "gradient"
	Lcd       bool         `json:"lcd"`       // of a gauge: cells
	ValueMode string       `json:"valueMode"` // of gauges and sparklines: "color", "text", "hidden"
	Trends    [][]*float64 `json:"trends"`    // of each row, in the order of Rows: its small chart; empty for none
	WholeRow  bool         `json:"wholeRow"`  // its ground is that of the whole row
	// Tips are what a pointer shows of each cell, in the order of Rows; empty where it is the cell's own text.
	Tips []string `json:"tips"`
	// Links are those of each row, in the order of Rows; empty where the column has none.
	Links [][]PanelLink `json:"links"`
}

// StatesView is a band of states over time for each series.
type StatesView struct {
	Rows      []StateRow `json:"rows"`
	RowHeight float64    `json:"rowHeight"` // share of the place that a row fills
	ColWidth  float64    `json:"colWidth"`  // share of its time that a state fills
	ShowValue string     `json:"showValue"` // "auto", "always", "never"
	Align     string     `json:"align"`
	PerPage   int        `json:"perPage"` // rows; 0: all of them
	Width     float64    `json:"width"`
	Fill      float64    `json:"fill"`
	Legend    Legend     `json:"legend"`
	Entries   []Shown    `json:"entries"` // of the legend
	Tooltip   Tooltip    `json:"tooltip"`
}

// StateRow is one series of states.
type StateRow struct {
	Name   string  `json:"name"`
	States []State `json:"states"`
	// Links are those of each state, in the order of States; empty where there are none.
	Links [][]PanelLink `json:"links"`
}

// State lasts from FromMs to ToMs.
type State struct {
	FromMs float64 `json:"fromMs"`
	ToMs   float64 `json:"toMs"`
	Value  Shown   `json:"value"`
}

// TracesView is one trace, or a list of traces.
type TracesView struct {
	TraceID string       `json:"traceId"` // of the one trace, "" for a list
	Source  string       `json:"source"`  // uid of the data source
	Traces  []TraceBrief `json:"traces"`
}

// TextView is words; HTML and markdown are made safe by the browser before they
// are shown.
type TextView struct {
	Mode     string          `json:"mode"`    // "html", "markdown", "code"
	Content  string          `json:"content"` // variables filled
	Language string          `json:"language"`
	Numbered bool            `json:"numbered"` // the lines of a code
	Options  json.RawMessage `json:"options"`
}
