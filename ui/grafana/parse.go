package grafana

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The largest dashboard that is read: Grafana's own limit is far below.
const (
	maxBytes  = 16 << 20
	maxPanels = 2000
)

// ParseDashboard reads a dashboard of any schema: the file itself, what Grafana's
// API answers ({"dashboard": ...}), or a resource ({"kind": "Dashboard", "spec": ...}).
func ParseDashboard(data []byte) (*Dashboard, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("a dashboard of %d MiB is larger than the %d MiB that are read", len(data)>>20, maxBytes>>20)
	}
	var root map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(&root); err != nil {
		return nil, fmt.Errorf("not a dashboard: %w", err)
	}
	if root == nil {
		return nil, fmt.Errorf("not a dashboard: null")
	}
	m, err := unwrap(root)
	if err != nil {
		return nil, err
	}
	fillInputs(m)
	out := &Dashboard{JSON: data}
	o := newObject(m, "dashboard", &out.Unknown)
	readDashboard(o, out)
	return out, nil
}

// unwrap finds the dashboard in what holds it and turns the newer forms into the
// common one.
func unwrap(root map[string]any) (map[string]any, error) {
	if inner := part(root, "dashboard"); inner != nil && root["panels"] == nil {
		root = inner
	}
	spec := part(root, "spec")
	if spec == nil || root["panels"] != nil {
		spec = root
	} else if spec["uid"] == nil {
		spec["uid"] = word(part(root, "metadata"), "name")
	}
	if spec["elements"] != nil {
		return fromElements(spec)
	}
	if spec["panels"] == nil && spec["rows"] == nil && spec["title"] == nil && spec["templating"] == nil {
		return nil, fmt.Errorf("not a dashboard: it has neither panels nor a title")
	}
	return spec, nil
}

// knownZone tells whether a zone is one that times can be shown in.
func knownZone(name string) bool {
	if name == "browser" || name == "utc" {
		return true
	}
	_, err := time.LoadLocation(name)
	return err == nil && name != "Local"
}

func readDashboard(o *object, d *Dashboard) {
	d.UID, d.Title, d.Description = o.text("uid"), o.text("title"), o.text("description")
	d.Tags = o.texts("tags")
	d.Editable = o.flag("editable", true)
	d.Version = o.integer("version", 0)
	when := o.object("time")
	d.From, d.To = orElse(when.text("from"), "now-6h"), orElse(when.text("to"), "now")
	d.Refresh = o.text("refresh")
	if d.Timezone = o.text("timezone"); !knownZone(d.Timezone) {
		o.say("its time zone %q is not known: times are the reader's", d.Timezone)
	}
	d.Tooltip = o.integer("graphTooltip", 0)
	if !o.has("graphTooltip") && o.flag("sharedCrosshair", false) {
		d.Tooltip = 1
	}
	for _, v := range o.object("templating").objects("list", "variable") {
		d.Variables = append(d.Variables, readVariable(v))
	}
	for _, a := range o.object("annotations").objects("list", "annotation") {
		d.Annotations = append(d.Annotations, readAnnotation(a))
	}
	for _, l := range o.objects("links", "link") {
		d.Links = append(d.Links, readLink(l))
	}
	saved := o.object("saved")
	d.Saved = Saved{By: saved.text("by"), Message: saved.text("message")}
	if at := saved.number("atMs"); at != nil {
		d.Saved.AtMs = *at
	}
	d.readPanels(o)
	o.pass("id", "gnetId", "iteration", "liveNow", "preload", "revision", "schemaVersion", "style", "weekStart", "fiscalYearStartMonth",
		"timepicker", "hideControls", "originalTitle", "overwrite", "__inputs", "__requires", "__elements", "snapshot", "scopeMeta",
		"meta", "nav", "sharedCrosshair", "graphTooltip", "folderId", "folderUid", "message")
	if list, ok := part(o.m, "variables")["list"].([]any); ok && len(list) == 0 {
		o.pass("variables") // a generator writes it beside templating
	}
	o.rest("option")
}

func (d *Dashboard) readPanels(o *object) {
	library := part(o.m, "__elements")
	list := panelMaps(o)
	if len(list) > maxPanels {
		o.say("it has %d panels; the first %d are shown", len(list), maxPanels)
		list = list[:maxPanels]
	}
	seen, next := map[int]bool{}, 1
	for _, m := range list {
		if id, ok := toNumber(m["id"]); ok && id > 0 && id < 1<<31 {
			next = max(next, int(id)+1)
		}
	}
	for _, m := range list {
		p := readPanel(borrow(m, library))
		if p.ID <= 0 || seen[p.ID] {
			p.ID = next
			next++
		}
		seen[p.ID] = true
		d.Panels = append(d.Panels, p)
		for _, inner := range items(m, "panels") {
			if len(d.Panels) >= maxPanels {
				break
			}
			ip := readPanel(borrow(inner, library))
			if ip.ID <= 0 || seen[ip.ID] {
				ip.ID = next
				next++
			}
			seen[ip.ID] = true
			ip.Row = p.ID
			d.Panels = append(d.Panels, ip)
		}
	}
	d.assignRows()
}

