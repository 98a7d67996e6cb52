package fakesite

import (
	"fmt"
	"math"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Counter is a series that grows evenly from From on, told at every scrape.
type Counter struct {
	Labels    map[string]string // with __name__
	PerSecond float64
	From      time.Time // it is zero before
	Again     time.Time // and from here on it counts anew; zero: never
	Gauge     float64   // a value that stays, for a series that is no counter
}

// Scrape is how often the counters are read.
const Scrape = 5 * time.Second

// Prometheus answers the queries that the page sends, and only those forms, from
// counters that it works out at the time that is asked about.
type Prometheus struct {
	Counters []Counter
	Started  time.Time // the first scrape
	Failed   time.Time // a scrape from here to the next brought nothing but up
}

var (
	named   = regexp.MustCompile(`__name__=~?"([^"]+)"`)
	fallen  = regexp.MustCompile(`^resets\(([a-z_]+)\[`)
	offset  = regexp.MustCompile(`offset ([0-9]+)ms`)
	over    = regexp.MustCompile(`\[([0-9]+)ms\]`)
	grouped = regexp.MustCompile(`sum by \(([a-z]+)\) \(rate\(([a-z_]+)`)
	ofPod   = regexp.MustCompile(`pod=~?"([^"]+)"`)
	ofModel = regexp.MustCompile(`model=~"([^"]+)"`)
	summed  = regexp.MustCompile(`^(?:sum|count) by \(([a-z, ]+)\) \((?:increase|last_over_time)\(([a-z_]+)`)
)

func (p *Prometheus) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	q := r.FormValue("query")
	switch r.URL.Path {
	case "/api/v1/query":
		at, err := strconv.ParseFloat(r.FormValue("time"), 64)
		if err != nil {
			http.Error(w, `{"status":"error","error":"bad time"}`, http.StatusBadRequest)
			return
		}
		p.instant(w, q, time.UnixMilli(int64(at*1e3)))
	case "/api/v1/query_range":
		p.ranged(w, r, q)
	default:
		http.NotFound(w, r)
	}
}

// last is the time of the last scrape before at.
func (p *Prometheus) last(at time.Time) time.Time {
	return p.Started.Add(at.Sub(p.Started).Truncate(Scrape))
}

func (c Counter) value(at time.Time) float64 {
	if c.Gauge != 0 {
		return c.Gauge
	}
	from := c.From
	if !c.Again.IsZero() && !at.Before(c.Again) {
		from = c.Again
	}
	return math.Max(0, c.PerSecond*at.Sub(from).Seconds())
}

func (p *Prometheus) failed(at time.Time) bool {
	return !p.Failed.IsZero() && !at.Before(p.Failed) && at.Before(p.Failed.Add(Scrape))
}

// told tells whether the scrape at a time brought c.
func (p *Prometheus) told(c Counter, at time.Time) bool {
	return c.Labels["__name__"] == "up" || !p.failed(at) && (c.Gauge != 0 || !at.Before(c.From))
}

// scrapes are those that brought c after from, up to to.
func (p *Prometheus) scrapes(c Counter, from, to time.Time) []time.Time {
	var list []time.Time
	for at := p.Started; !at.After(to); at = at.Add(Scrape) {
		if at.After(from) && p.told(c, at) {
			list = append(list, at)
		}
	}
	return list
}

func (p *Prometheus) instant(w http.ResponseWriter, q string, at time.Time) {
	told := at
	if m := offset.FindStringSubmatch(q); m != nil {
		ms, _ := strconv.ParseInt(m[1], 10, 64)
		at = at.Add(-time.Duration(ms) * time.Millisecond)
	}
	if m := summed.FindStringSubmatch(q); m != nil {
		p.grown(w, q, m[2], strings.Split(m[1], ", "), at)
		return
	}
	if m := over.FindStringSubmatch(q); m != nil {
		ms, _ := strconv.ParseInt(m[1], 10, 64)
		p.over(w, q, at.Add(-time.Duration(ms)*time.Millisecond), at, told)
		return
	}
	scraped := p.last(at)
	if scraped.Before(p.Started) {
		vector(w, nil)
		return
	}
	var rows []any
	for _, c := range p.selected(q) {
		labels, value := c.Labels, c.value(scraped)
		if strings.HasPrefix(q, "timestamp(") {
			labels, value = without(labels), float64(scraped.UnixMilli())/1e3
		}
		if !p.told(c, scraped) {
			continue
		}
		rows = append(rows, map[string]any{"metric": labels, "value": pair(told, value)})
	}
	vector(w, rows)
}

