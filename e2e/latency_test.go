package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/url"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
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
	from, to = from.Truncate(time.Millisecond), to.Truncate(time.Millisecond) // as the address has them
	got, spans := s.settledLatencies(from, to)
	counters := s.splitByCounters(from, to)
	s.wantSumOfPhases(got)
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
		if !about(r.Runs, bySpans.requests, 0.001, 0) {
			s.t.Errorf("%s: the page tells %v requests by the spans, they stand for %v", key, r.Runs, bySpans.requests)
		}
		for _, p := range r.Phases {
			if !about(p.CountersMs, byCounters.ms[p.Name], 0.001, 1e-4) {
				s.t.Errorf("%s, %s: the page tells %.4f ms of the counters, they are %.4f", key, p.Name, p.CountersMs, byCounters.ms[p.Name])
			}
			if !about(p.SpansMs, bySpans.ms[p.Name], 0.001, 1e-4) {
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

// settledLatencies asks the page and the store until no more spans of that time come
// between two answers of the page: under load they may be late.
func (s *site) settledLatencies(from, to time.Time) (got payload.Latency, spans map[string]split) {
	s.t.Helper()
	window := fmt.Sprintf("/api/latency?from=%d&to=%d", from.UnixMilli(), to.UnixMilli())
	eventually(s.t, "the spans of that time are all there", func() error {
		if err := s.page(window, &got); err != nil {
			return err
		}
		spans = s.splitBySpans(from, to)
		before := got.Rests
		got = payload.Latency{}
		if err := s.page(window, &got); err != nil {
			return err
		}
		if diff := cmp.Diff(before, got.Rests); diff != "" {
			return errors.New(diff)
		}
		return nil
	})
	return got, spans
}

// spanOf is a span with its pod, and those below it.
type spanOf struct {
	ptrace.Span
	pod      string
	above    *spanOf
	children []*spanOf
}

func (sp *spanOf) attr(key string) string {
	v, _ := sp.Attributes().Get(key)
	return v.AsString()
}

// splitBySpans reads whole traces from the store and takes each run of a model from
// its own events: of the requests that began within the time and did not fail.
func (s *site) splitBySpans(from, to time.Time) map[string]split {
	s.t.Helper()
	params := url.Values{"q": {"{}"}, "limit": {"5000"}, "start": {strconv.FormatInt(from.UnixNano(), 10)}, "end": {strconv.FormatInt(to.UnixNano(), 10)}}
	all, err := s.traces("/api/traces?" + params.Encode())
	if err != nil {
		s.t.Fatal(err)
	}
	sums := map[string]split{}
	for _, sp := range linked(all) {
		if sp.Name() != attr.InferRequest {
			continue
		}
		top := sp
		if sp.above != nil && sp.above.Name() == attr.Ingress {
			top = sp.above
		}
		code := top.attr("grpc.status_code")
		failed := top.Status().Code() == ptrace.StatusCodeError || code != "" && code != "0"
		start := top.StartTimestamp().AsTime()
		if !failed && !start.Before(from) && !start.After(to) {
			addRuns(sums, sp, standsFor(sp.TraceState().AsRaw()))
		}
	}
	for _, one := range sums {
		for phase := range one.ms {
			one.ms[phase] /= one.requests
		}
	}
	return sums
}

func linked(td ptrace.Traces) map[pcommon.SpanID]*spanOf {
	all := map[pcommon.SpanID]*spanOf{}
	for _, rs := range td.ResourceSpans().All() {
		pod, _ := rs.Resource().Attributes().Get("service.name")
		for _, ss := range rs.ScopeSpans().All() {
			for _, sp := range ss.Spans().All() {
				all[sp.SpanID()] = &spanOf{Span: sp, pod: pod.Str()}
			}
		}
	}
	for _, sp := range all {
		if sp.above = all[sp.ParentSpanID()]; sp.above != nil {
			sp.above.children = append(sp.above.children, sp)
		}
	}
	return all
}

// addRuns adds the executions below a span, each of which stands for n requests.
func addRuns(sums map[string]split, sp *spanOf, n float64) {
	for _, c := range sp.children {
		addRuns(sums, c, n)
	}
	at := eventsOf(sp.Span)
	if sp.Name() != attr.Compute || at["COMPUTE_END"] == 0 || sp.above == nil {
		return
	}
	key := sp.above.attr(attr.ModelName) + " on " + sp.pod
	one := sums[key]
	if one.ms == nil {
		one.ms = map[string]float64{}
	}
	one.requests += n
	for phase, ns := range map[string]int64{"queue": at["COMPUTE_START"] - eventsOf(sp.above.Span)["QUEUE_START"], "input": at["COMPUTE_INPUT_END"] - at["COMPUTE_START"],
		"infer": at["COMPUTE_OUTPUT_START"] - at["COMPUTE_INPUT_END"], "output": at["COMPUTE_END"] - at["COMPUTE_OUTPUT_START"]} {
		one.ms[phase] += n * float64(ns) / 1e6
	}
	sums[key] = one
}

var threshold = regexp.MustCompile(`\bth:([0-9a-f]+)`)

// standsFor is how many requests a sampled one is, by its tracestate.
func standsFor(state string) float64 {
	found := threshold.FindStringSubmatch(state)
	if found == nil {
		return 1
	}
	refused, _ := strconv.ParseUint((found[1] + "00000000000000")[:14], 16, 64)
	return 1 / (1 - float64(refused)/(1<<56))
}

func eventsOf(sp ptrace.Span) map[string]int64 {
	at := map[string]int64{}
	for _, e := range sp.Events().All() {
		at[e.Name()] = int64(e.Timestamp())
	}
	return at
}

// splitByCounters is the difference of Triton's counters between the last scrapes that
// succeeded before the two times: a busy server may miss one, after which the metrics
// store has no value at all.
func (s *site) splitByCounters(from, to time.Time) map[string]split {
	s.t.Helper()
	at := func(metric string, t time.Time) map[string]float64 {
		values, err := s.promBy(fmt.Sprintf("sum by (model, pod) (last_over_time(nv_inference_%s[5m]))", metric), t)
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
