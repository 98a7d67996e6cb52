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

func TestAComparisonThatIsNotUnderstoodLeavesThePanelAsItIs(t *testing.T) {
	w := newWorld(t)
	w.answer = dated
	got := w.panel(w.env(), `{"type":"timeseries","timeCompare":"soon","targets":[{"refId":"A","expr":"x"}]}`)
	if len(got.Frames) != 1 || len(got.Notes) != 2 || !strings.Contains(got.Notes[1].Error, "soon") || got.Notes[1].Hint == "" {
		t.Errorf("%s, %+v", shown(got), got.Notes)
	}
}
