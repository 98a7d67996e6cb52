package ui

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// heard keeps what stores were asked, and answers with it.
type heard struct {
	mu    sync.Mutex
	asked []question
}

type question struct {
	Path   string            `json:"path"`
	Params map[string]string `json:"params"`
}

func (h *heard) by(store http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		q := question{r.URL.Path, map[string]string{}}
		for name := range r.Form {
			q.Params[name] = r.FormValue(name)
		}
		h.mu.Lock()
		h.asked = append(h.asked, q)
		h.mu.Unlock()
		store.ServeHTTP(w, r)
	})
}

func (h *heard) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	h.mu.Lock()
	defer h.mu.Unlock()
	json.NewEncoder(w).Encode(h.asked)
}

// withBuckets answers as shapes, and "buckets", of which the one up to 1 holds 3, the one
// up to 5 two more and the last one more, and one exemplar in the middle of what is asked.
func withBuckets(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	number := func(key string) float64 { n, _ := strconv.ParseFloat(r.FormValue(key), 64); return n }
	if strings.HasSuffix(r.URL.Path, "query_exemplars") {
		fmt.Fprintf(w, `{"status":"success","data":[{"seriesLabels":{"name":"one"},"exemplars":[{"labels":{"trace_id":"0123456789abcdef0123456789abcdef"},"value":"2","timestamp":%f}]}]}`, (number("start")+number("end"))/2)
		return
	}
	if r.FormValue("query") != "buckets" {
		shapes(w, r)
		return
	}
	var list []string
	for i, le := range []string{"1", "5", "+Inf"} {
		var values []string
		for t := number("start"); t <= number("end") && number("step") > 0; t += number("step") {
			values = append(values, fmt.Sprintf(`[%f,"%d"]`, t, []int{3, 5, 6}[i]))
		}
		list = append(list, fmt.Sprintf(`{"metric":{"le":%q},"values":[%s]}`, le, strings.Join(values, ",")))
	}
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[%s]}}`, strings.Join(list, ","))
}

// asMany answers a search with as many traces as it may, up to 40, each with as many spans
// as it may, up to 30, and a metrics query with one series whose values are its step, or of
// the whole range how many seconds that is.
type asMany struct{ rest http.Handler }

func (a asMany) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number := func(key string, most int) int { n, _ := strconv.Atoi(r.FormValue(key)); return min(n, most) }
	switch r.URL.Path {
	case "/api/search":
		var traces []map[string]any
		for i := range number("limit", 40) {
			at := int64(number("end", 1<<40)-1-i) * int64(time.Second)
			var spans []map[string]any
			for j := range number("spss", 30) {
				spans = append(spans, map[string]any{"spanID": fmt.Sprintf("%016x", 16*i+j+1), "name": "ingress", "startTimeUnixNano": fmt.Sprint(at), "durationNanos": fmt.Sprint((i + 1) * 1e6)})
			}
			traces = append(traces, map[string]any{"traceID": fmt.Sprintf("%032x", i+1), "rootServiceName": "envoy-0", "rootTraceName": "ingress", "startTimeUnixNano": fmt.Sprint(at), "durationMs": i + 1,
				"spanSets": []any{map[string]any{"matched": len(spans), "spans": spans}}})
		}
		json.NewEncoder(w).Encode(map[string]any{"traces": traces, "metrics": map[string]any{}})
	case "/api/metrics/query":
		fmt.Fprintf(w, `{"series":[{"labels":[{"key":"name","value":{"stringValue":"ingress"}}],"value":%d}]}`, number("end", 1<<40)-number("start", 1<<40))
	case "/api/metrics/query_range":
		step, _ := time.ParseDuration(r.FormValue("step"))
		var samples []map[string]any
		for at := number("start", 1<<40); at <= number("end", 1<<40) && step > 0; at += int(step.Seconds()) {
			samples = append(samples, map[string]any{"timestampMs": fmt.Sprint(at * 1000), "value": step.Seconds()})
		}
		json.NewEncoder(w).Encode(map[string]any{"series": []any{map[string]any{"labels": []any{map[string]any{"key": "name", "value": map[string]any{"stringValue": "ingress"}}}, "samples": samples}}, "metrics": map[string]any{}})
	default:
		a.rest.ServeHTTP(w, r)
	}
}

func TestTheFormsOfQueriesAskWhatTheySayInChromium(t *testing.T) {
	h := &heard{}
	control := httptest.NewServer(h)
	t.Cleanup(control.Close)
	serve := func(store http.Handler) string {
		s := httptest.NewServer(h.by(store))
		t.Cleanup(s.Close)
		return s.URL
	}
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		tempo, err := url.Parse(c.DataSources[1].URL)
		if err != nil {
			t.Fatal(err)
		}
		c.DataSources[0].URL = serve(http.HandlerFunc(withBuckets))
		c.DataSources[1].URL = serve(asMany{httputil.NewSingleHostReverseProxy(tempo)})
	}).reader("forms.mjs", "CONTROL="+control.URL)
}
