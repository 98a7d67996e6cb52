package ui

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"supersonic/ui/boards"
)

// loads is a Prometheus with one metric, load{pod, model}, that does not change.
func loads(t *testing.T, pods, models []string) *httptest.Server {
	t.Helper()
	matcher := regexp.MustCompile(`(pod|model)=~?"([^"]*)"`)
	grouped := regexp.MustCompile(`^sum by \(([a-z, ]+)\)`)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.FormValue("query")
		sums, metrics := map[string]float64{}, map[string]map[string]string{}
		for i, pod := range pods {
			for j, model := range models {
				labels, seen := map[string]string{"pod": pod, "model": model}, true
				for _, m := range matcher.FindAllStringSubmatch(q, -1) {
					seen = seen && regexp.MustCompile("^(?:"+strings.ReplaceAll(m[2], `\\`, `\`)+")$").MatchString(labels[m[1]])
				}
				if !seen {
					continue
				}
				metric := map[string]string{}
				if by := grouped.FindStringSubmatch(q); by != nil {
					for _, name := range strings.Split(by[1], ", ") {
						metric[name] = labels[name]
					}
				}
				key := fmt.Sprint(metric)
				metrics[key] = metric
				sums[key] += float64(10*i+j) + 0.5
			}
		}
		answer(w, r, sums, metrics)
	}))
	t.Cleanup(s.Close)
	return s
}

// answer tells the sums at the time that is asked about, or at each step of a range.
func answer(w http.ResponseWriter, r *http.Request, sums map[string]float64, metrics map[string]map[string]string) {
	number := func(name string) float64 { v, _ := strconv.ParseFloat(r.FormValue(name), 64); return v }
	kind, result := "vector", []any{}
	for key, v := range sums {
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if !strings.HasSuffix(r.URL.Path, "query_range") {
			result = append(result, map[string]any{"metric": metrics[key], "value": []any{float64(time.Now().Unix()), text}})
			continue
		}
		kind = "matrix"
		var values []any
		for at := number("start"); at <= number("end"); at += max(1, number("step")) {
			values = append(values, []any{at, text})
		}
		result = append(result, map[string]any{"metric": metrics[key], "values": values})
	}
	json.NewEncoder(w).Encode(map[string]any{"status": "success", "data": map[string]any{"resultType": kind, "result": result}})
}

func TestRepeatsLinksAndTracesOfADashboardInChromium(t *testing.T) {
	dashboard, err := os.ReadFile("testdata/links-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	store := loads(t, []string{"triton-0", "triton-1", "triton-2"}, []string{"jet tag", "tau&id"})
	w := newWorld(t, func(c *Config) {
		c.DataSources[0].URL = store.URL
		c.RootURL = "https://site.example/sub/path/"
		c.Boards.Given = []boards.Given{{Key: "one", JSON: dashboard, Name: "links"},
			{Key: "two", Name: "other", JSON: []byte(`{"uid":"other","title":"The other","tags":["triton"],"panels":[{"id":1,"type":"text","title":"Other","gridPos":{"x":0,"y":0,"w":6,"h":3},"options":{"content":"here"}}]}`)}}
	})
	w.reader("links.mjs", "UNDER=/sub/path/")
}
