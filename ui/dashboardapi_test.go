package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"supersonic/ui/access"
	"supersonic/ui/boards"
	"supersonic/ui/payload"
)

// counting is a Prometheus that answers everything alike and counts what it is asked.
type counting struct {
	mu    sync.Mutex
	asked map[string]int
}

func (c *counting) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.ParseForm()
	c.mu.Lock()
	c.asked[r.URL.Path+" "+r.FormValue("query")+" "+r.FormValue("step")+strings.Join(r.Form["match[]"], " ")]++
	c.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	end := r.FormValue("end")
	switch {
	case strings.HasSuffix(r.URL.Path, "/release/values"):
		fmt.Fprint(w, `{"status":"success","data":["supersonic"]}`)
	case strings.HasSuffix(r.URL.Path, "/values"):
		fmt.Fprint(w, `{"status":"success","data":["a","b"]}`)
	case strings.HasSuffix(r.URL.Path, "/query_range"):
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"release":"supersonic"},"values":[[%s,"3"]]}]}}`, end)
	default:
		fmt.Fprint(w, `{"status":"success","data":{"resultType":"vector","result":[{"metric":{"model":"a"},"value":[1700000000,"3"]}]}}`)
	}
}

func newCounting(t *testing.T) (*counting, func(*Config)) {
	c := &counting{asked: map[string]int{}}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return c, func(cfg *Config) {
		cfg.DataDir = t.TempDir()
		cfg.Boards = boards.Config{WithMap: true, Load: boards.Load{Metric: "sum(load)", Threshold: 100}}
		cfg.DataSources[0].URL, cfg.DataSources[0].TimeInterval = server.URL, "5s"
	}
}

// ask asks with a body and reads the answer.
func (w *world) ask(path string, in, into any) int {
	w.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		w.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", w.url+path, bytes.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := json.Unmarshal(got, into); err != nil {
		w.t.Fatalf("%s: %v: %.300s", path, err, got)
	}
	return resp.StatusCode
}

func (w *world) dashboard(path string) payload.Dashboard {
	w.t.Helper()
	resp, err := http.Get(w.url + path)
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	var d payload.Dashboard
	if err := json.NewDecoder(resp.Body).Decode(&d); err != nil || resp.StatusCode != 200 {
		w.t.Fatalf("%s: %d, %v", path, resp.StatusCode, err)
	}
	return d
}

// Addresses as Grafana had them before uids name a dashboard by its title.
func TestADashboardIsFoundByTheTitleOfAnOlderAddress(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	home := w.dashboard("/api/dashboards/home")
	for _, asked := range []string{home.Slug, strings.ToUpper(home.Slug)} {
		if d := w.dashboard("/api/dashboards/db/" + asked + "?from=now-5m&to=now"); d.UID != home.UID || d.Slug != home.Slug {
			t.Errorf("%s: %s at %s", asked, d.UID, d.Slug)
		}
	}
	if resp, body := w.do("GET", "/api/dashboards/db/nowhere"); resp.StatusCode != http.StatusNotFound || !strings.Contains(body, "nowhere") {
		t.Errorf("a title that no dashboard has: %d %s", resp.StatusCode, body)
	}
}

// The zone of the page is that in which a range of days is counted and what $__timezone says.
func TestTheZoneOfThePageIsThatOfItsDays(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	model := `{"id":1,"type":"text","options":{"mode":"html","content":"$__timezone ${__from:date:iso}"}}`
	for zone, want := range map[string]string{"Asia/Tokyo": "Asia/Tokyo 2026-11-29T15:00:00.000Z", "America/New_York": "America/New_York 2026-11-29T05:00:00.000Z"} {
		var v payload.PanelView
		q := payload.PanelQuestion{Panel: 1, Model: json.RawMessage(model), From: "now/d", To: "now/d", NowMs: 1796008500000, Width: 300, Height: 200, Zone: zone} // 2026-11-30 03:15 UTC
		if status := w.ask("/api/panel", q, &v); status != 200 || v.Text == nil || !strings.Contains(v.Text.Content, want) {
			t.Errorf("%s: %d, %+v", zone, status, v.Text)
		}
	}
}

func TestTheHomeDashboardHasTheSitesVariablesAndItsServerMap(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	d := w.dashboard("/api/dashboards/home")
	if d.UID != "supersonic-map" || !d.Home || !d.Provisioned || d.CanSave || !d.CanEdit || len(d.Problems) > 0 {
		t.Errorf("home: %s, home %v, provisioned %v, may save %v, may edit %v, problems %q", d.UID, d.Home, d.Provisioned, d.CanSave, d.CanEdit, d.Problems)
	}
	if len(d.Variables) != 3 || d.Variables[0].Text != "All" || len(d.Variables[0].Options) != 1 {
		t.Errorf("variables %+v", d.Variables)
	}
	titles := ""
	for _, p := range d.Panels {
		titles += p.Title + ";"
	}
	for _, want := range []string{"Server map", "Server Load Metric", "GPU utilization", "Latency per request"} {
		if !strings.Contains(titles, want) {
			t.Errorf("no panel %q in %s", want, titles)
		}
	}
	chosen := w.dashboard("/api/dashboards/uid/supersonic?var-model=b&var-release=supersonic&from=now-6h&to=now")
	if chosen.Variables[2].Text != "b" || chosen.UID != "supersonic" {
		t.Errorf("chosen by the address: %+v", chosen.Variables[2])
	}
}

func TestARefreshOfADashboardSendsEachQueryOnce(t *testing.T) {
	prometheus, change := newCounting(t)
	w := newWorld(t, change)
	d := w.dashboard("/api/dashboards/home")
	refresh := func(now time.Time) {
		var wg sync.WaitGroup
		for _, p := range d.Panels {
			wg.Go(func() {
				var v payload.PanelView
				if status := w.ask("/api/panel", payload.PanelQuestion{Dashboard: d.UID, Panel: p.ID, From: "now-1h", To: "now", NowMs: float64(now.UnixMilli()), Width: 600, Height: 300,
					Vars: map[string][]string{"release": {"$__all"}}}, &v); status != 200 {
					t.Errorf("panel %q: status %d", p.Title, status)
				}
				for _, q := range v.Queries {
					if q.Error != "" {
						t.Errorf("panel %q: query %s: %s", p.Title, q.RefID, q.Error)
					}
				}
			})
		}
		wg.Wait()
	}
	refresh(time.UnixMilli(1_790_000_000_000))
	prometheus.mu.Lock()
	defer prometheus.mu.Unlock()
	queries := 0
	for q, n := range prometheus.asked {
		if strings.Contains(q, "/query") {
			queries++
			if n != 1 {
				t.Errorf("%d times: %s", n, q)
			}
		}
		if strings.Contains(q, "/values") && n > 2 {
			t.Errorf("%d times: %s", n, q)
		}
	}
	if queries < 20 {
		t.Errorf("only %d queries", queries)
	}
}

func TestADashboardIsSavedCopiedAndDeleted(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	var saved payload.DashboardSaved
	model := json.RawMessage(`{"uid":"mine","title":"Mine","panels":[{"id":1,"type":"stat","title":"servers","targets":[{"refId":"A","expr":"up"}]}]}`)
	if status := w.ask("/api/dashboards/save", payload.DashboardSave{Model: model}, &saved); status != 200 || saved.UID != "mine" || saved.Version != 1 {
		t.Fatalf("saved: %d, %+v", status, saved)
	}
	d := w.dashboard("/api/dashboards/uid/mine")
	if !d.CanSave || d.Version != 1 || len(d.Panels) != 1 {
		t.Errorf("%+v", d)
	}
	var no payload.Failure
	w.ask("/api/dashboards/save", payload.DashboardSave{Model: model, Version: 1}, &saved)
	for want, in := range map[int]payload.DashboardSave{
		http.StatusConflict:   {Model: model, Version: 1},
		http.StatusBadRequest: {Model: json.RawMessage(`[]`)},
		http.StatusForbidden:  {Model: json.RawMessage(`{"uid":"supersonic","title":"x","panels":[]}`)},
	} {
		if status := w.ask("/api/dashboards/save", in, &no); status != want || no.Hint == "" {
			t.Errorf("status %d, want %d: %+v", status, want, no)
		}
	}
	if status := w.ask("/api/dashboards/delete", map[string]string{"uid": "mine"}, &saved); status != 200 {
		t.Errorf("deleted: %d", status)
	}
	if status := w.ask("/api/dashboards/delete", map[string]string{"uid": "mine"}, &no); status != 404 {
		t.Errorf("deleted twice: %d", status)
	}
}

func TestAViewerSavesNothing(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change, func(cfg *Config) { cfg.Access.AnonymousRole = access.Viewer })
	if d := w.dashboard("/api/dashboards/home"); d.CanEdit || d.CanSave {
		t.Errorf("may edit %v, may save %v", d.CanEdit, d.CanSave)
	}
	var no payload.Failure
	for _, path := range []string{"/api/dashboards/save", "/api/dashboards/delete"} {
		if status := w.ask(path, payload.DashboardSave{Model: json.RawMessage(`{"title":"x","panels":[]}`)}, &no); status != 403 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestADraftIsShownAsIfItWereSaved(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	var d payload.Dashboard
	model := json.RawMessage(`{"title":"draft","templating":{"list":[{"name":"x","type":"custom","query":"1,2","multi":true,"current":{"value":["1","2"]}}]},
		"panels":[{"id":1,"type":"stat","title":"of $x","repeat":"x","gridPos":{"x":0,"y":0,"w":12,"h":4}},{"id":2,"type":"text","gridPos":{"x":0,"y":4,"w":24,"h":2}}]}`)
	if status := w.ask("/api/dashboards/draft", payload.DashboardDraft{Model: model}, &d); status != 200 || len(d.Panels) != 3 {
		t.Fatalf("%d, %+v", status, d)
	}
	if p := d.Panels[1]; p.Title != "of 2" || p.X != 12 || p.W != 12 || p.Key == d.Panels[0].Key || p.Scoped["x"] != "2" {
		t.Errorf("the second repeat: %+v", p)
	}
	var v payload.PanelView
	if status := w.ask("/api/panel", payload.PanelQuestion{Model: json.RawMessage(`{"id":1,"type":"timeseries","title":"$x","targets":[{"refId":"A","expr":"y{x=\"$x\"}"}]}`),
		Variables: json.RawMessage(`{"list":[{"name":"x","type":"custom","query":"1,2"}]}`), Vars: map[string][]string{"x": {"2"}}, From: "now-1h", To: "now", Width: 500}, &v); status != 200 {
		t.Fatal(status)
	}
	if v.Title != "2" || len(v.Queries) != 1 || v.Queries[0].Expr != `y{x="2"}` {
		t.Errorf("%q, %+v", v.Title, v.Queries)
	}
}

func TestMarksAreMadeByTheDashboardsQueries(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	var got payload.Marks
	if status := w.ask("/api/marks", payload.PanelQuestion{Dashboard: "supersonic", From: "now-1h", To: "now"}, &got); status != 200 || len(got.Problems) > 0 {
		t.Fatalf("%d, %+v", status, got)
	}
	if len(got.Marks) != 1 || got.Marks[0].Title != "Servers of supersonic: 3" || got.Marks[0].Tags[0] != "supersonic" {
		t.Errorf("%+v", got.Marks)
	}
}

func TestAnAnnotationThatFailsIsNamed(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	var got payload.Marks
	model := json.RawMessage(`{"list":[{"name":"gone","enable":true,"expr":"up","datasource":{"uid":"absent"}},{"name":"off","enable":false,"expr":"up","datasource":{"uid":"absent"}},{"name":"fine","enable":true,"expr":"up"}]}`)
	if status := w.ask("/api/marks", payload.PanelQuestion{Dashboard: "supersonic", Model: model, From: "now-1h", To: "now"}, &got); status != 200 || len(got.Problems) != 1 {
		t.Fatalf("%d, %+v", status, got)
	}
	if p := got.Problems[0]; p.Name != "gone" || !strings.Contains(p.Text, `"absent"`) || len(got.Marks) == 0 {
		t.Errorf("%+v", got)
	}
}

func TestAnAnnotationNamesThePanelsThatShowIt(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	var d payload.Dashboard
	model := json.RawMessage(`{"title":"draft","annotations":{"list":[
		{"name":"some","enable":true,"expr":"up","filter":{"exclude":false,"ids":[2,3]}},{"name":"others","enable":true,"expr":"up","filter":{"exclude":true,"ids":[4]}},{"name":"all","enable":true,"expr":"up"}]}}`)
	if status := w.ask("/api/dashboards/draft", payload.DashboardDraft{Model: model}, &d); status != 200 || len(d.Annotations) != 3 {
		t.Fatalf("%d, %+v", status, d)
	}
	for i, want := range []string{"[2 3] false", "[4] true", "[] false"} {
		if got := fmt.Sprint(d.Annotations[i].Panels, " ", d.Annotations[i].Exclude); got != want {
			t.Errorf("%s: panels %s instead of %s", d.Annotations[i].Name, got, want)
		}
	}
}

func TestAStoppedDataSourceLeavesAUsableDashboard(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change, func(cfg *Config) { cfg.DataSources[0].URL = "http://127.0.0.1:1" })
	d := w.dashboard("/api/dashboards/home")
	if len(d.Panels) < 10 || d.Variables[0].Problem == "" {
		t.Errorf("%d panels, %+v", len(d.Panels), d.Variables)
	}
	var v payload.PanelView
	if status := w.ask("/api/panel", payload.PanelQuestion{Dashboard: d.UID, Panel: d.Panels[3].ID, From: "now-1h", To: "now", Width: 600}, &v); status != 200 {
		t.Fatal(status)
	}
	if len(v.Queries) == 0 || v.Queries[0].Error == "" || v.Queries[0].Hint == "" {
		t.Errorf("%+v", v.Queries)
	}
}

func TestWhatIsAskedWronglyIsRefusedWithAHint(t *testing.T) {
	_, change := newCounting(t)
	w := newWorld(t, change)
	for want, q := range map[int]payload.PanelQuestion{
		http.StatusNotFound:   {Dashboard: "none", Panel: 1},
		http.StatusBadRequest: {Dashboard: "supersonic", Panel: 3, From: "now", To: "now-1h"},
	} {
		var no payload.Failure
		if status := w.ask("/api/panel", q, &no); status != want || no.Hint == "" || no.Error == "" {
			t.Errorf("status %d, want %d: %+v", status, want, no)
		}
	}
	var no payload.Failure
	if status := w.ask("/api/panel", payload.PanelQuestion{Dashboard: "supersonic", Panel: 999}, &no); status != 404 {
		t.Errorf("an unknown panel: %d", status)
	}
}
