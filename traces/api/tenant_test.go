package api_test

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"supersonic/traces/api"
	"supersonic/traces/query"
	"supersonic/traces/span"
)

// twoTenants knows a and b, who share trace 2.
func twoTenants(t *testing.T) string {
	engines := map[string]query.Engine{
		"a": engineOf(t, []span.Span{spanOf(1, "a", "x"), spanOf(2, "a", "x")}),
		"b": engineOf(t, []span.Span{spanOf(2, "b", "y"), spanOf(3, "b", "z")}),
	}
	return serve(t, nil, api.Options{Tenant: func(id string) (query.Engine, error) {
		if e := engines[id]; e != nil {
			return e, nil
		}
		return nil, query.BadRequest{Err: errors.New("no such tenant")}
	}})
}

func TestATenantSeesItsOwn(t *testing.T) {
	base := twoTenants(t)
	want(t, ask(t, "GET", base+"/api/search?q=%7B%7D"), 401, "no org id")
	want(t, ask(t, "GET", base+"/api/traces/1", "X-Scope-OrgID", "a"), 200, "batches")
	want(t, ask(t, "GET", base+"/api/traces/1", "X-Scope-OrgID", "b"), 404)
	want(t, ask(t, "GET", base+"/api/traces/1", "X-Scope-OrgID", "c"), 400, "no such tenant")
	for _, id := range []string{"..", ".", "a/b", `a\b`, "a b", "a||b", "ä", strings.Repeat("a", 151)} {
		want(t, ask(t, "GET", base+"/api/traces/1", "X-Scope-OrgID", id), 400, "tenant ID")
	}
}

func TestWithoutTenantsTheHeaderIsNotRead(t *testing.T) {
	base := serve(t, engineOf(t, []span.Span{spanOf(1, "a", "x")}), api.Options{})
	want(t, ask(t, "GET", base+"/api/traces/1", "X-Scope-OrgID", "../x"), 200)
}

func TestSeveralTenantsAreAskedAsOne(t *testing.T) {
	base := twoTenants(t)
	get := func(path string, status int, words ...string) {
		t.Helper()
		want(t, ask(t, "GET", base+path, "X-Scope-OrgID", "b|a|b"), status, words...)
	}
	get("/api/traces/2", 200, `"name":"x"`, `"name":"y"`)
	get("/api/traces/4", 404)
	get("/api/search?q=%7B%7D", 200, `"traceID":"1"`, `"traceID":"3"`, `"serviceStats":{"a":{"spanCount":1},"b":{"spanCount":1}}`)
	get("/api/v2/search/tags?scope=span", 200, `{"name":"span","tags":["a/b","n"]}`)
	get("/api/v2/search/tag/span.n/values", 200, `"tagValues":[{"type":"int","value":"1"},{"type":"int","value":"2"},{"type":"int","value":"3"}]`)
	get("/api/metrics/query?"+hour+"&q="+url.QueryEscape("{} | rate()"), 400, "name one tenant")
	g := ask(t, "GET", base+"/api/search?limit=2&q=%7B%7D", "X-Scope-OrgID", "a|b")
	if n := strings.Count(g.body, `"traceID"`); n != 2 || !strings.Contains(g.header.Get("Warning"), "older traces") {
		t.Errorf("%d traces, Warning %q", n, g.header.Get("Warning"))
	}
}

// deletable removes traces from what an engine shows.
type deletable struct {
	query.Engine
	gone map[[16]byte]bool
	org  string
}

func (d *deletable) Search(ctx context.Context, r query.SearchRequest) (query.SearchResult, error) {
	limit := r.Limit
	r.Limit = 1000
	res, err := d.Engine.Search(ctx, r)
	res.Traces = slices.DeleteFunc(res.Traces, func(h query.Hit) bool { return d.gone[h.ID] })
	if len(res.Traces) > limit {
		res.Traces, res.More = res.Traces[:limit], true
	}
	return res, err
}

func (d *deletable) delete(_ context.Context, org string, ids [][16]byte) (int, error) {
	d.org = org
	n := 0
	for _, id := range ids {
		if id[15] <= 3 && !d.gone[id] {
			d.gone[id] = true
			n++
		}
	}
	return n, nil
}

func TestTracesAreDeletedOnlyWhereThatIsAllowed(t *testing.T) {
	d := &deletable{engineOf(t, []span.Span{spanOf(1, "a", "x"), spanOf(2, "a", "y"), spanOf(3, "a", "y")}), map[[16]byte]bool{}, ""}
	off := serve(t, d, api.Options{})
	for _, path := range []string{"/api/traces/1", "/api/traces?q=%7B%7D"} {
		want(t, ask(t, "DELETE", off+path), 403, "local.traces.deletion")
	}
	base := serve(t, d, api.Options{Delete: d.delete})
	want(t, ask(t, "DELETE", base+"/api/traces/9"), 404)
	want(t, ask(t, "DELETE", base+"/api/traces/nothex"), 400)
	want(t, ask(t, "DELETE", base+"/api/traces"), 400, "no query")
	want(t, ask(t, "DELETE", base+"/api/traces?q=nonsense"), 400)
	want(t, ask(t, "DELETE", base+"/api/traces?q=%7B%7D&start=5&end=4"), 400)
	want(t, ask(t, "DELETE", base+"/api/traces?q=%7B%7D&start=1;end=2"), 400, "invalid parameters")
	want(t, ask(t, "DELETE", base+"/api/traces?q=%7B%7D&start=%zz&end=2"), 400, "invalid parameters")
	want(t, ask(t, "DELETE", base+"/api/traces/1"), 200, `"deletedTraces":1`)
	want(t, ask(t, "DELETE", base+"/api/traces?q=%7B%7D&start=1&end=2"), 200, `"deletedTraces":0`)
	want(t, ask(t, "DELETE", base+"/api/traces?q="+url.QueryEscape(`{ name = "y" }`)), 200, `"deletedTraces":2`)
	want(t, ask(t, "GET", base+"/api/search?q=%7B%7D"), 200, `"traces":[]`)
}

func TestATenantDeletesItsOwn(t *testing.T) {
	d := &deletable{engineOf(t, []span.Span{spanOf(1, "a", "x")}), map[[16]byte]bool{}, ""}
	base := serve(t, nil, api.Options{Delete: d.delete, Tenant: func(string) (query.Engine, error) { return d, nil }})
	want(t, ask(t, "DELETE", base+"/api/traces/1"), 401)
	want(t, ask(t, "DELETE", base+"/api/traces/1", "X-Scope-OrgID", "a|b"), 400, "name one")
	want(t, ask(t, "DELETE", base+"/api/traces/1", "X-Scope-OrgID", "a"), 200)
	if d.org != "a" {
		t.Errorf("deleted for %q", d.org)
	}
}
