package e2e

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"time"
)

// between stands between a page and its Prometheus: it tells how often what was asked,
// and never answers what asks for "held".
type between struct {
	store http.Handler
	mu    sync.Mutex
	asked map[string]*asked
}

// asked is how often a query was asked, and how often its asker went before its answer.
type asked struct{ Times, Gone int }

func (b *between) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body) // only then a server sees the other side leave
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	form, _ := url.ParseQuery(string(body))
	query := cmp.Or(form.Get("query"), r.URL.Query().Get("query"))
	if strings.HasSuffix(r.URL.Path, "exemplars") {
		b.store.ServeHTTP(w, r)
		return
	}
	b.count(query, func(a *asked) { a.Times++ })
	if !strings.Contains(query, "held") {
		b.store.ServeHTTP(w, r)
		return
	}
	<-r.Context().Done()
	b.count(query, func(a *asked) { a.Gone++ })
}

func (b *between) count(query string, add func(*asked)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.asked[query] == nil {
		b.asked[query] = &asked{}
	}
	add(b.asked[query])
}

func (b *between) tell(w http.ResponseWriter, _ *http.Request) {
	b.mu.Lock()
	defer b.mu.Unlock()
	json.NewEncoder(w).Encode(b.asked)
}

// wantAskedOnce gives the site's stores a second page, before whose questions stands
// something that counts them.
func (s *site) wantAskedOnce(to time.Time) {
	s.t.Helper()
	store, err := url.Parse(s.url(s.ports.prometheus, ""))
	if err != nil {
		s.t.Fatal(err)
	}
	b := &between{store: httputil.NewSingleHostReverseProxy(store), asked: map[string]*asked{}}
	prometheus, control := httptest.NewServer(b), httptest.NewServer(http.HandlerFunc(b.tell))
	s.t.Cleanup(prometheus.Close)
	s.t.Cleanup(control.Close)
	page := prepare(s.t, options{values: []string{fmt.Sprintf(`
envoy: {enabled: false}
triton: {enabled: false}
opentelemetry-collector: {enabled: false}
tempo: {enabled: false}
prometheus: {enabled: false}
grafana: {datasources: {datasources.yaml: {datasources: [{name: Prometheus, type: prometheus, url: %q, isDefault: true, jsonData: {timeInterval: 5s}}]}}}
`, prometheus.URL)}})
	page.run()
	eventually(s.t, "the second page answers", func() error {
		_, err := get(page.url(page.ports.page, "/api/site"))
		return err
	})
	page.reader("liveasks.mjs", "CONTROL="+control.URL, fmt.Sprintf("TO=%d", to.UnixMilli()))
}
