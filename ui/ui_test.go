package ui

import (
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"supersonic/internal/listen"
	"supersonic/ui/payload"
)

func TestASearchSendsItsQueryAndTellsEachTrace(t *testing.T) {
	w := newWorld(t)
	got := ask[payload.SearchResult](w, "/api/traces/search?range=1h&q="+`%7B%20status%20%3D%20error%20%7D`)
	if len(got.Traces) != 2 || w.tempo.Queries[0] != "{ status = error }" {
		t.Fatalf("%d traces for %q", len(got.Traces), w.tempo.Queries)
	}
	for _, b := range got.Traces {
		if !*b.Failed || *b.Spans != 4 || b.RootName != "ingress" || len(b.ID) != 32 || len(b.Services) != 2 {
			t.Errorf("%+v", b)
		}
	}
	all := ask[payload.SearchResult](w, "/api/traces/search")
	if len(all.Traces) != len(w.tempo.IDs()) {
		t.Errorf("%d of %d traces", len(all.Traces), len(w.tempo.IDs()))
	}
	for i := 1; i < len(all.Traces); i++ {
		if all.Traces[i].StartMs > all.Traces[i-1].StartMs {
			t.Fatal("not the newest first")
		}
	}
}

func TestEveryTraceOfTheStoreIsShownWhole(t *testing.T) {
	w := newWorld(t)
	for _, id := range w.tempo.IDs() {
		got := ask[payload.Trace](w, "/api/traces/"+id)
		if len(got.Spans) != w.tempo.Trace(id).SpanCount() || got.ID != id {
			t.Errorf("%s: %d spans of %d", id, len(got.Spans), w.tempo.Trace(id).SpanCount())
		}
	}
}

func TestListsInAnswersAreNeverNull(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/api/site", "/api/status", "/api/traces/" + w.tempo.IDs()[0], "/api/map", "/api/models", "/api/charts", "/api/tags"} {
		_, body := w.do(http.MethodGet, path)
		for _, field := range []string{"traces", "spans", "notes", "parts", "attrs", "events", "links", "phases", "nodes", "edges", "models", "codes", "roles", "off", "facts", "missing", "series", "charts", "services"} {
			if strings.Contains(body, `"`+field+`":null`) {
				t.Errorf("%s: %s is null", path, field)
			}
		}
	}
}

func TestQuestionsThatMakeNoSenseAreRefusedWithAHint(t *testing.T) {
	w := newWorld(t)
	f := func(path string, status int, says string) {
		t.Helper()
		resp, body := w.do(http.MethodGet, path)
		if resp.StatusCode != status || !strings.Contains(body, says) || !strings.Contains(body, `"hint":"`) {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
	f("/api/traces/search?range=soon", 400, "range")
	f("/api/traces/search?limit=0", 400, "limit")
	f("/api/traces/search?from=20&to=10", 400, "empty")
	f("/api/traces/search?q=%7B", 400, "parse error")
	f("/api/traces/nothex", 400, "not a trace id")
	f("/api/traces/00000000000000000000000000000001", 404, "has no trace")
	f("/api/tag-values", 400, "tag is missing")
	f("/api/nothing", 404, "there is no")
	f("/api/map?range=9999d", 400, "ten years")
}

func TestAQueryIsCheckedAtItsPlace(t *testing.T) {
	w := newWorld(t)
	if got := ask[payload.QueryCheck](w, "/api/traceql/check?q=%7B%20name%20%3D%20%22a%22%20%7D"); !got.Valid {
		t.Errorf("a good query: %+v", got)
	}
	got := ask[payload.QueryCheck](w, "/api/traceql/check?q=%7B%20duration%20%3E%20%7D")
	if got.Valid || got.Line != 1 || got.Column != 14 || got.Offset != 13 || got.Message == "" {
		t.Errorf("{ duration > }: %+v", got)
	}
}

func TestTheMapAndTheModelsAnswerFromTheServiceMapsPrometheus(t *testing.T) {
	w := newWorld(t)
	if m := ask[payload.Map](w, "/api/map?range=1m"); len(m.Nodes) != 4 || m.Window.Source != "counters" {
		t.Errorf("%d nodes from %s", len(m.Nodes), m.Window.Source)
	}
	got := ask[payload.Models](w, "/api/models?range=1m&server=supersonic-triton-0")
	if len(got.Models) != len(models) || got.Server != "supersonic-triton-0" {
		t.Errorf("%d models at %q", len(got.Models), got.Server)
	}
}

func TestTheStatusTellsEveryRoleAndWhatIsOff(t *testing.T) {
	got := ask[payload.Status](newWorld(t), "/api/status")
	if len(got.Roles) != 5 || got.Off[0].Part != "keda" || got.Roles[2].Reason != "restarting: the model flaky does not load" {
		t.Errorf("%+v", got)
	}
}

// What refuses answers, what is not there does not, and each says what to do.
func TestTheStatusTellsWhetherEachDataSourceAnswers(t *testing.T) {
	closed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "no org id", http.StatusUnauthorized) // as a Tempo of several tenants
	}))
	t.Cleanup(closed.Close)
	w := newWorld(t, func(c *Config) {
		for name, url := range map[string]string{"closed": closed.URL, "gone": "http://user:secret@127.0.0.1:1", "confused": c.DataSources[0].URL} {
			c.DataSources = append(c.DataSources, DataSource{Name: name, Type: TypeTempo, URL: url})
		}
		c.DataSources = append(c.DataSources, DataSource{Name: "logs", Type: "loki", URL: "http://127.0.0.1:1"})
	})
	got := map[string]payload.StoreStatus{}
	for _, s := range ask[payload.Status](w, "/api/status").Stores {
		got[s.Name] = s
		if strings.Contains(s.URL+s.Reason, "secret") {
			t.Errorf("%s tells its password", s.Name)
		}
	}
	for name, want := range map[string][3]string{
		"prometheus": {"healthy"}, "tempo": {"healthy"}, "logs": {"not asked"},
		"closed":   {"unhealthy", "no org id", "several tenants"},
		"gone":     {"unreachable", "connection refused", "is it running?"},
		"confused": {"unhealthy", "404", "not as this kind of store"},
	} {
		if s := got[name]; s.State != want[0] || !strings.Contains(s.Reason, want[1]) || !strings.Contains(s.Hint, want[2]) || (want[1] == "") != (s.Reason == "") {
			t.Errorf("%s: %+v, want %q", name, s, want)
		}
	}
}

