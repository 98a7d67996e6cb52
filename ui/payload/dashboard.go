package payload

import "encoding/json"

// DashboardBrief is one line of the list of dashboards.
type DashboardBrief struct {
	UID         string   `json:"uid"`
	Title       string   `json:"title"`
	Folder      string   `json:"folder"`
	Tags        []string `json:"tags"`
	Provisioned bool     `json:"provisioned"` // from a file of the site, not from this page
	Home        bool     `json:"home"`
	Starred     bool     `json:"starred"`
}

// DashboardList is every dashboard of the site.
type DashboardList struct {
	Dashboards []DashboardBrief `json:"dashboards"`
	Problems   []string         `json:"problems"` // files that could not be read, and why
}

// Dashboard is a dashboard with its variables filled and its repeats laid out,
// for the variables, the range and the width that were asked for.
type Dashboard struct {
	UID         string           `json:"uid"`
	Slug        string           `json:"slug"` // the title as addresses have it
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Folder      string           `json:"folder"`
	Tags        []string         `json:"tags"`
	Home        bool             `json:"home"`
	Provisioned bool             `json:"provisioned"`
	CanSave     bool             `json:"canSave"` // this reader may save it at its place
	CanEdit     bool             `json:"canEdit"` // this reader may change it, and save a copy if not CanSave
	Version     int              `json:"version"`
	Saved       DashboardHistory `json:"saved"`
	From        string           `json:"from"` // the file's own range, "now-3h"
	To          string           `json:"to"`
	Refresh     string           `json:"refresh"`
	Timezone    string           `json:"timezone"`
	Tooltip     string           `json:"tooltip"` // "own", "crosshair", "tooltip": what a pointer on one chart shows on the others
	Variables   []Variable       `json:"variables"`
	Annotations []AnnotationKind `json:"annotations"`
	Links       []PanelLink      `json:"links"`
	Panels      []Panel          `json:"panels"`
	Problems    []string         `json:"problems"` // what the file asks for and this page does not know
}

// DashboardHistory says who saved a dashboard on this page last; all of it is empty
// for one that comes from a file.
type DashboardHistory struct {
	By      string  `json:"by"`
	AtMs    float64 `json:"atMs"`
	Message string  `json:"message"`
}

// Variable is a variable of a dashboard with its values as they are now.
type Variable struct {
	Name        string           `json:"name"`
	Label       string           `json:"label"`
	Description string           `json:"description"`
	Type        string           `json:"type"` // "query", "custom", "constant", "interval", "textbox", "datasource", "adhoc"
	Hide        string           `json:"hide"` // "", "label", "variable"
	Multi       bool             `json:"multi"`
	IncludeAll  bool             `json:"includeAll"`
	AllowCustom bool             `json:"allowCustom"`
	Current     []string         `json:"current"` // "$__all" stands for all
	Text        string           `json:"text"`    // what is chosen, in words
	Options     []VariableOption `json:"options"`
	Filters     []AdHocFilter    `json:"filters"` // of an adhoc variable
	Keys        []string         `json:"keys"`    // of an adhoc variable: the labels to choose from
	Problem     string           `json:"problem"` // why its values could not be had
	Late        bool             `json:"late"`    // its store is still at it: asking again soon may bring them
}

// VariableOption is a value to choose.
type VariableOption struct {
	Text  string `json:"text"`
	Value string `json:"value"`
}

// AdHocFilter is a condition on a label that holds for every query.
type AdHocFilter struct {
	Key      string `json:"key"`
	Operator string `json:"operator"` // "=", "!=", "=~", "!~"
	Value    string `json:"value"`
}

// AnnotationKind is a query for marks that can be switched on and off.
type AnnotationKind struct {
	Name    string `json:"name"`
	Enabled bool   `json:"enabled"`
	Hidden  bool   `json:"hidden"`
	Color   string `json:"color"`
	Panels  []int  `json:"panels"`  // ids of the panels that show them; empty: all
	Exclude bool   `json:"exclude"` // Panels are those that do not
}

// Mark is an annotation: a moment or a stretch of time on every time axis.
type Mark struct {
	Name  string   `json:"name"` // of its query
	Color string   `json:"color"`
	AtMs  float64  `json:"atMs"`
	EndMs *float64 `json:"endMs"`
	Title string   `json:"title"`
	Text  string   `json:"text"`
	Tags  []string `json:"tags"`
}

// Marks are the annotations of a range.
type Marks struct {
	Marks    []Mark        `json:"marks"`
	Problems []MarkProblem `json:"problems"`
}

// MarkProblem says why an annotation marks nothing, or not all.
type MarkProblem struct {
	Name string `json:"name"` // of the annotation
	Text string `json:"text"`
}

