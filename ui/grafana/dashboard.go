package grafana

import "encoding/json"

// Dashboard is a dashboard file. Panels inside collapsed rows are in Panels as
// well, behind their row, with Panel.Row set.
type Dashboard struct {
	UID         string
	Title       string
	Description string
	Tags        []string
	Editable    bool
	Version     int
	From, To    string // "now-3h", "now"
	Refresh     string // "5s", "" is off
	Timezone    string // "", "browser", "utc" or a zone's name
	Tooltip     int    // graphTooltip: 0 own, 1 shared crosshair, 2 shared tooltip
	Variables   []Variable
	Annotations []Annotation
	Links       []Link
	Panels      []Panel
	Unknown     []string        // what the file asks for and nobody here knows
	Saved       Saved           // of one that was saved on this page
	JSON        json.RawMessage // the file as it is
}

// Saved says who saved a dashboard last, when and why.
type Saved struct {
	By      string
	AtMs    float64
	Message string
}

// Panel is one panel or row.
type Panel struct {
	ID              int
	Type            string
	Title           string
	Description     string
	Transparent     bool
	X, Y, W, H      int // of a grid 24 wide
	Row             int // id of the row that it belongs to, 0 for none
	Collapsed       bool
	Repeat          string // name of a variable
	RepeatDirection string // "h" or "v"
	MaxPerRow       int
	Links           []Link
	Source          SourceRef
	Targets         []Target
	Field           FieldConfig
	Options         json.RawMessage // as the panel's type has them; read by ui/view
	Transformations []Transformation
	Interval        string // lowest step
	MaxDataPoints   int    // 0: the panel's width
	TimeFrom        string // the panel's own range: "1h"
	TimeShift       string
	HideTimeInfo    bool
	TimeCompare     string // another time beside it: "1d" before
	Unknown         []string
	JSON            json.RawMessage
}

// SourceRef names a data source by uid, name or variable; an empty one is the
// default.
type SourceRef struct {
	Type string `json:"type"`
	UID  string `json:"uid"`
}

// Target is one query of a panel.
type Target struct {
	RefID  string
	Hide   bool
	Source SourceRef
	JSON   json.RawMessage // all of it, as the data source's type has it; read by ui/query
}

// FieldConfig says how values are shown.
type FieldConfig struct {
	Defaults  FieldOptions
	Overrides []Override
}

// FieldOptions are the options of one field. A nil pointer is an option that is
// not set.
type FieldOptions struct {
	Unit        *string         `json:"unit"`
	Decimals    *int            `json:"decimals"`
	Min         *float64        `json:"min"`
	Max         *float64        `json:"max"`
	DisplayName *string         `json:"displayName"`
	NoValue     *string         `json:"noValue"`
	Color       *Color          `json:"color"`
	Mappings    []Mapping       `json:"mappings"`
	Thresholds  *Thresholds     `json:"thresholds"`
	Links       []Link          `json:"links"`
	OwnRange    bool            `json:"fieldMinMax"` // bounds that are not given are of the field's own values, not of all fields'
	Custom      json.RawMessage `json:"custom"`      // of the panel's type
}

// Color says where a field's colour comes from.
type Color struct {
	Mode       string `json:"mode"` // "palette-classic", "thresholds", "fixed", "shades", "continuous-GrYlRd", ...
	FixedColor string `json:"fixedColor"`
	SeriesBy   string `json:"seriesBy"` // "last", "min", "max"
}

// Thresholds split values into coloured steps; the first step has no value.
type Thresholds struct {
	Mode  string `json:"mode"` // "absolute", "percentage"
	Steps []Step `json:"steps"`
}

// Step begins at Value (nil: minus infinity).
type Step struct {
	Color string   `json:"color"`
	Value *float64 `json:"value"`
}

// Mapping writes something else for certain values; Options depends on Type.
type Mapping struct {
	Type    string          `json:"type"` // "value", "range", "regex", "special"
	Options json.RawMessage `json:"options"`
}

// Override sets options of the fields that Matcher finds.
type Override struct {
	Matcher    Matcher    `json:"matcher"`
	Properties []Property `json:"properties"`
}

// Matcher finds fields.
type Matcher struct {
	ID      string          `json:"id"` // "byName", "byRegexp", "byType", "byFrameRefID", "byValue"
	Options json.RawMessage `json:"options"`
}

// Property is one option, "unit" or "custom.lineWidth".
type Property struct {
	ID    string          `json:"id"`
	Value json.RawMessage `json:"value"`
}

// Transformation changes frames before they are drawn.
type Transformation struct {
	ID       string          `json:"id"`
	Disabled bool            `json:"disabled"`
	Options  json.RawMessage `json:"options"`
	Filter   *Matcher        `json:"filter"`
}

// Variable is a variable of the dashboard.
type Variable struct {
	Name        string
	Label       string
	Description string
	Type        string // "query", "custom", "constant", "interval", "textbox", "datasource", "adhoc"
	Hide        int    // 0 shown, 1 without label, 2 hidden
	Multi       bool
	IncludeAll  bool
	AllValue    string
	AllowCustom bool
	Source      SourceRef
	Query       json.RawMessage // text or an object, as the type has it
	Regex       string
	Sort        int
	Refresh     int      // 0 never, 1 on load, 2 on change of the time range
	Current     []string // values; "$__all" stands for all
	Options     []Option // of a custom or interval variable
	JSON        json.RawMessage
}

// Option is one value that a variable may have.
type Option struct {
	Text     string
	Value    string
	Selected bool
}

// Annotation is a query for marks on the time axis.
type Annotation struct {
	Name    string
	Enabled bool
	Hidden  bool // no switch for it
	BuiltIn bool
	Color   string
	Source  SourceRef
	JSON    json.RawMessage
}

// Link leads from a dashboard, a panel or a value elsewhere.
type Link struct {
	Title       string   `json:"title"`
	URL         string   `json:"url"`
	Type        string   `json:"type"` // "link", "dashboards"
	Icon        string   `json:"icon"`
	Tooltip     string   `json:"tooltip"`
	Tags        []string `json:"tags"`
	AsDropdown  bool     `json:"asDropdown"`
	TargetBlank bool     `json:"targetBlank"`
	KeepTime    bool     `json:"keepTime"`
	IncludeVars bool     `json:"includeVars"`
}
