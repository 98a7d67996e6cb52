package ui

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync/atomic"
	"testing"

	"supersonic/internal/browse"
	"supersonic/ui/access"
)

// identities is a provider of which everybody who comes is the reader that it was told
// to be, at /become: it asks nobody anything.
func identities(t *testing.T) *httptest.Server {
	t.Helper()
	var reader atomic.Value
	mux := http.NewServeMux()
	mux.HandleFunc("GET /become", func(_ http.ResponseWriter, r *http.Request) { reader.Store(r.URL.Query()) })
	mux.HandleFunc("GET /auth", func(w http.ResponseWriter, r *http.Request) {
		back, answer := r.FormValue("redirect_uri"), url.Values{"state": {r.FormValue("state")}, "code": {"a-code"}}
		if reader.Load().(url.Values).Get("refuses") != "" {
			answer = url.Values{"state": answer["state"], "error": {"access_denied"}}
		}
		http.Redirect(w, r, back+"?"+answer.Encode(), http.StatusFound)
	})
	answers := func(v any) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(v)
		}
	}
	mux.HandleFunc("POST /token", answers(map[string]any{"access_token": "a-token", "token_type": "Bearer", "expires_in": 60}))
	mux.HandleFunc("GET /user", func(w http.ResponseWriter, r *http.Request) {
		q := reader.Load().(url.Values)
		answers(map[string]any{"sub": "7", "name": q.Get("name"), "email": "a@cern.ch", "groups": q["group"]})(w, r)
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// ingress is what stands before a page that is started later.
func ingress(t *testing.T) (root string, leadsTo func(page string)) {
	t.Helper()
	var page atomic.Pointer[url.URL]
	s := httptest.NewServer(&httputil.ReverseProxy{ErrorLog: log.New(io.Discard, "", 0), Rewrite: func(p *httputil.ProxyRequest) {
		p.SetURL(page.Load())
		p.Out.Host = p.In.Host
	}})
	t.Cleanup(s.Close)
	return s.URL, func(address string) {
		at, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		page.Store(at)
	}
}

func TestReadersSignInBehindAnIngressWithAPathInChromium(t *testing.T) {
	provider := identities(t)
	root, leadsTo := ingress(t)
	w := newWorld(t, func(c *Config) {
		c.DataDir, c.RootURL = t.TempDir(), root+"/sub/path/"
		settings, err := access.FromINI(map[string]any{
			"auth.generic_oauth": map[string]any{"enabled": true, "name": "CERN", "client_id": "page", "client_secret": "s",
				"auth_url": provider.URL + "/auth", "token_url": provider.URL + "/token", "api_url": provider.URL + "/user",
				"login_attribute_path": "name", "role_attribute_path": "contains(groups[*], 'shift') && 'Editor' || 'Viewer'"},
		}, "admin", "sesame", c.RootURL)
		if err != nil {
			t.Fatal(err)
		}
		c.Access = settings
	})
	leadsTo(w.url)
	browse.Run(t, "signin.mjs", "SITE_URL="+root, "UNDER=/sub/path/", "PROVIDER="+provider.URL)
}