// Whoever brings stores of their own calls them as they like.
func TestOurOwnDashboardsAskTheUsualDataSourcesWhateverTheyAreCalled(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.DataSources[0].Name, c.DataSources[1].Name, c.DataSources[1].UID = "Site metrics", "Site traces", "t"
		c.Boards.WithMap = true
	})
	_, body := w.do(http.MethodGet, "/api/dashboards/uid/supersonic-map/json")
	for kind, uid := range map[string]string{"prometheus": DataSource{Name: "Site metrics"}.uid(), "tempo": "t"} {
		if strings.Contains(body, `{"type":"`+kind+`","uid":"`+kind+`"}`) || !strings.Contains(body, `{"type":"`+kind+`","uid":"`+uid+`"}`) {
			t.Errorf("the home dashboard asks no %s of uid %q", kind, uid)
		}
	}
}

func TestADeadStoreLeavesAUsablePage(t *testing.T) {
	w := newWorld(t, func(c *Config) {
		c.DataSources[0].URL, c.DataSources[1].URL = "http://127.0.0.1:1", "http://127.0.0.1:1"
	})
	for _, path := range []string{"/api/map", "/api/traces/search"} {
		if resp, body := w.do(http.MethodGet, path); resp.StatusCode != 502 || !strings.Contains(body, "nothing listens there") {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
	ask[payload.Site](w, "/api/site")
	ask[payload.Status](w, "/api/status")
}

func TestASiteWithoutAStoreSaysWhichDataSourceIsMissing(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.DataSources = nil })
	for path, kind := range map[string]string{"/api/map": "prometheus", "/api/traces/search": "tempo"} {
		if resp, body := w.do(http.MethodGet, path); resp.StatusCode != 503 || !strings.Contains(body, "type "+kind) {
			t.Errorf("%s: %s %s", path, resp.Status, body)
		}
	}
}

func TestUidsAreGrafanasAndNamesAreFoundToo(t *testing.T) {
	c := Config{DataSources: []DataSource{{Name: "prometheus"}, {Name: "tempo"}, {Name: "other", UID: "given"}}}
	for uid, name := range map[string]string{"P1809F7CD0C75ACF3": "prometheus", "P8D6546721A1D106C": "tempo", "tempo": "tempo", "given": "other"} {
		if d, found := c.dataSource(uid); !found || d.Name != name {
			t.Errorf("%s is %q", uid, d.Name)
		}
	}
}