// Panel is a place on a dashboard and what is drawn there.
type Panel struct {
	Key         string            `json:"key"` // unique on the dashboard; a repeat has its own
	ID          int               `json:"id"`
	Type        string            `json:"type"` // Grafana's: "timeseries", "stat", "row", ...
	Title       string            `json:"title"`
	Description string            `json:"description"` // markdown, variables filled
	X           int               `json:"x"`           // of a grid 24 wide
	Y           int               `json:"y"`
	W           int               `json:"w"`
	H           int               `json:"h"`
	Row         string            `json:"row"` // key of the row that it belongs to, "" for none
	Collapsed   bool              `json:"collapsed"`
	Transparent bool              `json:"transparent"`
	Links       []PanelLink       `json:"links"`
	Scoped      map[string]string `json:"scoped"`   // values of variables that a repeat has fixed
	Asks        bool              `json:"asks"`     // it has queries, so it is asked for again at each refresh
	Sources     []string          `json:"sources"`  // names of the data sources that its queries ask
	Problems    []string          `json:"problems"` // what the file asks for and this page does not know
}

// PanelLink is a link with its variables filled.
type PanelLink struct {
	Title    string `json:"title"`
	URL      string `json:"url"`
	Tooltip  string `json:"tooltip"`
	Icon     string `json:"icon"`
	NewTab   bool   `json:"newTab"`
	Dropdown string `json:"dropdown"` // title of the menu that it is in, "" for none
}

// PanelQuestion asks for what one panel shows. Either a saved panel is named or,
// while it is edited, its JSON is given.
type PanelQuestion struct {
	Dashboard string              `json:"dashboard"` // uid
	Panel     int                 `json:"panel"`     // id
	Model     json.RawMessage     `json:"model"`     // Grafana's JSON of a panel that is not saved; null for a saved one. For marks: the "annotations" of a draft
	Variables json.RawMessage     `json:"variables"` // "templating" of a dashboard whose variables are not saved; null for those of Dashboard
	Vars      map[string][]string `json:"vars"`
	Filters   []AdHocFilter       `json:"filters"`
	Scoped    map[string]string   `json:"scoped"`
	From      string              `json:"from"` // as Grafana writes times
	To        string              `json:"to"`
	NowMs     float64             `json:"nowMs"` // what "now" is for the whole dashboard
	Width     int                 `json:"width"` // pixels
	Height    int                 `json:"height"`
	Light     bool                `json:"light"`
	UTC       bool                `json:"utc"`
	Zone      string              `json:"zone"`  // that of the page, "Europe/Berlin"; "" is the server's
	Frame     string              `json:"frame"` // of a table with several tables in it: which one, by its name; "" or one that is not there: the panel's own choice
	Table     bool                `json:"table"` // whatever its type: as a table, for "inspect data" and CSV
	Steps     bool                `json:"steps"` // say also what each transformation is given, for an editor
}

// DashboardDraft asks how a dashboard that is not saved looks; the answer is a
// Dashboard, as of a saved one.
type DashboardDraft struct {
	Model   json.RawMessage     `json:"model"` // Grafana's JSON
	Vars    map[string][]string `json:"vars"`
	Filters []AdHocFilter       `json:"filters"`
	From    string              `json:"from"`
	To      string              `json:"to"`
}

// Unit is a unit that an editor offers.
type Unit struct {
	ID    string `json:"id"` // Grafana's
	Name  string `json:"name"`
	Group string `json:"group"`
}

// Units are all of them, in the order in which they are shown.
type Units struct {
	Units []Unit `json:"units"`
}

// DashboardSave brings a dashboard to be kept.
type DashboardSave struct {
	Model   json.RawMessage `json:"model"`   // Grafana's JSON
	Version int             `json:"version"` // that was changed; another one by now is a conflict
	Message string          `json:"message"`
	Copy    bool            `json:"copy"` // keep it as a new one with a new uid
}

// DashboardSaved says where it is.
type DashboardSaved struct {
	UID     string `json:"uid"`
	Version int    `json:"version"`
}

// DashboardVersion is a dashboard as it was once saved.
type DashboardVersion struct {
	Version int              `json:"version"`
	Title   string           `json:"title"`
	Panels  int              `json:"panels"`
	Saved   DashboardHistory `json:"saved"`
}

// DashboardVersions are those of a dashboard that are kept, the one that is shown
// first, then back in time.
type DashboardVersions struct {
	UID         string             `json:"uid"`
	Title       string             `json:"title"`
	Provisioned bool               `json:"provisioned"` // it comes from a file, which this page keeps no versions of
	CanRestore  bool               `json:"canRestore"`
	Most        int                `json:"most"` // how many are kept; older ones are removed
	Versions    []DashboardVersion `json:"versions"`
	Problems    []string           `json:"problems"` // versions that could not be read
}

// DashboardRestore asks that a version is saved once more, as the newest.
type DashboardRestore struct {
	UID     string `json:"uid"`
	Version int    `json:"version"`
	Current int    `json:"current"` // the newest that the reader knows; another one by now is a conflict
}
