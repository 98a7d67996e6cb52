package e2e

import (
	"encoding/json"
	"fmt"
	"math"
	"net/url"
	"os/exec"
	"slices"
	"strconv"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/payload"
)

// split is what one model on one pod spent, by phase, in milliseconds a request.
type split struct {
	requests float64
	ms       map[string]float64
}

// phasesOfTriton are those that Triton counts, with its counters.
var phasesOfTriton = map[string]string{"queue": "queue", "input": "compute_input", "infer": "compute_infer", "output": "compute_output"}

// wantLatencies holds the page's split of a time beside two routes of which the page
// is no part: the spans as the store gives them, and Triton's counters as the metrics
// store has them. The command line has to tell the same as the page.
func (s *site) wantLatencies(from, to time.Time) {
	s.t.Helper()
	var got payload.Latency
	window := fmt.Sprintf("from=%d&to=%d", from.UnixMilli(), to.UnixMilli())
	if err := s.page("/api/latency?"+window, &got); err != nil {
		s.t.Fatal(err)
	}
	s.wantSumOfPhases(got)
	spans, counters := s.splitBySpans(from, to), s.splitByCounters(from, to)
	agreeing := 0
	for _, r := range got.Counters.Rows {
		key := r.Model + " on " + r.Pod
		bySpans, byCounters := spans[key], counters[key]
		delete(counters, key)
		if !r.Comparing {
			continue
		}
		if math.Abs(r.Requests-byCounters.requests) > 0.5 {
			s.t.Errorf("%s: the page tells %v counted requests, the metrics store %v", key, r.Requests, byCounters.requests)
		}
		for _, p := range r.Phases {
			if !about(p.CountersMs, byCounters.ms[p.Name], 0.001, 1e-4) {
				s.t.Errorf("%s, %s: the page tells %.4f ms of the counters, they are %.4f", key, p.Name, p.CountersMs, byCounters.ms[p.Name])
			}
			if !about(p.SpansMs, bySpans.ms[p.Name], 0.05, 0.05) {
				s.t.Errorf("%s, %s: the page tells %.4f ms of the spans, they are %.4f", key, p.Name, p.SpansMs, bySpans.ms[p.Name])
			}
		}
		if r.Agree {
			agreeing++
		} else if r.Reason == "" {
			s.t.Errorf("%s does not agree, and no reason is told: %+v", key, r.Phases)
		}
		s.t.Logf("%s: %v requests counted, %v by %d spans;%s", key, r.Requests, r.Runs, int(bySpans.requests), phasesText(r))
	}
	for key, c := range counters {
		if c.requests > 0 && spans[key].requests > 0 { // an ensemble has no execution of its own
			s.t.Errorf("the page lacks %s, which counted %v requests", key, c.requests)
		}
	}
	if agreeing == 0 {
		s.t.Errorf("none of %d agrees: %s", len(got.Counters.Rows), got.Counters.Sentence)
	}
	s.wantSameOnTheCommandLine(got, from, to)
}

func phasesText(r payload.LatencyCounter) string {
	text := ""
	for _, p := range r.Phases {
		text += fmt.Sprintf(" %s %.3f|%.3f", p.Name, p.SpansMs, p.CountersMs)
	}
	return text
}

func about(got, want, share, least float64) bool {
	return math.Abs(got-want) <= max(share*want, least)
}

// wantSumOfPhases: what a request is split into is all of it.
func (s *site) wantSumOfPhases(got payload.Latency) {
	s.t.Helper()
	for _, r := range slices.Concat(got.All, got.Models, got.Each) {
		sum := 0.0
		for _, p := range r.Phases {
			sum += p.TotalS
		}
		if !about(sum, r.Total.TotalS, 0.001, 1e-6) {
			s.t.Errorf("%s on %s: the phases make %v s of %v s", r.Model, r.Pod, sum, r.Total.TotalS)
		}
	}
	if len(got.All) != 1 || got.All[0].Requests < 100 {
		s.t.Errorf("a minute's latencies are of %+v", got.All)
	}
}