func TestTheProxyPassesQueriesAndNothingElse(t *testing.T) {
	w := newWorld(t)
	f := func(method, path string, status int) {
		t.Helper()
		if resp, body := w.do(method, "/api/datasources/proxy/uid/"+path); resp.StatusCode != status {
			t.Errorf("%s %s: %s %.100s", method, path, resp.Status, body)
		}
	}
	f("GET", "prometheus/api/v1/query?query=up&time=1795402153", 200)
	f("GET", "P8D6546721A1D106C/api/search?q=%7B%7D", 200)
	f("GET", "tempo/api/v2/traces/"+w.tempo.IDs()[0], 200)
	f("POST", "tempo/api/search", 405)
	f("GET", "prometheus/api/v1/admin/tsdb/delete_series", 403)
	f("GET", "prometheus/api/v1/query/../admin/tsdb/snapshot", 307) // the mux cleans the path first
	f("GET", "prometheus/api/v1/query%2f..%2fadmin/tsdb/snapshot", 403)
	f("GET", "prometheus/config", 403)
	f("GET", "nobody/api/v1/query", 404)
	if len(w.tempo.Queries) != 1 {
		t.Errorf("the store was asked %q", w.tempo.Queries)
	}
}

// Tags are called what people like; no name of one is a way to another path of the store.
func TestTheProxyPassesTagsWithSlashesAndNoWayOut(t *testing.T) {
	var asked []string
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked = append(asked, r.RequestURI) }))
	defer store.Close()
	w := newWorld(t, func(c *Config) { c.DataSources[1].URL = store.URL + "/pre%20fix/" })
	f := func(path, passed string) {
		t.Helper()
		asked = nil
		req, err := http.NewRequest("GET", w.url, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.URL.Opaque = "/api/datasources/proxy/uid/tempo/" + path // as it is written
		resp, err := http.DefaultTransport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if got := strings.Join(asked, " "); got != passed || passed == "" && resp.StatusCode < 300 {
			t.Errorf("%s: %s, the store was asked %q, want %q", path, resp.Status, got, passed)
		}
	}
	f("api/search/tag/k8s.io%2Fname/values", "/pre%20fix/api/search/tag/k8s.io%2Fname/values")
	f("api/v2/search/tag/resource.k8s.io%2Fname%2fa/values?q=%7B%7D", "/pre%20fix/api/v2/search/tag/resource.k8s.io%2Fname%2Fa/values?q=%7B%7D")
	f("api/v2/search/tag/span.a%20b%3F%23%22/values", "/pre%20fix/api/v2/search/tag/span.a%20b%3F%23%22/values")
	f("api/v2/search/tag/.service.name/values", "/pre%20fix/api/v2/search/tag/.service.name/values")
	f("api/v2/search/tag/span.a..b/values", "/pre%20fix/api/v2/search/tag/span.a..b/values")
	f("api/v2/search/tag/span.50%25/values", "/pre%20fix/api/v2/search/tag/span.50%25/values")
	for _, way := range []string{"..%2F..%2F..%2Fflush", "%2e%2e%2f%2e%2e%2fflush", "%2E%2E/flush", "..%2fstatus", "a%2F..%2F..%2Fconfig", "%252e%252e%252fflush", "%25252e%25252e%25252fflush", "..%5C..%5Cflush", "%2e", "a%2F.%2Fb", "..;%2Fflush", "%25252525252525252e", ""} {
		f("api/search/tag/"+way+"/values", "")
		f("api/v2/search/tag/"+way+"/values", "")
	}
	f("api/search/tag/"+strings.Repeat("a", 2000)+"/values", "")
	f("api/search/tag/a%2Fvalues%2F..%2F..%2F..%2Fflush", "")
	f("flush", "")
	f("api/status/config", "")
}

