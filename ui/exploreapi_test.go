package ui

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"supersonic/ui/payload"
)

func TestASearchOfExploreAsksForServiceAndStatusToo(t *testing.T) {
	w := newWorld(t)
	got := ask[payload.ExploreSearch](w, "/api/explore/search?range=1h&columns=span.triton.model_name&q="+url.QueryEscape("{ status = error }"))
	if len(got.Traces) != 2 || got.Query != "{ status = error } | select(resource.service.name, status, span.triton.model_name)" || w.tempo.Queries[0] != got.Query {
		t.Errorf("%d traces for %q", len(got.Traces), got.Query)
	}
}

func TestASelectionOnAPictureIsAQuery(t *testing.T) {
	w := newWorld(t)
	got := ask[payload.ExploreQuery](w, "/api/explore/narrow?low=12345678&high=20000000&q="+url.QueryEscape(`{ name = "ingress" }`))
	if got.Query != `{ name = "ingress" && duration >= 12.3ms && duration <= 20ms }` {
		t.Error(got.Query)
	}
	got = ask[payload.ExploreQuery](w, "/api/explore/narrow?q=%7B%7D&condition="+url.QueryEscape(`span.triton.model_name = "a"`))
	if got.Query != `{ span.triton.model_name = "a" }` {
		t.Error(got.Query)
	}
}

func TestQuestionsOfExploreThatMakeNoSenseAreRefused(t *testing.T) {
	w := newWorld(t)
	f := func(path string, status int, says string) {
		t.Helper()
		resp, body := w.do(http.MethodGet, path)
		if resp.StatusCode != status || !strings.Contains(body, says) || !strings.Contains(body, `"hint":"`) {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
	f("/api/explore/search?ds=nosuch", 404, "no data source")
	f("/api/explore/search?ds=prometheus", 400, "not tempo")
	f("/api/explore/promql?ds=tempo&q=up", 400, "not prometheus")
	f("/api/explore/promql", 400, "no query")
	f("/api/explore/promql?q=up&step=1ms", 400, "points")
	f("/api/explore/search?spss=1000", 400, "spss")
	f("/api/explore/narrow?q=%7B&low=1", 400, "traceql")
	f("/api/explore/narrow?by=size&low=1", 400, "not known")
	f("/api/explore/heat?q="+url.QueryEscape("{} | rate()"), 400, "series already")
	f("/api/explore/differences?boxFrom=never", 400, "boxFrom")
}

func TestAFormIsToldWithTheCheckOfItsQuery(t *testing.T) {
	w := newWorld(t)
	got := ask[payload.QueryCheck](w, "/api/traceql/check?q="+url.QueryEscape(`{ name = "a" }`))
	if !got.Valid || got.Form == nil || got.Form.Conditions[0].Tag != "name" {
		t.Errorf("%+v", got)
	}
	got = ask[payload.QueryCheck](w, "/api/traceql/check?q="+url.QueryEscape(`{} | rate()`))
	if !got.Valid || got.Form != nil || !got.Metrics {
		t.Errorf("%+v", got)
	}
	if got = ask[payload.QueryCheck](w, "/api/traceql/check?q="+url.QueryEscape(`{ duratoin > 1s }`)); got.Valid || got.Nearest != "duration" {
		t.Errorf("%+v", got)
	}
}
