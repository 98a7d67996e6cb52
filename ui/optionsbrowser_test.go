package ui

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// steadyAndWaves answers "steady", three series that do not change, and "waves", three
// that rise and fall, of which one has a gap; each by its label "name".
func steadyAndWaves(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	number := func(key string) float64 { n, _ := strconv.ParseFloat(r.FormValue(key), 64); return n }
	shapes := map[string]map[string]func(t float64) float64{
		"steady": {"low": func(float64) float64 { return 20 }, "mid": func(float64) float64 { return 50 }, "high": func(float64) float64 { return 80 }},
		"waves": {"one": func(t float64) float64 { return 10 + 5*math.Sin(t/300) }, "none": func(float64) float64 { return 0 },
			"broken": func(t float64) float64 {
				if math.Mod(t, 1800) < 240 {
					return math.NaN()
				}
				return 30 - 3*math.Cos(t/200)
			}},
	}[r.FormValue("query")]
	var list []string
	for _, name := range []string{"low", "mid", "high", "one", "none", "broken"} {
		shape := shapes[name]
		if shape == nil {
			continue
		}
		var values []string
		at := func(t float64) {
			if v := shape(t); !math.IsNaN(v) {
				values = append(values, fmt.Sprintf(`[%f,"%g"]`, t, v))
			}
		}
		if !strings.HasSuffix(r.URL.Path, "query_range") {
			at(number("time"))
			list = append(list, fmt.Sprintf(`{"metric":{"name":%q},"value":%s}`, name, strings.Join(values, "")))
			continue
		}
		for t := number("start"); t <= number("end") && number("step") > 0; t += number("step") {
			at(t)
		}
		list = append(list, fmt.Sprintf(`{"metric":{"name":%q},"values":[%s]}`, name, strings.Join(values, ",")))
	}
	kind := "vector"
	if strings.HasSuffix(r.URL.Path, "query_range") {
		kind = "matrix"
	}
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":%q,"result":[%s]}}`, kind, strings.Join(list, ","))
}

func TestOptionsOfAPanelChangeItsPictureInChromium(t *testing.T) {
	prometheus := httptest.NewServer(http.HandlerFunc(steadyAndWaves))
	t.Cleanup(prometheus.Close)
	newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	}).reader("options.mjs")
}