// A store that switches protocols when it is asked to, and one that takes long.
func TestTheProxyOpensNoTunnelAndBoundsWhatItPasses(t *testing.T) {
	var asked http.Header
	var body []byte
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = r.Header
		body, _ = io.ReadAll(r.Body)
		if r.Header.Get("Upgrade") != "" {
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Upgrade", r.Header.Get("Upgrade"))
			w.WriteHeader(http.StatusSwitchingProtocols)
		}
	}))
	defer store.Close()
	w := newWorld(t, func(c *Config) { c.DataSources[0].URL = store.URL })
	ask := func(method, text string, header map[string]string) int {
		t.Helper()
		r, err := http.NewRequest(method, w.url+"/api/datasources/proxy/uid/prometheus/api/v1/query?query=up", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range header {
			r.Header.Set(name, value)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if status := ask("GET", "", map[string]string{"Connection": "Upgrade", "Upgrade": "websocket"}); status != 200 || asked.Get("Upgrade") != "" {
		t.Errorf("a tunnel: %d, the store was asked with %v", status, asked)
	}
	if status := ask("GET", strings.Repeat("x", 100), nil); status != 200 || len(body) != 0 {
		t.Errorf("GET with a body: %d, the store got %d bytes", status, len(body))
	}
	form := map[string]string{"Content-Type": "application/x-www-form-urlencoded"}
	if status := ask("POST", "query=up", form); status != 200 || string(body) != "query=up" {
		t.Errorf("a form: %d, the store got %q", status, body)
	}
	if status := ask("POST", "query="+strings.Repeat("x", 2<<20), form); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 2 MiB: %d", status)
	}
}

func TestAPathWithDoubledSlashesLeadsBelowThePrefix(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RootURL = "https://site.example/sub/path/" })
	for asked, want := range map[string]string{
		"/sub/path//d/x/y?from=now-1h&var-a=b%26c": "/sub/path/d/x/y?from=now-1h&var-a=b%26c",
		"/sub//path/map":       "/sub/path/map",
		"//d/x":                "/sub/path/d/x", // behind an ingress that strips its path
		"/sub/path/d/../map/":  "/sub/path/map/",
		"//elsewhere.example/": "/sub/path/elsewhere.example/",
	} {
		resp, _ := w.do(http.MethodGet, asked)
		if got := resp.Header.Get("Location"); resp.StatusCode != http.StatusTemporaryRedirect || got != want {
			t.Errorf("%s leads to %q (%s), want %q", asked, got, resp.Status, want)
		}
	}
}

func TestAPasswordInTheURLOfADataSourceGoesToTheStoreAndNowhereElse(t *testing.T) {
	var name, password string
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, password, _ = r.BasicAuth()
		http.Error(w, "no", http.StatusBadGateway)
	}))
	defer store.Close()
	w := newWorld(t, func(c *Config) {
		c.DataSources[1].URL = strings.Replace(store.URL, "http://", "http://operator:geheim@", 1)
	})
	for _, path := range []string{"/api/site", "/api/traces/search", "/api/datasources/proxy/uid/tempo/api/echo"} {
		name, password = "", ""
		if _, body := w.do(http.MethodGet, path); strings.Contains(body, "geheim") {
			t.Errorf("%s tells the password: %s", path, body)
		}
		if path != "/api/site" && (name != "operator" || password != "geheim") {
			t.Errorf("%s: the store was asked as %q with %q", path, name, password)
		}
	}
	_, err := New(Config{DataSources: []DataSource{{Name: "x", URL: "ftp://operator:geheim@host"}}}, Deps{Log: slog.New(slog.DiscardHandler)})
	if err == nil || strings.Contains(err.Error(), "geheim") {
		t.Errorf("the refusal tells the password: %v", err)
	}
}

func TestEveryAnswerKeepsThePageToItself(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/", "/trace/abc", "/api/site", "/api/nothing", "/metrics", "/assets/none.js"} {
		resp, _ := w.do(http.MethodGet, path)
		policy := resp.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q", path, policy)
		}
	}
	if resp, _ := w.do(http.MethodPost, "/"); resp.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST / answered %s", resp.Status)
	}
}

func TestGrafanasHealthCheckAndOurs(t *testing.T) {
	w := newWorld(t)
	if _, body := w.do(http.MethodGet, "/api/health"); body != `{"database":"ok"}` {
		t.Error(body)
	}
	if _, body := w.do(http.MethodGet, "/ready"); body != "ready\n" {
		t.Error(body)
	}
	ask[payload.Site](w, "/api/site")
	if _, body := w.do(http.MethodGet, "/metrics"); !strings.Contains(body, `supersonic_ui_requests_total{code="200",endpoint="/api/site"} 1`) {
		t.Error("the question is not counted")
	}
}

