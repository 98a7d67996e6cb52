package query

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/servicegraph"
)

// serviceMap makes the frames "nodes" and "edges" of the service graph that the
// trace store's metrics generator keeps in a Prometheus.
func (r *Runner) serviceMap(ctx context.Context, q Question, d Source, t grafana.Target) answer {
	f := readFields(t.JSON)
	a := answer{note: payload.QueryNote{RefID: t.RefID, Source: d.Name, Type: d.Type}}
	if d.ServiceMap == "" {
		a.fail(&Absent{fmt.Sprintf("the data source %q names no Prometheus that keeps its service graph", d.Name), "set jsonData.serviceMap.datasourceUid of the data source"})
		return a
	}
	p, err := r.sources.Find(grafana.SourceRef{UID: d.ServiceMap}, q.Env)
	if err == nil && p.Type != Prometheus {
		err = &Absent{fmt.Sprintf("serviceMap.datasourceUid of %q names %q, which is no Prometheus", d.Name, p.Name), "name a data source of type prometheus"}
	}
	if err != nil {
		a.fail(err)
		return a
	}
	by := servicegraph.ByName
	if f.flag("serviceMapIncludeNamespace") {
		by = servicegraph.ByNamespace
	}
	selectors := mapSelectors(q.Env, f)
	length := time.Duration(q.Env.rangeSeconds()) * time.Second
	a.note.Expr = servicegraph.Query(servicegraph.Total, by, selectors, length)
	a.note.Explore = explore(d, q.Env, f)
	edges, err := r.edges(ctx, q.Env, p, by, selectors, &a, length)
	if err != nil {
		a.fail(err)
		return a
	}
	a.note.Series = len(edges)
	links := mapLinks{env: q.Env, tempo: d, prometheus: p}
	nodes, lines := graphFrames(edges, links)
	nodes.RefID, lines.RefID = t.RefID, t.RefID
	a.frames = []frame.Frame{nodes, lines}
	return a
}

// mapSelectors are the matchers of a map; several are alternatives.
func mapSelectors(env *Env, f fields) []string {
	var list []string
	for _, s := range f.texts("serviceMapQuery") {
		if s = strings.TrimSpace(env.Fill(s, ForPromQL)); s != "" {
			list = append(list, s)
		}
	}
	return list
}

func (r *Runner) edges(ctx context.Context, env *Env, p Source, by string, selectors []string, a *answer, length time.Duration) (map[servicegraph.Edge]*servicegraph.Calls, error) {
	first := a.note.Expr
	return servicegraph.Read(ctx, func(ctx context.Context, promql string) ([]servicegraph.Value, error) {
		got, shared, err := r.Instant(ctx, p, promql, env.To)
		if promql == first {
			a.note.Shared = shared
		}
		list := make([]servicegraph.Value, 0, len(got.Series))
		for _, s := range got.Series {
			if n := len(s.Values); n > 0 {
				list = append(list, servicegraph.Value{Labels: s.Labels, Value: s.Values[n-1]})
			}
		}
		return list, err
	}, by, selectors, length)
}

// graphFrames makes nodes and edges of calls. What a node shows comes from the
// edges that lead to it; a node that is only a client has none of it.
func graphFrames(edges map[servicegraph.Edge]*servicegraph.Calls, links mapLinks) (nodes, lines frame.Frame) {
	served := map[servicegraph.Vertex]*servicegraph.Calls{}
	order := make([]servicegraph.Edge, 0, len(edges))
	for key, c := range edges {
		order = append(order, key)
		if served[key.From] == nil {
			served[key.From] = &servicegraph.Calls{}
		}
		if served[key.To] == nil {
			served[key.To] = &servicegraph.Calls{}
		}
		served[key.To].Add(*c)
	}
	sort.Slice(order, func(i, j int) bool {
		return order[i].From.ID()+"\x00"+order[i].To.ID() < order[j].From.ID()+"\x00"+order[j].To.ID()
	})
	vertices := make([]servicegraph.Vertex, 0, len(served))
	for v := range served {
		vertices = append(vertices, v)
	}
	sort.Slice(vertices, func(i, j int) bool { return vertices[i].ID() < vertices[j].ID() })
	return nodeFrame(vertices, served, links), edgeFrame(order, edges, links)
}

