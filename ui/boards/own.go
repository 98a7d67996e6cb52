package boards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"supersonic/ui/grafana"
)

// Uids of our own dashboards, and the one that both files of the chart have.
const (
	ownUID    = "supersonic"
	ownMapUID = "supersonic-map"
	chartUID  = "abec1090-243e-4a48-951b-29245ad56f50"
)

// Load is what our own dashboards say of the servers' load.
type Load struct {
	Metric    string // PromQL; "" leaves the panel out
	Threshold float64
	Own       bool // the metric is the site's own, so its unit is not known
	Version   string
}

// object is JSON that is being made.
type object map[string]any

// labels select the site's series by the dashboard's variables.
const labels = `release=~"$release", namespace=~"$namespace"`

// perModel are labels of series that know their model.
const perModel = labels + `, model=~"$model"`

// inferring are the gateway's calls that ask for an inference.
const inferring = perModel + `, method=~"(.*/)?Model(Stream)?Infer"`

// own are our own dashboards: what the pictures of the chart's documentation show,
// with latencies per request. They are JSON as any other dashboard, so they can be
// copied, changed and taken to a Grafana.
func own(load Load, uids map[string]string) []Board {
	var list []Board
	for _, withMap := range []bool{false, true} {
		raw, err := json.Marshal(ownModel(load, withMap))
		if err != nil {
			continue // maps of texts and numbers always have a JSON form
		}
		for kind, uid := range uids {
			raw = bytes.ReplaceAll(raw, reference(kind, kind), reference(kind, uid))
		}
		d, err := grafana.ParseDashboard(raw)
		if err != nil {
			continue // a test parses both
		}
		list = append(list, Board{Dashboard: d, Provisioned: true, base: d.UID})
	}
	return list
}

// reference is how a dashboard's JSON names a data source.
func reference(kind, uid string) []byte {
	raw, _ := json.Marshal(object{"type": kind, "uid": uid}) // texts always have a JSON form
	return raw
}

func ownModel(load Load, withMap bool) object {
	uid, title := ownUID, "SuperSONIC"
	if withMap {
		uid, title = ownMapUID, "SuperSONIC with server map"
	}
	return object{
		"uid": uid, "title": title, "schemaVersion": 41, "version": 1, "editable": true, "graphTooltip": 1, "refresh": "5s",
		"description": "Servers, load, latency per request, GPUs and models of a site.",
		"tags":        []string{"supersonic"},
		"time":        object{"from": "now-1h", "to": "now"},
		"templating": object{"list": []object{
			variable("release", "Release name", "label_values(nv_inference_exec_count, release)"),
			variable("namespace", "Namespace", `label_values(nv_inference_exec_count{release=~"$release"}, namespace)`),
			variable("model", "Model", `label_values(nv_inference_exec_count{`+labels+`}, model)`),
		}},
		"annotations": object{"list": []object{scaleEvents()}},
		"links": []object{
			{"title": "Documentation", "type": "link", "url": "https://fastmachinelearning.org/SuperSONIC/", "icon": "doc", "targetBlank": true},
			{"title": "GitHub issues", "type": "link", "url": "https://github.com/fastmachinelearning/SuperSONIC/issues", "icon": "external link", "targetBlank": true},
		},
		"panels": layOut(ownPanels(load), withMap),
	}
}

func variable(name, label, query string) object {
	return object{"name": name, "label": label, "type": "query", "datasource": prometheus(), "query": object{"qryType": 1, "query": query, "refId": "A"},
		"refresh": 2, "sort": 7, "multi": true, "includeAll": true, "allowCustomValue": true, "current": object{"text": []string{"All"}, "value": []string{"$__all"}}}
}

func prometheus() object { return object{"type": "prometheus", "uid": "prometheus"} }

// serversBy counts the servers that tell their metrics.
const serversBy = `count by (release) (count by (release, pod) ({__name__=~"nv_inference_exec_count|nv_gpu_utilization|nv_cpu_utilization", ` + labels + `}))`

// scaleEvents marks the moments at which servers came or went.
func scaleEvents() object {
	before := strings.TrimSuffix(serversBy, "}))") + "} offset 30s))"
	return object{"name": "Servers added or removed", "enable": true, "iconColor": "purple", "datasource": prometheus(),
		"expr": serversBy + " - " + before + " != 0", "step": "30s", "titleFormat": "Servers of {{release}}: {{__value__}}", "tagKeys": "release",
		"textFormat": "more (+) or fewer (-) servers than 30 s before"}
}

