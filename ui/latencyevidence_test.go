package ui

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/ui/payload"
)

// computing is one run of a model as its spans tell: nothing of the page's own code
// has a part in it.
type computing struct {
	pod   string
	trace string
	took  time.Duration
}

// computings asks a store for whole traces and reads what each run of a model
// computed: from the end of the input to the begin of the output.
func computings(t *testing.T, store, model string) (list []computing) {
	t.Helper()
	resp, err := http.Get(store + "/api/traces?q=%7B%7D")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	all, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
	if err != nil {
		t.Fatal(err)
	}
	runs := map[pcommon.SpanID]string{} // of the model, to their pods
	var below []ptrace.Span
	for _, rs := range all.ResourceSpans().All() {
		pod, _ := rs.Resource().Attributes().Get("pod_name")
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				if name, has := s.Attributes().Get("triton.model_name"); has && name.Str() == model {
					runs[s.SpanID()] = pod.Str()
				} else if s.Name() == "compute" {
					below = append(below, s)
				}
			}
		}
	}
	for _, s := range below {
		if pod, is := runs[s.ParentSpanID()]; is {
			at := map[string]int64{}
			for _, e := range s.Events().All() {
				at[e.Name()] = int64(e.Timestamp())
			}
			list = append(list, computing{pod, s.TraceID().String(), time.Duration(at["COMPUTE_OUTPUT_START"] - at["COMPUTE_INPUT_END"])})
		}
	}
	return list
}

func middle(list []computing) float64 {
	slices.SortFunc(list, func(a, b computing) int { return int(a.took - b.took) })
	return list[(len(list)-1)/2].took.Seconds() * 1e3
}

// millis are the durations in a text, in milliseconds.
func millis(text string) (list []float64) {
	for _, m := range regexp.MustCompile(`([\d.]+) ms`).FindAllStringSubmatch(text, -1) {
		v, _ := strconv.ParseFloat(m[1], 64)
		list = append(list, v)
	}
	return list
}

func near(a, b, part float64) bool { return math.Abs(a-b) <= part*b }

func TestTheSentencesNumbersAreThoseOfTheTracesReadByAnotherRoute(t *testing.T) {
	store := recordedStore(t, "latency/testdata/slow-pod-one-model.otlp.jsonl.gz")
	w := newWorld(t, func(c *Config) { c.DataSources[1].URL = store.URL })
	got := ask[payload.Latency](w, fmt.Sprintf("/api/latency?from=%d&to=%d", 1795959800000, 1795959800000+3_600_000))
	const slow = "supersonic-triton-2"
	var there []computing
	others, elsewhere := map[string][]computing{}, 0
	byTrace := map[string]computing{}
	for _, c := range computings(t, store.URL, "tagger") {
		byTrace[c.trace] = c
		if c.pod == slow {
			there = append(there, c)
		} else {
			others[c.pod] = append(others[c.pod], c)
			elsewhere++
		}
	}
	var each []float64
	for _, list := range others {
		each = append(each, middle(list))
	}
	slices.Sort(each)
	mine, theirs := middle(there), each[(len(each)-1)/2] // of the pod in the middle
	texts := append([]string{got.Sentence}, got.Findings[0].Evidence...)
	for _, text := range texts {
		told := millis(text)
		if len(told) < 2 || !near(told[0], mine, 0.03) || !near(told[1], theirs, 0.03) {
			t.Errorf("the traces tell %.2f and %.2f ms, not so: %s", mine, theirs, text)
		}
		if want := fmt.Sprintf("%d against %d requests", len(there), elsewhere); !strings.Contains(text, want) {
			t.Errorf("the traces tell %s, not so: %s", want, text)
		}
	}
	if factor := fmt.Sprintf("%.1f times", mine/theirs); !strings.Contains(got.Sentence, factor) {
		t.Errorf("%s, not so: %s", factor, got.Sentence)
	}
	for _, e := range got.Findings[0].Examples {
		c, known := byTrace[e.ID]
		if !known || c.pod != slow || !near(e.PhaseMs, c.took.Seconds()*1e3, 0.001) {
			t.Errorf("example %+v; its trace tells %+v", e, c)
		}
	}
}