func nodeFrame(list []servicegraph.Vertex, served map[servicegraph.Vertex]*servicegraph.Calls, links mapLinks) frame.Frame {
	n := len(list)
	ids, titles, subtitles := make([]string, n), make([]string, n), make([]string, n)
	received := make([]string, n)
	main, second, good, bad := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	menu := links.columns(n)
	for i, v := range list {
		c := served[v]
		ids[i], titles[i], subtitles[i] = v.ID(), v.Name, v.Namespace
		main[i], second[i], good[i], bad[i] = c.Ms(), frame.Missing(), frame.Missing(), frame.Missing()
		if c.Total > 0 {
			second[i], bad[i] = c.Total, min(c.Failed/c.Total, 1)
			good[i] = 1 - bad[i]
		} else {
			received[i] = "none"
		}
		links.fill(menu, i, "", v.Name)
	}
	return frame.Frame{Name: "nodes", Fields: append([]frame.Field{
		{Name: "id", Kind: frame.Text, Texts: ids}, {Name: "title", Kind: frame.Text, Display: "Service name", Texts: titles},
		{Name: "subtitle", Kind: frame.Text, Display: "Service namespace", Texts: subtitles},
		{Name: "mainstat", Kind: frame.Number, Display: "Average response time", Unit: "ms/r", Values: main},
		{Name: "secondarystat", Kind: frame.Number, Display: "Requests per second", Unit: "r/sec", Values: second},
		{Name: "arc__success", Kind: frame.Number, Display: "Success", Values: good},
		{Name: "arc__failed", Kind: frame.Number, Display: "Failed", Values: bad},
		{Name: "detail__received", Kind: frame.Text, Display: "Calls received", Texts: received},
	}, menu...)}
}

func edgeFrame(order []servicegraph.Edge, edges map[servicegraph.Edge]*servicegraph.Calls, links mapLinks) frame.Frame {
	n := len(order)
	ids, from, to := make([]string, n), make([]string, n), make([]string, n)
	fromName, toName := make([]string, n), make([]string, n)
	main, second := make([]float64, n), make([]float64, n)
	menu := links.columns(n)
	for i, e := range order {
		c := edges[e]
		ids[i], from[i], to[i] = e.From.ID()+"_"+e.To.ID(), e.From.ID(), e.To.ID()
		fromName[i], toName[i] = e.From.Name, e.To.Name
		main[i], second[i] = c.Ms(), c.Total
		links.fill(menu, i, e.From.Name, e.To.Name)
	}
	return frame.Frame{Name: "edges", Fields: append([]frame.Field{
		{Name: "id", Kind: frame.Text, Texts: ids}, {Name: "source", Kind: frame.Text, Texts: from}, {Name: "target", Kind: frame.Text, Texts: to},
		{Name: "sourceName", Kind: frame.Text, Texts: fromName}, {Name: "targetName", Kind: frame.Text, Texts: toName},
		{Name: "mainstat", Kind: frame.Number, Display: "Average response time", Unit: "ms/r", Values: main},
		{Name: "secondarystat", Kind: frame.Number, Display: "Requests per second", Unit: "r/sec", Values: second},
	}, menu...)}
}

// mapLinks are the menus of nodes and edges: for each entry a column
// "link__<words>" with an address in each row.
type mapLinks struct {
	env               *Env
	tempo, prometheus Source
}

var menuWords = [...]string{"Request rate", "Request histogram", "Failed request rate", "View traces"}

func (l mapLinks) columns(n int) []frame.Field {
	out := make([]frame.Field, len(menuWords))
	for i, w := range menuWords {
		out[i] = frame.Field{Name: "link__" + w, Kind: frame.Text, Display: w, Texts: make([]string, n)}
	}
	return out
}

func (l mapLinks) fill(menu []frame.Field, row int, client, server string) {
	selector := "server=" + strconv.Quote(server)
	if client != "" {
		selector = "client=" + strconv.Quote(client) + ", " + selector
	}
	rate := func(metric string) string {
		return "sum by (client, server) (rate(" + metric + "{" + selector + "}[$__rate_interval]))"
	}
	for i, expr := range [...]string{
		rate(servicegraph.Total),
		"histogram_quantile(.9, sum by (le, client, server) (rate(" + servicegraph.Buckets + "{" + selector + "}[$__rate_interval])))",
		rate(servicegraph.Failed),
	} {
		menu[i].Texts[row] = explore(l.prometheus, l.env, fields{"refId": "A", "expr": expr, "range": true, "exemplar": i < 2})
	}
	traces := "{resource.service.name=" + strconv.Quote(server) + "}"
	menu[3].Texts[row] = explore(l.tempo, l.env, fields{"refId": "A", "queryType": "traceql", "query": traces})
}