// layOut gives panels their places: rows of the width that is left beside the map.
func layOut(rows []row, withMap bool) []object {
	width, y := 24, 0
	var out []object
	if withMap {
		width = 18
	}
	id := 0
	for _, r := range rows {
		if r.title != "" {
			id++
			out = append(out, object{"id": id, "type": "row", "title": r.title, "collapsed": false, "panels": []object{}, "gridPos": place(0, y, 24, 1)})
			y++
		}
		w := 24
		beside := withMap && r.beside
		if beside {
			w = width
		}
		height := 0
		for _, p := range r.panels {
			id++
			p.model["id"] = id
			left, right := p.x*w/24, (p.x+p.w)*w/24
			p.model["gridPos"] = place(left, y+p.y, right-left, p.h)
			out = append(out, p.model)
			height = max(height, p.y+p.h)
		}
		if beside {
			id++
			m := serverMap()
			m["id"], m["gridPos"] = id, place(w, y, 24-w, height)
			out = append(out, m)
		}
		y += height
	}
	return out
}

func place(x, y, w, h int) object { return object{"x": x, "y": y, "w": w, "h": h} }

func serverMap() object {
	return object{"type": "nodeGraph", "title": "Server map", "transparent": true,
		"description": "Gateways, servers and the calls between them in the time range. Click for metrics and traces.",
		"datasource":  object{"type": "tempo", "uid": "tempo"},
		"targets":     []object{{"refId": "A", "datasource": object{"type": "tempo", "uid": "tempo"}, "queryType": "serviceMap", "serviceMapQuery": `{client!="user"}`}},
		"options":     object{"layoutAlgorithm": "layered", "zoomMode": "cooperative", "nodes": object{}, "edges": object{}}}
}

// row is panels below each other's title; beside leaves room for the map.
type row struct {
	title  string
	beside bool
	panels []placed
}

// placed is a panel at its place within its row.
type placed struct {
	x, y, w, h int
	model      object
}

// target is one query.
func target(ref, expr, legend string) object {
	return object{"refId": ref, "datasource": prometheus(), "expr": expr, "legendFormat": legend, "range": true, "instant": false, "editorMode": "code"}
}

// chart is a panel of series over time.
type chart struct {
	title, about, unit string
	targets            []object
	custom             object // options of drawing
	defaults           object // options of the field
	overrides          []object
	legend             string // "bottom", "right", "" for none
	calcs              []string
	highest            bool // of the lines of pods, of which there may be hundreds, the legend has the highest first
}

func (c chart) model() object {
	custom := object{"drawStyle": "line", "lineWidth": 1, "fillOpacity": 0, "showPoints": "auto", "spanNulls": false}
	for k, v := range c.custom {
		custom[k] = v
	}
	defaults := object{"unit": c.unit, "min": 0, "color": object{"mode": "palette-classic"}, "custom": custom}
	for k, v := range c.defaults {
		defaults[k] = v
	}
	legend := object{"showLegend": c.legend != "", "displayMode": "list", "placement": c.legend, "calcs": []string{}}
	if c.legend == "" {
		legend["placement"] = "bottom"
	}
	if len(c.calcs) > 0 {
		legend["displayMode"], legend["calcs"] = "table", c.calcs
	}
	if c.highest {
		legend["displayMode"], legend["calcs"], legend["sortBy"], legend["sortDesc"] = "table", []string{"mean"}, "Mean", true
	}
	overrides := c.overrides
	if overrides == nil {
		overrides = []object{}
	}
	return object{"type": "timeseries", "title": c.title, "description": c.about, "datasource": prometheus(), "targets": c.targets,
		"fieldConfig": object{"defaults": defaults, "overrides": overrides},
		"options":     object{"legend": legend, "tooltip": object{"mode": "multi", "sort": "desc"}}}
}

func rate(metric, selector string) string {
	return fmt.Sprintf("rate(%s{%s}[$__rate_interval])", metric, selector)
}

func sumRate(metric, selector string) string { return "sum(" + rate(metric, selector) + ")" }
