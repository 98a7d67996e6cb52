package query

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"
)

// dated answers each query with two samples at the end of its range, whose values are
// the hours that the end lies before 2023-11-14 22:13:20.
func dated(_ string, r *http.Request) (int, string) {
	end, _ := strconv.ParseFloat(r.FormValue("end"), 64)
	hours := (1_700_000_000 - end) / 3600
	return 200, fmt.Sprintf(`{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"pod":"a"},"values":[[%f,"%g"],[%f,"%g"]]}]}}`, end-60, hours, end, hours)
}

// shown is what a panel's series are: whose query, when the last sample is, its value.
func shown(got Result) string {
	var out []string
	for _, f := range got.Frames {
		times, values := f.Fields[0].Values, f.Fields[1].Values
		out = append(out, fmt.Sprintf("%s %s %g", f.RefID, time.UnixMilli(int64(times[len(times)-1])).UTC().Format("02T15:04"), math.Round(100*values[len(values)-1])/100))
	}
	return strings.Join(out, ", ")
}

func TestAPanelsOwnTimesAreThoseThatAreAsked(t *testing.T) {
	w := newWorld(t)
	w.answer = dated
	for _, c := range []struct{ options, want, info string }{
		{``, "A 14T22:13 0", ""},
		{`,"timeFrom":"1h"`, "A 14T22:13 0", "Last 1 hour"},
		{`,"timeShift":"2h"`, "A 14T20:13 2", "timeshift -2h"},
		{`,"timeShift":"1d","hideTimeOverride":true`, "A 13T22:13 24", ""},
		{`,"timeFrom":"now-1d/d"`, "A 13T23:58 22.26", "now-1d/d"},
		{`,"timeCompare":"1d"`, "A 14T22:13 0, A-compare 14T22:13 24", "compared with 1d before"},
		{`,"timeCompare":"__previousPeriod"`, "A 14T22:13 0, A-compare 14T22:13 3", "compared with the period before"},
		{`,"timeCompare":"1w","hideTimeOverride":true`, "A 14T22:13 0, A-compare 14T22:13 168", ""},
		{`,"timeCompare":"1d","timeShift":"1h"`, "A 14T21:13 1, A-compare 14T21:13 25", "timeshift -1h compared with 1d before"},
		{`,"timeCompare":"$ago"`, "A 14T22:13 0, A-compare 14T22:13 1", "compared with $ago before"},
	} {
		e := w.env()
		e.Now = e.Now.UTC()
		e.Set("ago", Value{Values: []string{"1h"}, Texts: []string{"1h"}})
		got := w.panel(e, `{"type":"timeseries","targets":[{"refId":"A","expr":"x","interval":"1s"}]`+c.options+`}`)
		if s := shown(got); s != c.want || got.TimeInfo != strings.ReplaceAll(c.info, "$ago", "1h") {
			t.Errorf("%s: %s (%s)", c.options, s, got.TimeInfo)
		}
	}
}

// A year of TraceQL metrics ends with the step under way, where the range ends; that of
// PromQL with the last whole step, as Grafana asks for it.
func TestALongRangeEndsWithItsLastStep(t *testing.T) {
	w := newWorld(t)
	asked := ""
	w.answer = func(path string, r *http.Request) (int, string) {
		asked = r.FormValue("start") + " " + r.FormValue("end") + " " + r.FormValue("step")
		if strings.HasPrefix(path, "/api/metrics") {
			end, _ := strconv.ParseInt(r.FormValue("end"), 10, 64)
			return 200, fmt.Sprintf(`{"series":[{"labels":[],"samples":[{"timestampMs":"%d","value":5}]}]}`, end*1000)
		}
		return dated(path, r)
	}
	e := w.env()
	e.From = e.To.AddDate(-1, 0, 0)
	trace := w.panel(e, `{"type":"timeseries","interval":"1d","datasource":{"type":"tempo","uid":"tempo"},"targets":[{"refId":"A","queryType":"traceql","query":"{} | rate()"}]}`)
	if len(trace.Frames) != 1 || asked != "1668384000 1700006400 86400s" { // the day after 2023-11-14 22:13:20 is the end of that day
		t.Fatalf("asked %s, %d frames, %+v", asked, len(trace.Frames), trace.Notes)
	}
	if f := trace.Frames[0].Fields; f[0].Values[0] != 1.7e12 || f[1].Values[0] < 5*86400/80001. || f[1].Values[0] > 5*86400/79999. {
		t.Errorf("%v is %v", f[0].Values, f[1].Values)
	}
	prom := w.panel(e, `{"type":"timeseries","interval":"1d","targets":[{"refId":"A","expr":"x"}]}`)
	if asked != "1668384000.000 1699920000.000 86400" || len(prom.Frames) != 1 {
		t.Errorf("asked %s", asked)
	}
}

func TestAComparisonThatIsNotUnderstoodLeavesThePanelAsItIs(t *testing.T) {
	w := newWorld(t)
	w.answer = dated
	got := w.panel(w.env(), `{"type":"timeseries","timeCompare":"soon","targets":[{"refId":"A","expr":"x"}]}`)
	if len(got.Frames) != 1 || len(got.Notes) != 2 || !strings.Contains(got.Notes[1].Error, "soon") || got.Notes[1].Hint == "" {
		t.Errorf("%s, %+v", shown(got), got.Notes)
	}
}
