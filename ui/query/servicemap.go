package query

import (
	"context"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"sync"

	"supersonic/ui/frame"
	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// graphMetrics are what a map is made of.
var graphMetrics = [...]string{"traces_service_graph_request_total", "traces_service_graph_request_failed_total", "traces_service_graph_request_server_seconds_sum"}

// calls is what an edge, or all edges to a server, carried: each a second.
type calls struct{ total, failed, seconds float64 }

func (c *calls) add(metric int, v float64) {
	if v != v {
		return
	}
	*[...]*float64{&c.total, &c.failed, &c.seconds}[metric] += v
}

// milliseconds a request.
func (c calls) ms() float64 {
	if c.total <= 0 {
		return frame.Missing()
	}
	return c.seconds / c.total * 1e3
}

type vertex struct{ name, namespace string }

func (v vertex) id() string {
	if v.namespace == "" {
		return v.name
	}
	return v.namespace + "/" + v.name
}

type arrow struct{ from, to vertex }

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
	by := "client, server"
	if f.flag("serviceMapIncludeNamespace") {
		by = "client, server, client_service_namespace, server_service_namespace"
	}
	selectors := mapSelectors(q.Env, f)
	a.note.Expr = graphQuery(graphMetrics[0], by, selectors, q.Env)
	a.note.Explore = explore(d, q.Env, f)
	edges, err := r.edges(ctx, q.Env, p, by, selectors, &a)
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
	if len(list) == 0 {
		return []string{""}
	}
	return list
}

func graphQuery(metric, by string, selectors []string, env *Env) string {
	parts := make([]string, len(selectors))
	for i, s := range selectors {
		parts[i] = fmt.Sprintf("sum by (%s) (rate(%s%s[%ds]))", by, metric, s, max(env.rangeSeconds(), 1))
	}
	return strings.Join(parts, " or ")
}

func (r *Runner) edges(ctx context.Context, env *Env, p Source, by string, selectors []string, a *answer) (map[arrow]*calls, error) {
	var got [len(graphMetrics)]source.Answer
	var errs [len(graphMetrics)]error
	var wg sync.WaitGroup
	for i, m := range graphMetrics {
		wg.Go(func() {
			var shared bool
			got[i], shared, errs[i] = r.Instant(ctx, p, graphQuery(m, by, selectors, env), env.To)
			if i == 0 {
				a.note.Shared = shared
			}
		})
	}
	wg.Wait()
	edges := map[arrow]*calls{}
	for i := range graphMetrics {
		if errs[i] != nil {
			return nil, errs[i]
		}
		for _, s := range got[i].Series {
			key := arrow{vertex{s.Labels["client"], s.Labels["client_service_namespace"]}, vertex{s.Labels["server"], s.Labels["server_service_namespace"]}}
			if edges[key] == nil {
				edges[key] = &calls{}
			}
			if len(s.Values) > 0 {
				edges[key].add(i, s.Values[len(s.Values)-1])
			}
		}
	}
	for key, c := range edges {
		if c.total <= 0 {
			delete(edges, key)
		}
	}
	return edges, nil
}

// graphFrames makes nodes and edges of calls. What a node shows comes from the
// edges that lead to it; a node that is only a client has none of it.
func graphFrames(edges map[arrow]*calls, links mapLinks) (nodes, lines frame.Frame) {
	served := map[vertex]*calls{}
	order := make([]arrow, 0, len(edges))
	for key, c := range edges {
		order = append(order, key)
		if served[key.from] == nil {
			served[key.from] = &calls{}
		}
		if served[key.to] == nil {
			served[key.to] = &calls{}
		}
		t := served[key.to]
		t.total, t.failed, t.seconds = t.total+c.total, t.failed+c.failed, t.seconds+c.seconds
	}
	sort.Slice(order, func(i, j int) bool {
		return order[i].from.id()+"\x00"+order[i].to.id() < order[j].from.id()+"\x00"+order[j].to.id()
	})
	vertices := make([]vertex, 0, len(served))
	for v := range served {
		vertices = append(vertices, v)
	}
	sort.Slice(vertices, func(i, j int) bool { return vertices[i].id() < vertices[j].id() })
	return nodeFrame(vertices, served, links), edgeFrame(order, edges, links)
}

func nodeFrame(list []vertex, served map[vertex]*calls, links mapLinks) frame.Frame {
	n := len(list)
	ids, titles, subtitles := make([]string, n), make([]string, n), make([]string, n)
	main, second, good, bad := make([]float64, n), make([]float64, n), make([]float64, n), make([]float64, n)
	menu := links.columns(n)
	for i, v := range list {
		c := served[v]
		ids[i], titles[i], subtitles[i] = v.id(), v.name, v.namespace
		main[i], second[i], good[i] = c.ms(), frame.Missing(), 1
		if c.total > 0 {
			second[i], bad[i] = c.total, min(c.failed/c.total, 1)
			good[i] = 1 - bad[i]
		}
		links.fill(menu, i, "", v.name)
	}
	return frame.Frame{Name: "nodes", Fields: append([]frame.Field{
		{Name: "id", Kind: frame.Text, Texts: ids}, {Name: "title", Kind: frame.Text, Display: "Service name", Texts: titles},
		{Name: "subtitle", Kind: frame.Text, Display: "Service namespace", Texts: subtitles},
		{Name: "mainstat", Kind: frame.Number, Display: "Average response time", Unit: "ms/r", Values: main},
		{Name: "secondarystat", Kind: frame.Number, Display: "Requests per second", Unit: "r/sec", Values: second},
		{Name: "arc__success", Kind: frame.Number, Display: "Success", Values: good},
		{Name: "arc__failed", Kind: frame.Number, Display: "Failed", Values: bad},
	}, menu...)}
}

func edgeFrame(order []arrow, edges map[arrow]*calls, links mapLinks) frame.Frame {
	n := len(order)
	ids, from, to := make([]string, n), make([]string, n), make([]string, n)
	fromName, toName := make([]string, n), make([]string, n)
	main, second := make([]float64, n), make([]float64, n)
	menu := links.columns(n)
	for i, e := range order {
		c := edges[e]
		ids[i], from[i], to[i] = e.from.id()+"_"+e.to.id(), e.from.id(), e.to.id()
		fromName[i], toName[i] = e.from.name, e.to.name
		main[i], second[i] = c.ms(), c.total
		links.fill(menu, i, e.from.name, e.to.name)
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
		rate(graphMetrics[0]),
		"histogram_quantile(.9, sum by (le, client, server) (rate(traces_service_graph_request_server_seconds_bucket{" + selector + "}[$__rate_interval])))",
		rate(graphMetrics[1]),
	} {
		menu[i].Texts[row] = explore(l.prometheus, l.env, fields{"refId": "A", "expr": expr, "range": true, "exemplar": i < 2})
	}
	traces := "{resource.service.name=" + strconv.Quote(server) + "}"
	menu[3].Texts[row] = explore(l.tempo, l.env, fields{"refId": "A", "queryType": "traceql", "query": traces})
}