// splitBySpans reads whole traces from the store and takes each run of a model from
// its own events.
func (s *site) splitBySpans(from, to time.Time) map[string]split {
	s.t.Helper()
	params := url.Values{"q": {"{}"}, "limit": {"5000"}, "start": {strconv.FormatInt(from.UnixNano(), 10)}, "end": {strconv.FormatInt(to.UnixNano(), 10)}}
	all, err := s.traces("/api/traces?" + params.Encode())
	if err != nil {
		s.t.Fatal(err)
	}
	type run struct {
		key    string
		queued int64
	}
	runs := map[pcommon.SpanID]run{}
	others := map[pcommon.TraceID]bool{} // what fails is not split, what began outside of the time not counted
	var computes []ptrace.Span
	for _, rs := range all.ResourceSpans().All() {
		pod, _ := rs.Resource().Attributes().Get("service.name")
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				start := sp.StartTimestamp().AsTime()
				if sp.Status().Code() == ptrace.StatusCodeError || start.Before(from) || sp.ParentSpanID().IsEmpty() && !start.Before(to) {
					others[sp.TraceID()] = true
				}
				if model, is := sp.Attributes().Get("triton.model_name"); is {
					runs[sp.SpanID()] = run{model.Str() + " on " + pod.Str(), eventsOf(sp)["QUEUE_START"]}
				} else if sp.Name() == "compute" {
					computes = append(computes, sp)
				}
			}
		}
	}
	sums := map[string]split{}
	for _, sp := range computes {
		r, at := runs[sp.ParentSpanID()], eventsOf(sp)
		if r.key == "" || at["COMPUTE_END"] == 0 || others[sp.TraceID()] {
			continue
		}
		one := sums[r.key]
		if one.ms == nil {
			one.ms = map[string]float64{}
		}
		one.requests++
		for phase, ns := range map[string]int64{"queue": at["COMPUTE_START"] - r.queued, "input": at["COMPUTE_INPUT_END"] - at["COMPUTE_START"],
			"infer": at["COMPUTE_OUTPUT_START"] - at["COMPUTE_INPUT_END"], "output": at["COMPUTE_END"] - at["COMPUTE_OUTPUT_START"]} {
			one.ms[phase] += float64(ns) / 1e6
		}
		sums[r.key] = one
	}
	for _, one := range sums {
		for phase := range one.ms {
			one.ms[phase] /= one.requests
		}
	}
	return sums
}

func eventsOf(sp ptrace.Span) map[string]int64 {
	at := map[string]int64{}
	for _, e := range sp.Events().All() {
		at[e.Name()] = int64(e.Timestamp())
	}
	return at
}

// splitByCounters is the difference of Triton's counters between the two times.
func (s *site) splitByCounters(from, to time.Time) map[string]split {
	s.t.Helper()
	at := func(metric string, t time.Time) map[string]float64 {
		values, err := s.promBy(fmt.Sprintf("sum by (model, pod) (nv_inference_%s)", metric), t)
		if err != nil {
			s.t.Fatal(err)
		}
		return values
	}
	out := map[string]split{}
	before, after := at("request_success", from), at("request_success", to)
	for key, n := range after {
		out[key] = split{n - before[key], map[string]float64{}}
	}
	for phase, metric := range phasesOfTriton {
		before, after := at(metric+"_duration_us", from), at(metric+"_duration_us", to)
		for key, one := range out {
			if one.requests > 0 {
				one.ms[phase] = (after[key] - before[key]) / one.requests / 1e3
			}
		}
	}
	return out
}

// promBy are the values of an instant query by "model on pod".
func (s *site) promBy(query string, at time.Time) (map[string]float64, error) {
	body, err := get(s.url(s.ports.prometheus, "/api/v1/query?"+url.Values{"query": {query}, "time": {strconv.FormatFloat(float64(at.UnixMilli())/1e3, 'f', 3, 64)}}.Encode()))
	if err != nil {
		return nil, err
	}
	var answer struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return nil, err
	}
	out := map[string]float64{}
	for _, r := range answer.Data.Result {
		text, _ := r.Value[1].(string)
		if out[r.Metric["model"]+" on "+r.Metric["pod"]], err = strconv.ParseFloat(text, 64); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// wantSameOnTheCommandLine asks the page by `supersonic latency`.
func (s *site) wantSameOnTheCommandLine(want payload.Latency, from, to time.Time) {
	s.t.Helper()
	out, err := exec.Command(program, "latency", "--json", "--url", s.url(s.ports.page, ""), "--from", strconv.FormatInt(from.UnixMilli(), 10), "--to", strconv.FormatInt(to.UnixMilli(), 10)).Output()
	var got payload.Latency
	if err == nil {
		err = json.Unmarshal(out, &got)
	}
	if err != nil {
		s.t.Errorf("supersonic latency: %v, printed %.300s", err, out)
		return
	}
	if got.Sentence != want.Sentence || len(got.All) != 1 || got.All[0].Requests != want.All[0].Requests || got.Counters.Sentence != want.Counters.Sentence {
		s.t.Errorf("the command line tells %q of %+v, the page %q of %+v", got.Sentence, got.All, want.Sentence, want.All)
	}
}
