package grafana

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// fromElements turns a dashboard of schema 2 ("elements" and "layout") into the
// form that everything else reads.
func fromElements(spec map[string]any) (map[string]any, error) {
	v := &elements{all: part(spec, "elements")}
	layout := part(spec, "layout")
	if layout == nil {
		return nil, fmt.Errorf("a dashboard with elements but without a layout: it cannot be laid out")
	}
	if err := v.layout(layout, 0); err != nil {
		return nil, err
	}
	when := part(spec, "timeSettings")
	out := map[string]any{
		"uid": spec["uid"], "title": spec["title"], "description": spec["description"], "tags": spec["tags"], "links": spec["links"],
		"editable": spec["editable"], "panels": v.panels, "refresh": when["autoRefresh"], "timezone": when["timezone"],
		"time":         map[string]any{"from": when["from"], "to": when["to"]},
		"graphTooltip": map[string]float64{"Crosshair": 1, "Tooltip": 2}[word(spec, "cursorSync")],
	}
	var variables, annotations []any
	for _, e := range items(spec, "variables") {
		variables = append(variables, variableOf(e))
	}
	for _, e := range items(spec, "annotations") {
		s := maps.Clone(part(e, "spec"))
		if q := part(s, "query"); q != nil {
			s["datasource"] = sourceOf(s, q)
			maps.Copy(s, part(q, "spec"))
		}
		annotations = append(annotations, s)
	}
	out["templating"] = map[string]any{"list": variables}
	out["annotations"] = map[string]any{"list": annotations}
	return out, nil
}

// elements lays the parts of a layout below each other.
type elements struct {
	all    map[string]any
	panels []any
	y      float64
}

func (v *elements) layout(l map[string]any, depth int) error {
	spec := part(l, "spec")
	if depth > 5 {
		return fmt.Errorf("a dashboard whose layouts are nested deeper than 5 levels is not read")
	}
	switch kind := word(l, "kind"); kind {
	case "GridLayout":
		v.grid(items(spec, "items"))
	case "AutoGridLayout", "ResponsiveGridLayout":
		v.auto(spec)
	case "RowsLayout":
		return v.rows(items(spec, "rows"), depth)
	case "TabsLayout":
		return v.rows(items(spec, "tabs"), depth)
	default:
		return fmt.Errorf("the dashboard's layout %q is not known (GridLayout, AutoGridLayout, RowsLayout and TabsLayout are)", kind)
	}
	return nil
}

// rows are rows or tabs: each is a row with what is in it. Collapsed rows carry
// their panels.
func (v *elements) rows(list []map[string]any, depth int) error {
	for _, r := range list {
		spec := part(r, "spec")
		row := map[string]any{"type": "row", "title": word(spec, "title"), "collapsed": isSet(spec, "collapse"), "gridPos": grid(0, v.y, 24, 1)}
		repeatOf(row, spec)
		v.panels = append(v.panels, row)
		v.y++
		from := len(v.panels)
		if inner := part(spec, "layout"); inner != nil {
			if err := v.layout(inner, depth+1); err != nil {
				return err
			}
		}
		if isSet(spec, "collapse") {
			row["panels"] = slices.Clone(v.panels[from:])
			v.panels = v.panels[:from]
		}
	}
	return nil
}

func (v *elements) grid(list []map[string]any) {
	bottom := v.y
	for _, it := range list {
		spec := part(it, "spec")
		if word(it, "kind") == "GridLayoutRow" {
			row := map[string]any{"type": "row", "title": word(spec, "title"), "collapsed": isSet(spec, "collapsed"), "gridPos": grid(0, v.y+num(spec, "y"), 24, 1)}
			v.panels = append(v.panels, row)
			bottom = max(bottom, v.y+num(spec, "y")+1)
			continue
		}
		h := orNumber(spec["height"], 8)
		if p := v.element(spec); p != nil {
			p["gridPos"] = grid(num(spec, "x"), v.y+num(spec, "y"), orNumber(spec["width"], 12), h)
			v.panels = append(v.panels, p)
			bottom = max(bottom, v.y+num(spec, "y")+h)
		}
	}
	v.y = bottom
}

func (v *elements) auto(spec map[string]any) {
	const height = 8
	columns := min(12, max(1, orNumber(spec["maxColumnCount"], 3)))
	w := float64(int(24 / columns))
	n := 0
	for _, it := range items(spec, "items") {
		p := v.element(part(it, "spec"))
		if p == nil {
			continue
		}
		p["gridPos"] = grid(float64(n%int(columns))*w, v.y+float64(n/int(columns))*height, w, height)
		v.panels = append(v.panels, p)
		n++
	}
	v.y += float64((n+int(columns)-1)/int(columns)) * height
}