func page(t *testing.T, files fstest.MapFS, base string) *static {
	t.Helper()
	s, err := newStatic(files, base)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var builtPage = fstest.MapFS{
	".gitkeep":               {},
	"index.html":             {Data: []byte(`<html><base href="/"><script src="./assets/index-abc.js"></script></html>`)},
	"assets/index-abc.js":    {Data: []byte("console.log('a long enough script')")},
	"assets/index-abc.js.gz": {Data: []byte("zipped")},
}

func get(h http.Handler, path string, header ...string) *recorder {
	req, err := http.NewRequest(http.MethodGet, "http://page"+path, nil)
	if err != nil {
		panic(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	w := &recorder{status: 200, header: http.Header{}}
	h.ServeHTTP(w, req)
	return w
}

type recorder struct {
	status int
	header http.Header
	body   strings.Builder
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) }

func TestFilesAreSentCompressedAndKeptForEver(t *testing.T) {
	s := page(t, builtPage, "/")
	got := get(s, "/assets/index-abc.js", "Accept-Encoding", "gzip, br")
	if got.body.String() != "zipped" || got.header.Get("Content-Encoding") != "gzip" || !strings.Contains(got.header.Get("Cache-Control"), "immutable") {
		t.Errorf("%q %v", got.body.String(), got.header)
	}
	if again := get(s, "/assets/index-abc.js", "Accept-Encoding", "gzip", "If-None-Match", got.header.Get("ETag")); again.status != http.StatusNotModified {
		t.Errorf("the same file again: %d", again.status)
	}
	if plain := get(s, "/assets/index-abc.js"); !strings.HasPrefix(plain.body.String(), "console") || !strings.HasPrefix(plain.header.Get("Content-Type"), "text/javascript") {
		t.Errorf("%q %v", plain.body.String(), plain.header)
	}
	if gone := get(s, "/assets/index-old.js"); gone.status != http.StatusNotFound {
		t.Errorf("a file of another build: %d", gone.status)
	}
}

func TestEveryPathOfThePageIsThePageUnderItsPrefix(t *testing.T) {
	s := page(t, builtPage, "/grafana/")
	for _, path := range []string{"/", "/trace/0af7", "/map", "/../etc/passwd"} {
		if got := get(s, path); got.status != 200 || !strings.Contains(got.body.String(), `<base href="/grafana/">`) || got.header.Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %s", path, got.status, got.body.String())
		}
	}
}

func TestAnUnbuiltPageSaysHowToBuildIt(t *testing.T) {
	got := get(page(t, fstest.MapFS{".gitkeep": {}}, "/"), "/")
	if got.status != 200 || !strings.Contains(got.body.String(), "make build") {
		t.Errorf("%d %s", got.status, got.body.String())
	}
}

func TestASubPathBehindAnIngressIsServedAsWellAsTheRoot(t *testing.T) {
	w := newWorld(t, func(c *Config) { c.RootURL = "https://site.example/grafana/" })
	for _, path := range []string{"/grafana/api/health", "/api/health"} {
		if resp, body := w.do(http.MethodGet, path); resp.StatusCode != 200 || !strings.Contains(body, "ok") {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if resp, _ := w.do(http.MethodGet, "/grafana"); resp.Header.Get("Location") != "/grafana/" {
		t.Errorf("/grafana leads to %q", resp.Header.Get("Location"))
	}
}

func TestAWrongConfigurationIsRefusedBeforeAnythingRuns(t *testing.T) {
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	f := func(cfg Config, says string) {
		t.Helper()
		if _, err := New(cfg, Deps{Log: log}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("want %q, got %v", says, err)
		}
	}
	f(Config{DataSources: []DataSource{{Name: "tempo", Type: TypeTempo, URL: "tempo:3100"}}}, `data source "tempo"`)
	f(Config{DataSources: []DataSource{{Name: "a", UID: "x", URL: "http://a"}, {Name: "b", UID: "x", URL: "http://b"}}}, "same uid")
	f(Config{DataSources: []DataSource{{URL: "http://a"}}}, "without a name")
	busy, err := listen.TCP(listen.Address{Addr: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	f(Config{HTTP: listen.Address{Addr: busy.Addr().String(), Key: "grafana.service.port"}}, "grafana.service.port")
}

func TestTheEmbeddedPageReadsWell(t *testing.T) {
	dist, err := fs.Sub(built, "dist")
	if err != nil {
		t.Fatal(err)
	}
	if got := get(page(t, nil, "/"), "/"); got.status != 200 {
		t.Error(got.status)
	}
	s, err := newStatic(dist, "/")
	if err != nil {
		t.Fatal(err)
	}
	if got := get(s, "/"); got.status != 200 || got.body.Len() == 0 {
		t.Errorf("%d, %d bytes", got.status, got.body.Len())
	}
}
