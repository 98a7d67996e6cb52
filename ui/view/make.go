package view

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
)

// maker is one panel being made.
type maker struct {
	panel   *grafana.Panel
	env     *Env
	theme   *theme
	options options
	notes   []payload.ViewNote
	hidden  map[string]bool // refIds of queries that are not shown
	steps   []payload.DataStep
	// patterns are those that were read; some may take too long
	patterns []named
}

// Make says what a panel shows of the frames that its queries gave.
func Make(panel *grafana.Panel, frames []frame.Frame, env Env) payload.PanelView {
	m := &maker{panel: panel, env: &env, theme: newTheme(env.Light), options: readOptions(panel.Options), notes: append([]payload.ViewNote{}, env.Notes...), steps: []payload.DataStep{}}
	v := payload.PanelView{Title: env.fill(panel.Title), FromMs: env.FromMs, ToMs: env.ToMs, Zones: m.zones(), Queries: env.Queries}
	if v.Queries == nil {
		v.Queries = []payload.QueryNote{}
	}
	came := slices.ContainsFunc(frames, func(f frame.Frame) bool { return f.Rows() > 0 })
	frames = m.transform(frames)
	m.draw(&v, frames)
	m.slowPatterns()
	v.Notes, v.Steps = m.notes, m.steps
	if v.Empty == "" && v.Kind != "nothing" {
		v.Empty = m.empty(&v, frames)
		if v.Empty == noData && came {
			v.Empty = "The queries have data, of which the transformations leave nothing. Look at them in the panel's editor, where each says what goes in and what comes out."
		}
	}
	return v
}

// zones are those of the panel's own time axis; one that is not known is said.
func (m *maker) zones() []string {
	out := []string{}
	for _, z := range m.options.texts("timezone") {
		if _, err := time.LoadLocation(strings.Replace(z, "utc", "UTC", 1)); err != nil && z != "browser" {
			m.warn("the time zone %q of its axis is not known", z)
			continue
		}
		out = append(out, z)
	}
	return out
}

// draw picks the maker of the panel's type.
func (m *maker) draw(v *payload.PanelView, frames []frame.Frame) {
	kind := m.panel.Type
	if m.env.Table && kind != "text" && kind != "row" {
		kind = "table"
	}
	m.sayUnheeded()
	switch kind {
	case "timeseries":
		v.Kind, v.Chart = "timeseries", m.chart(frames)
	case "trend", "xychart":
		v.Kind, v.Chart = "timeseries", m.trend(frames)
	case "barchart":
		v.Kind, v.Bars = "bars", m.barchart(frames)
	case "stat", "gauge", "bargauge":
		v.Kind, v.Stats = kind, m.stats(frames)
	case "piechart":
		v.Kind, v.Pie = "pie", m.pie(frames)
	case "table":
		v.Kind, v.Table = "table", m.table(frames)
	case "histogram":
		v.Kind, v.Histogram = "histogram", m.histogram(frames)
	case "heatmap":
		v.Kind, v.Heatmap = "heatmap", m.heatmap(frames)
	case "state-timeline", "status-history":
		v.Kind, v.States = "statetimeline", m.states(frames)
	case "nodeGraph":
		v.Kind, v.Graph = "graph", m.graph(frames)
	case "traces":
		v.Kind, v.Traces = "traces", m.traces(frames)
	case "text":
		v.Kind, v.Text = "text", m.text()
	case "row":
		v.Kind = "nothing"
	default:
		v.Kind = "nothing"
		v.Empty = m.unknownKind()
	}
}

// unknownKind says what can be done about a panel of a type that is not drawn; that it
// is not known was listed when the file was read.
func (m *maker) unknownKind() string {
	switch {
	case m.panel.Type == "":
		return "This panel is one of a library, which is not in the dashboard's file. Export the dashboard with its library panels."
	case len(m.panel.Targets) == 0:
		return fmt.Sprintf("Panels of the type %q are not known here. This one asks no data source.", m.panel.Type)
	}
	return fmt.Sprintf("Panels of the type %q are not known here. Its data can be seen as a table (menu, Inspect).", m.panel.Type)
}

const noData = "No data in this time range: widen it, send a request, or look at the query in Explore."

// empty says why there is nothing to draw; "" if there is something.
func (m *maker) empty(v *payload.PanelView, frames []frame.Frame) string {
	if v.Kind == "text" {
		return ""
	}
	for _, q := range v.Queries {
		if q.Error != "" {
			return "" // the query's own error says it
		}
	}
	if v.Stats != nil && len(v.Stats.Values) > 0 {
		return ""
	}
	for i := range frames {
		if frames[i].Rows() > 0 {
			return undrawable(v)
		}
	}
	if text := m.panel.Field.Defaults.NoValue; text != nil && *text != "" {
		return m.env.fill(*text)
	}
	if len(m.panel.Targets) == 0 {
		return "This panel has no query yet. Edit it and add one."
	}
	return noData
}

// undrawable says why there is data and nothing to draw of it; "" if there is something.
func undrawable(v *payload.PanelView) string {
	switch {
	case v.Chart != nil && len(v.Chart.Lines) == 0 && v.Chart.XIsTime:
		return "The data has no column of times beside numbers, which a time series needs. Show it as a table or as a stat, or ask for a range."
	case v.Chart != nil && len(v.Chart.Lines) == 0:
		return "The data has fewer than two columns of numbers, of which one is drawn over the other. Show it as a table."
	case v.States != nil && len(v.States.Rows) == 0:
		return "The data has no column of times, which a state timeline needs. Show it as a table, or ask for a range."
	case v.Bars != nil && len(v.Bars.Series) == 0:
		return "The data has no column of texts or times beside numbers, which a bar chart needs. Show it as a table."
	case v.Pie != nil && !slices.ContainsFunc(v.Pie.Slices, func(s payload.Slice) bool { return part(s.Value) > 0 }):
		return "The data has no numbers above nought, of which a pie shows the shares. Show it as a table."
	case v.Graph != nil && len(v.Graph.Nodes) == 0:
		return "The data has no column of nodes (id) or of edges (id, source, target), which a node graph needs. Show it as a table."
	case v.Stats != nil && len(v.Stats.Values) == 0:
		return "The data has no numbers. Choose its fields in the panel's value options, or show it as a table."
	}
	return ""
}