func repeatOf(out, spec map[string]any) {
	if r := part(spec, "repeat"); r != nil {
		out["repeat"], out["repeatDirection"], out["maxPerRow"] = r["value"], r["direction"], r["maxPerRow"]
	}
}

// element is the panel that an item of a layout names.
func (v *elements) element(item map[string]any) map[string]any {
	name := word(part(item, "element"), "name")
	e := part(v.all, name)
	if e == nil {
		return nil
	}
	spec := part(e, "spec")
	viz := part(spec, "vizConfig")
	vizSpec := part(viz, "spec")
	p := map[string]any{
		"id": spec["id"], "title": spec["title"], "description": spec["description"], "links": spec["links"], "transparent": spec["transparent"],
		"type": orElse(word(viz, "group"), word(viz, "kind")), "options": vizSpec["options"], "fieldConfig": vizSpec["fieldConfig"],
	}
	if word(e, "kind") == "LibraryPanel" {
		p["libraryPanel"] = spec["libraryPanel"]
		delete(p, "type")
	}
	repeatOf(p, item)
	data := part(part(spec, "data"), "spec")
	var targets []any
	for _, q := range items(data, "queries") {
		targets = append(targets, targetOf(part(q, "spec")))
	}
	p["targets"] = targets
	var changes []any
	for _, t := range items(data, "transformations") {
		change := maps.Clone(part(t, "spec"))
		if change == nil {
			change = map[string]any{}
		}
		if id := orElse(word(t, "group"), word(t, "kind")); change["id"] == nil && id != "Transformation" {
			change["id"] = id
		}
		changes = append(changes, change)
	}
	p["transformations"] = changes
	for k, value := range part(data, "queryOptions") {
		p[k] = value
	}
	return p
}

func targetOf(spec map[string]any) map[string]any {
	query := part(spec, "query")
	t := maps.Clone(part(query, "spec"))
	if t == nil {
		t = map[string]any{}
	}
	t["refId"], t["hide"], t["datasource"] = spec["refId"], spec["hidden"], sourceOf(spec, query)
	return t
}

// sourceOf reads both forms of a data source: the query's own, and the one beside it.
func sourceOf(spec, query map[string]any) any {
	kind := word(query, "group")
	if kind == "" {
		kind = word(query, "kind")
	}
	for _, holder := range []map[string]any{query, spec} {
		if ds := part(holder, "datasource"); ds != nil {
			return map[string]any{"uid": orElse(word(ds, "uid"), word(ds, "name")), "type": orElse(word(ds, "type"), kind)}
		}
	}
	return map[string]any{"type": kind}
}

// variableOf turns {"kind": "QueryVariable", "spec": ...} into a variable.
func variableOf(e map[string]any) map[string]any {
	spec := maps.Clone(part(e, "spec"))
	if spec == nil {
		spec = map[string]any{}
	}
	kind := strings.TrimSuffix(word(e, "kind"), "Variable")
	types := map[string]string{"Query": "query", "Custom": "custom", "Constant": "constant", "Interval": "interval", "Text": "textbox", "Datasource": "datasource", "Adhoc": "adhoc", "GroupBy": "groupby"}
	spec["type"] = orElse(types[kind], kind)
	spec["hide"] = map[string]float64{"hideLabel": 1, "hideVariable": 2}[word(spec, "hide")]
	spec["refresh"] = map[string]float64{"onDashboardLoad": 1, "onTimeRangeChanged": 2}[word(spec, "refresh")]
	spec["sort"] = map[string]float64{"alphabeticalAsc": 1, "alphabeticalDesc": 2, "numericalAsc": 3, "numericalDesc": 4,
		"alphabeticalCaseInsensitiveAsc": 5, "alphabeticalCaseInsensitiveDesc": 6, "naturalAsc": 7, "naturalDesc": 8}[word(spec, "sort")]
	if q := part(spec, "query"); q != nil && (q["spec"] != nil || q["kind"] != nil) {
		spec["datasource"] = sourceOf(spec, q)
		spec["query"] = q["spec"]
	}
	if id := word(spec, "pluginId"); id != "" && kind == "Datasource" {
		spec["query"] = id
	}
	return spec
}
