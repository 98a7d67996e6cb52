package ui

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/internal/browse"
	"supersonic/ui/payload"
)

// largest is the largest answer that a panel may have: 100 series of 10,000 points.
func largest(lines, points int) payload.PanelView {
	chart := payload.ChartView{XIsTime: true, StepMs: 1000}
	for p := range points {
		chart.TimesMs = append(chart.TimesMs, 1.79e12+1000*float64(p))
	}
	for l := range lines {
		line := payload.Line{Name: fmt.Sprintf("triton-%d", l)}
		for p := range points {
			v := float64((l*7919+p*104729)%100_003) / 997
			line.Values = append(line.Values, &v)
		}
		line.Values[points/2] = nil
		chart.Lines = append(chart.Lines, line)
	}
	return payload.PanelView{Kind: "timeseries", Title: "largest", Chart: &chart}
}

func answered(accept string, v payload.PanelView) *httptest.ResponseRecorder {
	r := httptest.NewRequest("POST", "/api/panel", nil)
	r.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	writeAnswer(w, r, v)
	return w
}

// assembled puts an answer in frames together, as the browser does.
func assembled(t *testing.T, body []byte) payload.PanelView {
	t.Helper()
	lines := bytes.Split(bytes.TrimSpace(body), []byte("\n"))
	var v payload.PanelView
	if err := json.Unmarshal(lines[0], &v); err != nil {
		t.Fatal(err)
	}
	for _, line := range lines[1 : len(lines)-1] {
		var frame struct {
			At     []any
			Values []*float64
		}
		if err := json.Unmarshal(line, &frame); err != nil {
			t.Fatalf("%v in %.100s", err, line)
		}
		if frame.At[0] == "chart" {
			v.Chart.Lines[int(frame.At[2].(float64))].Values = frame.Values
		} else {
			v.Heatmap.Counts[int(frame.At[2].(float64))] = frame.Values
		}
	}
	if want := fmt.Sprintf(`{"frames":%d}`, len(lines)-2); string(lines[len(lines)-1]) != want {
		t.Errorf("the last frame is %s, want %s", lines[len(lines)-1], want)
	}
	return v
}

func TestAViewInFramesIsTheViewInOnePiece(t *testing.T) {
	heat := payload.PanelView{Kind: "heatmap", Heatmap: &payload.HeatmapView{}}
	for range 60 {
		heat.Heatmap.Counts = append(heat.Heatmap.Counts, largest(1, 1000).Chart.Lines[0].Values)
	}
	for _, v := range []payload.PanelView{largest(20, 3000), heat} {
		var whole payload.PanelView
		if err := json.Unmarshal(answered("application/json", v).Body.Bytes(), &whole); err != nil {
			t.Fatal(err)
		}
		w := answered("application/x-ndjson, application/json", v)
		if kind := w.Header().Get("Content-Type"); kind != framesType || w.Code != http.StatusOK {
			t.Fatalf("%d, %s", w.Code, kind)
		}
		if diff := cmp.Diff(whole, assembled(t, w.Body.Bytes())); diff != "" {
			t.Error(diff)
		}
		if v.Chart != nil && len(v.Chart.Lines[0].Values) == 0 {
			t.Error("what was answered was changed")
		}
	}
}

func TestAViewOfFewValuesGoesInOnePiece(t *testing.T) {
	if kind := answered("application/x-ndjson", largest(4, 1000)).Header().Get("Content-Type"); kind != "application/json; charset=utf-8" {
		t.Error(kind)
	}
}

func BenchmarkLargestAnswer(b *testing.B) {
	v := largest(100, 10_000)
	for _, accept := range []string{"application/json", framesType} {
		for _, packing := range []string{"", "gzip"} {
			b.Run(accept+" "+packing, func(b *testing.B) {
				size := 0
				for b.Loop() {
					r := httptest.NewRequest("POST", "/api/panel", nil)
					r.Header.Set("Accept", accept)
					r.Header.Set("Accept-Encoding", packing)
					w := httptest.NewRecorder()
					writeAnswer(w, r, v)
					size = w.Body.Len()
				}
				b.ReportMetric(float64(size), "bytes")
			})
		}
	}
}

// manyPoints is a Prometheus that answers a range with 100 series of as many points
// as are asked for.
func manyPoints(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	b := bufio.NewWriter(w)
	defer b.Flush()
	var from, to, step float64
	fmt.Sscan(r.FormValue("start"), &from)
	fmt.Sscan(r.FormValue("end"), &to)
	if n, _ := fmt.Sscan(r.FormValue("step"), &step); n != 1 || step <= 0 {
		fmt.Fprint(b, `{"status":"success","data":{"resultType":"vector","result":[]}}`)
		return
	}
	fmt.Fprint(b, `{"status":"success","data":{"resultType":"matrix","result":[`)
	for s := range 100 {
		if s > 0 {
			fmt.Fprint(b, ",")
		}
		fmt.Fprintf(b, `{"metric":{"pod":"triton-%d"},"values":[`, s)
		for i, at := 0, from; at <= to; i, at = i+1, at+step {
			if i > 0 {
				fmt.Fprint(b, ",")
			}
			fmt.Fprintf(b, `[%.3f,"%g"]`, at, float64((s*7919+i*104729)%100_003)/997)
		}
		fmt.Fprint(b, `]}`)
	}
	fmt.Fprint(b, `]}}`)
}

func TestTheLargestAnswerDoesNotHoldUpThePageWhileItIsReadInChromium(t *testing.T) {
	prometheus := httptest.NewServer(http.HandlerFunc(manyPoints))
	t.Cleanup(prometheus.Close)
	w := newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	})
	browse.Run(t, "largest.mjs", "SITE_URL="+w.url)
}