// over answers what looks at a stretch: the last sample, the falls, or, for a bare
// selector, every sample.
func (p *Prometheus) over(w http.ResponseWriter, q string, from, to, told time.Time) {
	var rows, matrix []any
	for _, c := range p.selected(q) {
		var values []any
		falls, before := 0, 0.0
		for _, at := range p.scrapes(c, from, to) {
			v := c.value(at)
			if c.Labels["__name__"] == "up" && p.failed(at) {
				v = 0
			}
			if v < before {
				falls++
			}
			before = v
			values = append(values, pair(at, v))
		}
		switch {
		case strings.HasPrefix(q, "resets(") && falls > 0:
			rows = append(rows, map[string]any{"metric": without(c.Labels), "value": pair(told, float64(falls))})
		case strings.HasPrefix(q, "last_over_time(") && len(values) > 0:
			rows = append(rows, map[string]any{"metric": c.Labels, "value": pair(told, before)})
		case strings.HasSuffix(q, "]"):
			matrix = append(matrix, map[string]any{"metric": c.Labels, "values": values})
		}
	}
	if !strings.HasSuffix(q, "]") {
		vector(w, rows)
		return
	}
	answer(w, map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": orEmpty(matrix)}})
}

// grown answers "sum by (a, b) (increase(metric{...}[w]))".
func (p *Prometheus) grown(w http.ResponseWriter, q, metric string, by []string, at time.Time) {
	ms, _ := strconv.ParseInt(over.FindStringSubmatch(q)[1], 10, 64)
	sums, names := map[string]float64{}, map[string]map[string]string{}
	for _, c := range p.selected(`{__name__=~"` + metric + `"` + ofModel.FindString(q)) {
		labels := map[string]string{}
		for _, name := range by {
			if v := c.Labels[name]; v != "" {
				labels[name] = v
			}
		}
		k := fmt.Sprint(labels)
		names[k] = labels
		sums[k] += c.value(p.last(at)) - c.value(at.Add(-time.Duration(ms)*time.Millisecond))
	}
	var rows []any
	for k, v := range sums {
		rows = append(rows, map[string]any{"metric": names[k], "value": pair(at, v)})
	}
	vector(w, rows)
}

func without(labels map[string]string) map[string]string {
	out := map[string]string{}
	for k, v := range labels {
		if k != "__name__" {
			out[k] = v
		}
	}
	return out
}

func (p *Prometheus) selected(q string) []Counter {
	pattern := "^up$"
	if m := named.FindStringSubmatch(q); m != nil {
		pattern = "^(" + m[1] + ")$"
	} else if m := fallen.FindStringSubmatch(q); m != nil {
		pattern = "^" + m[1] + "$"
	}
	re, model, only := regexp.MustCompile(pattern), regexp.MustCompile(""), regexp.MustCompile("")
	if m := ofPod.FindStringSubmatch(q); m != nil {
		only = regexp.MustCompile("^(" + m[1] + ")$")
	}
	if m := ofModel.FindStringSubmatch(q); m != nil {
		model = regexp.MustCompile("^(" + m[1] + ")$")
	}
	var list []Counter
	for _, c := range p.Counters {
		if !model.MatchString(c.Labels["model"]) {
			continue
		}
		if re.MatchString(c.Labels["__name__"]) && only.MatchString(c.Labels["pod"]) {
			list = append(list, c)
		}
	}
	return list
}

// ranged answers "sum by (x) (rate(metric[w]))", alone or divided by another.
func (p *Prometheus) ranged(w http.ResponseWriter, r *http.Request, q string) {
	forms := grouped.FindAllStringSubmatch(q, -1)
	start, _ := strconv.ParseFloat(r.FormValue("start"), 64)
	end, _ := strconv.ParseFloat(r.FormValue("end"), 64)
	step, _ := strconv.ParseFloat(r.FormValue("step"), 64)
	if len(forms) == 0 || step <= 0 {
		http.Error(w, `{"status":"error","error":"not a form that this fake knows"}`, http.StatusBadRequest)
		return
	}
	by := forms[0][1]
	sums := func(metric string) map[string]float64 {
		out := map[string]float64{}
		for _, c := range p.Counters {
			if c.Labels["__name__"] == metric && c.Labels[by] != "" {
				out[c.Labels[by]] += c.PerSecond
			}
		}
		return out
	}
	upper := sums(forms[0][2])
	var rows []any
	for label, v := range upper {
		if len(forms) > 1 {
			v /= sums(forms[1][2])[label]
		}
		var values []any
		for at := start; at <= end; at += step {
			if at >= float64(p.Started.Unix()) {
				values = append(values, []any{at, fmt.Sprint(v * (1 + .15*math.Sin(at/40+float64(len(label)*7+int(label[len(label)-1])))))})
			}
		}
		rows = append(rows, map[string]any{"metric": map[string]string{by: label}, "values": values})
	}
	answer(w, map[string]any{"status": "success", "data": map[string]any{"resultType": "matrix", "result": orEmpty(rows)}})
}

func pair(at time.Time, v float64) []any {
	return []any{float64(at.UnixMilli()) / 1e3, strconv.FormatFloat(v, 'g', -1, 64)}
}

func vector(w http.ResponseWriter, rows []any) {
	answer(w, map[string]any{"status": "success", "data": map[string]any{"resultType": "vector", "result": orEmpty(rows)}})
}

func orEmpty(rows []any) []any {
	if rows == nil {
		return []any{}
	}
	return rows
}

// Site makes the counters of gateways that call servers with models, each edge
// and model at its own rate; one of 50 calls of the model "flaky" fails.
func Site(gateways, servers int, models []string, from time.Time) []Counter {
	var list []Counter
	add := func(rate, gauge float64, name string, pairs ...string) {
		l := map[string]string{"__name__": name}
		for i := 0; i+1 < len(pairs); i += 2 {
			l[pairs[i]] = pairs[i+1]
		}
		list = append(list, Counter{Labels: l, PerSecond: rate, From: from, Gauge: gauge})
	}
	for g := range gateways {
		gateway := fmt.Sprintf("supersonic-envoy-%d", g)
		add(0, 1, "up", "pod", gateway)
		add(4, 0, "supersonic_gateway_traces_total", "pod", gateway, "decision", "head_sampled")
		add(36, 0, "supersonic_gateway_traces_total", "pod", gateway, "decision", "head_not_sampled")
		for s := range servers {
			server := fmt.Sprintf("supersonic-triton-%d", s)
			add(0, 1, "supersonic_gateway_server_ready", "pod", gateway, "server", server)
			add(0, float64(1+s), "supersonic_gateway_requests_in_flight", "pod", gateway, "server", server)
			edge := 0.0
			for i, model := range models {
				rate := float64(10+5*s+2*g) / float64(i+1)
				bad := 0.0
				if model == "flaky" {
					bad = rate / 50
				}
				edge += rate
				latency := .004 * float64(i+1) * (1 + .3*float64(s))
				call := []string{"pod", gateway, "server", server, "model", model, "method", "ModelInfer"}
				add(rate-bad, 0, "supersonic_gateway_requests_total", append(call, "code", "OK")...)
				if bad > 0 {
					add(bad, 0, "supersonic_gateway_requests_total", append(call, "code", "INTERNAL")...)
				}
				add(rate, 0, "supersonic_gateway_request_duration_seconds_count", call...)
				add(rate*latency, 0, "supersonic_gateway_request_duration_seconds_sum", call...)
				add(rate, 0, "supersonic_gateway_upstream_duration_seconds_count", call...)
				add(rate*latency*.95, 0, "supersonic_gateway_upstream_duration_seconds_sum", call...)
				for _, part := range [...]float64{.5, .9, 1} { // half below the mean, nine of ten below twice of it
					le := map[float64]string{.5: fmt.Sprint(latency), .9: fmt.Sprint(2 * latency), 1: "+Inf"}[part]
					add(rate*part, 0, "supersonic_gateway_request_duration_seconds_bucket", append(call, "le", le)...)
				}
				if g == 0 {
					add(rate*latency*.9e6, 0, "nv_inference_request_duration_us", "pod", server, "model", model)
					add(rate*latency*.3e6, 0, "nv_inference_queue_duration_us", "pod", server, "model", model)
				}
			}
			link := []string{"client", gateway, "server", server}
			add(edge*1.02, 0, "traces_service_graph_request_total", link...)
			add(0.2, 0, "traces_service_graph_request_failed_total", link...)
			add(edge, 0, "traces_service_graph_request_server_seconds_count", link...)
			add(edge*.004, 0, "traces_service_graph_request_server_seconds_sum", link...)
		}
	}
	return list
}
