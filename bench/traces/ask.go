package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/traffic"
)

// queryResult is what one question cost.
type queryResult struct {
	Name     string
	CPU      []float64 // ms of the store's process, each warm run, sorted
	Wall     []float64 // ms
	ColdCPU  float64   // the first time, with our files dropped from the page cache
	ColdWall float64
	DropCPU  float64 // with the files dropped again, by a process that has answered it
	DropWall float64
	Bytes    int // of the answer
}

// question is what is asked of a store: paths, asked in turn.
type question struct {
	name  string
	paths []string
}

// facts is what the questions need to know of the traffic.
type facts struct {
	ids        []string // of traces all over the range
	service    string
	start, end int64 // Unix seconds
}

// learner gathers facts from the exports of a run, in their order.
type learner struct {
	facts
	exports, seen int
}

func newLearner(c config) *learner { return &learner{exports: (c.spans + 509) / 510} }

// see looks at the next export; most are not looked into.
func (l *learner) see(raw []byte) error {
	i := l.seen
	l.seen++
	if i%max(1, l.exports/16) != 0 && i != l.exports-1 {
		return nil
	}
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
	if err != nil {
		return err
	}
	rs := td.ResourceSpans()
	last := rs.At(rs.Len() - 1)
	span := last.ScopeSpans().At(0).Spans().At(0)
	id := span.TraceID()
	l.ids = append(l.ids, hex.EncodeToString(id[:]))
	service, _ := last.Resource().Attributes().Get("service.name")
	l.service = service.Str()
	at := span.StartTimestamp().AsTime().Unix()
	if l.start == 0 {
		l.start = at - 10
	}
	l.end = at + 10
	return nil
}

// learn makes the traffic again for what is stored already.
func learn(c config) (facts, error) {
	stream, l := traffic.New(traffic.Options{Seed: c.seed}), newLearner(c)
	for range l.exports {
		raw, _ := stream.Next()
		if err := l.see(raw); err != nil {
			return facts{}, err
		}
	}
	return l.facts, nil
}

// atLeast is how long a question is asked warm, if it is the same each time: a quick one
// was asked nine times within 70 ms, all in one slow moment of the machine in some runs.
const atLeast = time.Second

// questions are those of each kind of store.
var questions = map[string]func(f facts) []question{
	own:        func(f facts) []question { return append(tempoQuestions(f), ownQuestions(f)...) },
	"tempo":    tempoQuestions,
	"victoria": func(f facts) []question { return jaegerQuestions(f, "/select/jaeger") },
	"jaeger":   func(f facts) []question { return jaegerQuestions(f, "") },
}

func tempoQuestions(f facts) []question {
	search := func(name, q string) question {
		return question{name, []string{fmt.Sprintf("/api/search?limit=20&start=%d&end=%d&q=%s", f.start, f.end, url.QueryEscape(q))}}
	}
	until := func(name string, end int64, q string) question {
		return question{name, []string{fmt.Sprintf("/api/metrics/query_range?step=60s&start=%d&end=%d&q=%s", f.start, end, url.QueryEscape(q))}}
	}
	series := func(name, q string) question { return until(name, f.end, q) }
	hour := min(f.end, f.start+3600) // the same whatever else is stored: two million spans
	const rates = `{} | rate() by (resource.service.name)`
	const quantiles = `{ name = "compute" } | quantile_over_time(duration, .5, .9, .99) by (span.triton.model_name)`
	byID := question{name: "trace by id"}
	for _, id := range f.ids {
		byID.paths = append(byID.paths, "/api/traces/"+id)
	}
	return []question{
		byID,
		search("newest 20 of a service", `{ resource.service.name = "`+f.service+`" }`),
		search("newest 20 by duration", `{ duration > 500ms }`),
		search("newest 20 by model and duration", `{ span.triton.model_name = "model_07" && duration > 200ms }`),
		search("newest 20, structural", `{ name = "ingress" } >> { name = "compute" && duration > 100ms }`),
		search("no hit, a service", `{ resource.service.name = "nobody" }`),
		search("no hit, duration", `{ duration > 1h }`),
		search("no hit, name and duration", `{ name = "cache_lookup" && duration > 10s }`),
		search("no hit, a typed attribute", `{ span.triton.batch_size = 7 }`),
		search("no hit, event time", `{ event:timeSinceStart > 1h }`),
		search("no hit, a rare attribute", `{ event.exception.type = "NoSuchException" }`),
		series("rate by service", rates),
		until("rate by service, an hour of it", hour, rates),
		series("quantiles by model", quantiles),
		until("quantiles by model, an hour of it", hour, quantiles),
		{"values of service.name", []string{"/api/v2/search/tag/resource.service.name/values"}},
	}
}