// panelMaps are the panels of the file; the rows of old files become panels.
func panelMaps(o *object) []map[string]any {
	o.pass("panels", "rows")
	list := items(o.m, "panels")
	if len(list) == 0 && o.has("rows") {
		return fromRows(items(o.m, "rows"))
	}
	slices.SortStableFunc(list, func(a, b map[string]any) int {
		ga, gb := part(a, "gridPos"), part(b, "gridPos")
		return cmp.Or(cmp.Compare(num(ga, "y"), num(gb, "y")), cmp.Compare(num(ga, "x"), num(gb, "x")))
	})
	return list
}

func num(m map[string]any, key string) float64 {
	n, _ := toNumber(m[key])
	return n
}

// borrow takes a library panel's model out of the file that was exported with it.
func borrow(m, library map[string]any) map[string]any {
	ref := part(m, "libraryPanel")
	if ref == nil || m["type"] != nil {
		return m
	}
	model := part(part(library, word(ref, "uid")), "model")
	if model == nil {
		return m
	}
	out := map[string]any{}
	for k, v := range model {
		out[k] = v
	}
	for _, k := range []string{"id", "gridPos"} {
		if m[k] != nil {
			out[k] = m[k]
		}
	}
	return out
}

// assignRows gives each panel below an open row to that row.
func (d *Dashboard) assignRows() {
	row := 0
	for i := range d.Panels {
		p := &d.Panels[i]
		switch {
		case p.Type == "row":
			row = p.ID
			if p.Collapsed {
				row = 0
			}
		case p.Row == 0:
			p.Row = row
		}
	}
}

func readVariable(o *object) Variable {
	v := Variable{
		Name: o.text("name"), Label: o.text("label"), Description: o.text("description"), Type: orElse(o.text("type"), "query"),
		Hide: o.integer("hide", 0), Multi: o.flag("multi", false), IncludeAll: o.flag("includeAll", false), AllValue: o.text("allValue"),
		AllowCustom: o.flag("allowCustomValue", true), Source: readSource(o.take("datasource")), Query: o.raw("query"),
		Regex: o.text("regex"), Sort: o.integer("sort", 0), JSON: toJSON(o.m),
	}
	if b, ok := o.m["refresh"].(bool); ok { // before Grafana 3
		v.Refresh = map[bool]int{true: 1}[b]
		o.pass("refresh")
	} else {
		v.Refresh = o.integer("refresh", 0)
	}
	v.Current = o.object("current").texts("value")
	if len(v.Current) == 0 {
		v.Current = part2texts(o.m)
	}
	for _, e := range o.objects("options", "option") {
		text, ok := firstText(e.take("text"))
		if !ok {
			text = e.text("value")
		}
		value, _ := firstText(e.take("value"))
		v.Options = append(v.Options, Option{Text: text, Value: value, Selected: e.flag("selected", false)})
	}
	switch v.Type {
	case "query", "custom", "constant", "interval", "textbox", "datasource", "adhoc":
	default:
		o.say("variable %q: its type %q is not known", v.Name, v.Type)
	}
	return v
}

// part2texts is what old files have: only the text of what is chosen.
func part2texts(m map[string]any) []string {
	text, ok := firstText(part(m, "current")["text"])
	if !ok || text == "" {
		return nil
	}
	if text == "All" {
		return []string{"$__all"}
	}
	return []string{text}
}

func firstText(v any) (string, bool) {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	return asText(v)
}

func readAnnotation(o *object) Annotation {
	_, numeric := toNumber(o.m["builtIn"])
	return Annotation{
		Name: o.text("name"), Enabled: o.flag("enable", false), Hidden: hidden(o.take("hide")), Color: o.text("iconColor"),
		BuiltIn: numeric && num(o.m, "builtIn") == 1 || isSet(o.m, "builtIn"),
		Source:  readSource(o.take("datasource")), JSON: toJSON(o.m),
	}
}

func hidden(v any) bool {
	b, _ := v.(bool)
	n, _ := toNumber(v)
	return b || n != 0
}

func readLink(o *object) Link {
	l := Link{
		Title: o.text("title"), URL: orElse(o.text("url"), o.text("dashUri")), Type: orElse(o.text("type"), "link"), Icon: o.text("icon"),
		Tooltip: o.text("tooltip"), Tags: o.texts("tags"), AsDropdown: o.flag("asDropdown", false),
		TargetBlank: o.flag("targetBlank", false), KeepTime: o.flag("keepTime", false), IncludeVars: o.flag("includeVars", false),
	}
	if l.Type == "absolute" {
		l.Type = "link"
	}
	if params := strings.TrimPrefix(o.text("params"), "?"); params != "" && l.URL != "" {
		sep := "?"
		if strings.Contains(l.URL, "?") {
			sep = "&"
		}
		l.URL += sep + params
	}
	return l
}

// readSource reads how a data source is named: an object, its name, or nothing
// for the default.
func readSource(v any) SourceRef {
	switch v := v.(type) {
	case string:
		if v == "default" {
			return SourceRef{}
		}
		return SourceRef{UID: v}
	case map[string]any:
		uid := word(v, "uid")
		if uid == "" {
			uid = word(v, "name")
		}
		if uid == "default" {
			uid = ""
		}
		return SourceRef{Type: word(v, "type"), UID: uid}
	}
	return SourceRef{}
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
