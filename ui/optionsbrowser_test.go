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

// shapes answers "steady", three series that do not change, "waves", three of which one
// rises and falls and one has gaps, and "states", two that are 0 and 1 by turns, of
// which one is not there for a while; each by its label "name", and the same in each
// hour: what is seen must not hang on the time of day.
func shapes(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	if answerRows(w, r) {
		return
	}
	number := func(key string) float64 { n, _ := strconv.ParseFloat(r.FormValue(key), 64); return n }
	shape := map[string]map[string]func(t float64) float64{
		"steady": {"low": func(float64) float64 { return 20 }, "mid": func(float64) float64 { return 50 }, "high": func(float64) float64 { return 80 }},
		"waves": {"one": func(t float64) float64 { return 10 + 5*math.Sin(2*math.Pi*t/1800) }, "none": func(float64) float64 { return 0 },
			"broken": func(t float64) float64 {
				if math.Mod(t, 1800) < 240 {
					return math.NaN()
				}
				return 30 - 3*math.Cos(2*math.Pi*t/1200)
			}},
		"states": {"door": func(t float64) float64 { return math.Mod(math.Floor(t/600), 2) },
			"pump": func(t float64) float64 {
				if at := math.Mod(t, 3600); at >= 1200 && at < 1800 {
					return math.NaN()
				}
				return math.Mod(math.Floor(t/1800), 2)
			}},
	}[r.FormValue("query")]
	var list []string
	for _, name := range []string{"low", "mid", "high", "one", "none", "broken", "door", "pump"} {
		of := shape[name]
		if of == nil {
			continue
		}
		var values []string
		at := func(t float64) {
			if v := of(t); !math.IsNaN(v) {
				values = append(values, fmt.Sprintf(`[%f,"%g"]`, t, v))
			}
		}
		if !strings.HasSuffix(r.URL.Path, "query_range") {
			if at(number("time")); len(values) == 0 {
				continue
			}
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

// answerRows answers "rows", forty series of which one has no value, one a long note and
// each a document, "nodes", three with two figures each, and "edges", two between them.
func answerRows(w http.ResponseWriter, r *http.Request) bool {
	var list []string
	add := func(value float64, labels string, of ...any) {
		list = append(list, fmt.Sprintf(`{"metric":{%s},"value":[%s,"%g"]}`, fmt.Sprintf(labels, of...), r.FormValue("time"), value))
	}
	switch r.FormValue("query") {
	case "rows":
		for i := range 40 {
			value, note := float64(i*37%41), "short"
			if i == 7 {
				value = math.NaN()
			}
			if i == 3 {
				note = strings.Repeat("a server that has waited for its model ", 8)
			}
			add(value, `"name":"row-%02d","note":%q,"doc":%q`, i, note, fmt.Sprintf(`{"n":%d,"of":["a","b"]}`, i))
		}
	case "nodes":
		for i, id := range []string{"front", "model", "store"} {
			add(float64(100*i+25), `"id":%q,"title":"the %s","secondarystat":"%d.5"`, id, id, i+1)
		}
	case "edges":
		for i, ends := range []string{`"source":"front","target":"model"`, `"source":"model","target":"store"`} {
			add(float64(30*i+12), `"id":"e%d","secondarystat":"%d.25",%s`, i, i+4, ends)
		}
	default:
		return false
	}
	fmt.Fprintf(w, `{"status":"success","data":{"resultType":"vector","result":[%s]}}`, strings.Join(list, ","))
	return true
}

func TestOptionsOfAPanelChangeItsPictureInChromium(t *testing.T) {
	shapesWorld(t).reader("options.mjs")
}

func TestPanelsOfEveryKindShowWhatTheStoreHasInChromium(t *testing.T) {
	shapesWorld(t).reader("kinds.mjs")
}

func TestMoreOptionsOfPanelsOfEveryKindInChromium(t *testing.T) {
	shapesWorld(t).reader("kinds-rest.mjs")
}

func TestATimeRangeIsChosenByKeysInChromium(t *testing.T) {
	shapesWorld(t).reader("keys-ranges.mjs")
}

// shapesWorld is a page before a store of shapes.
func shapesWorld(t *testing.T) *world {
	prometheus := httptest.NewServer(http.HandlerFunc(shapes))
	t.Cleanup(prometheus.Close)
	return newWorld(t, func(c *Config) {
		c.DataDir = t.TempDir()
		c.DataSources[0].URL = prometheus.URL
	})
}

func TestTheOtherOptionsOfAPanelChangeItsPictureInChromium(t *testing.T) {
	shapesWorld(t).reader("options-rest.mjs")
}