func ownQuestions(f facts) []question {
	q := url.QueryEscape(`{ name = "compute" } | quantile_over_time(duration, .5, .9, .99) by (parent.triton.model_name)`)
	return []question{{"quantiles by the parent's model", []string{fmt.Sprintf("/api/metrics/query_range?step=60s&start=%d&end=%d&q=%s", f.start, f.end, q)}}}
}

func jaegerQuestions(f facts, prefix string) []question {
	byID := question{name: "trace by id"}
	for _, id := range f.ids {
		byID.paths = append(byID.paths, prefix+"/api/traces/"+id)
	}
	traces := fmt.Sprintf("%s/api/traces?service=%s&limit=20&start=%d000000&end=%d000000", prefix, f.service, f.start, f.end)
	tags := url.QueryEscape(`{"triton.model_name":"model_07"}`)
	return []question{
		byID,
		{"newest 20 of a service", []string{traces}},
		{"newest 20 by duration", []string{traces + "&minDuration=500ms"}},
		{"newest 20 by model and duration", []string{traces + "&minDuration=200ms&tags=" + tags}},
		{"values of service.name", []string{prefix + "/api/services"}},
	}
}

func ask(c config, t target, f facts) ([]queryResult, error) {
	var out []queryResult
	var err error
	for _, q := range questions[t.kind](f) {
		r := queryResult{Name: q.name}
		t.chill()
		if r.ColdCPU, r.ColdWall, _, err = once(t, q.paths[0]); err != nil {
			return nil, fmt.Errorf("%s: %w", q.name, err)
		}
		if _, _, r.Bytes, err = once(t, q.paths[0]); err != nil {
			return nil, err
		}
		t.heat()
		begun := time.Now()
		for i := 0; i < c.repeat || len(q.paths) == 1 && time.Since(begun) < atLeast; i++ {
			cpu, wall, _, err := once(t, q.paths[i%len(q.paths)])
			if err != nil {
				return nil, err
			}
			r.CPU, r.Wall = append(r.CPU, cpu), append(r.Wall, wall)
		}
		t.chill()
		if r.DropCPU, r.DropWall, _, err = once(t, q.paths[0]); err != nil {
			return nil, err
		}
		slices.Sort(r.CPU)
		slices.Sort(r.Wall)
		fmt.Fprintf(os.Stderr, "%-34s %8.2f CPU-ms (%.2f at least), %8.2f ms; cold %8.2f CPU-ms, %8.2f ms; dropped %8.2f CPU-ms; %d bytes\n",
			r.Name, r.CPU[len(r.CPU)/2], r.CPU[0], r.Wall[len(r.Wall)/2], r.ColdCPU, r.ColdWall, r.DropCPU, r.Bytes)
		out = append(out, r)
	}
	return out, nil
}

// once asks a path and returns what it took the store, in ms.
func once(t target, path string) (cpu, wall float64, size int, err error) {
	before, err := t.cpu()
	if err != nil {
		return 0, 0, 0, err
	}
	begun := time.Now()
	resp, err := http.Get(t.api + path)
	if err != nil {
		return 0, 0, 0, err
	}
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	took := time.Since(begun)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", path, resp.Status, body)
	}
	if err == nil && strings.Contains(resp.Header.Get("Content-Type"), "json") && !json.Valid(body) {
		err = errors.New("the answer is no JSON: " + path)
	}
	if err != nil {
		return 0, 0, 0, err
	}
	after, err := t.cpu()
	return float64((after - before).Microseconds()) / 1000, float64(took.Microseconds()) / 1000, len(body), err
}
