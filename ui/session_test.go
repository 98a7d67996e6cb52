package ui

import (
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"

	"supersonic/ui/access"
	"supersonic/ui/payload"
)

// closed is a site that wants its readers to sign in.
func closed(c *Config) {
	c.Access = access.Default()
	c.Access.AdminPassword = "sesame"
}

func (w *world) send(client *http.Client, path, body string) (int, string) {
	w.t.Helper()
	resp, err := client.Post(w.url+path, "application/json", strings.NewReader(body))
	if err != nil {
		w.t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Set-Cookie")
}

func TestNothingOfTheSiteIsToldBeforeSigningIn(t *testing.T) {
	w := newWorld(t, closed)
	for _, path := range []string{"/api/site", "/api/status", "/api/traces/search", "/api/map", "/api/datasources/proxy/uid/tempo/api/echo", "/api/none"} {
		if resp, body := w.do(http.MethodGet, path); resp.StatusCode != http.StatusUnauthorized || strings.Contains(body, "tempo") {
			t.Errorf("%s: %d %s", path, resp.StatusCode, body)
		}
	}
	for _, path := range []string{"/", "/ready", "/api/health", "/api/session"} {
		if resp, _ := w.do(http.MethodGet, path); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, resp.StatusCode)
		}
	}
}

func TestAReaderSignsInAndOut(t *testing.T) {
	w := newWorld(t, closed)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar}
	if status, cookie := w.send(client, "/api/login", `{"user":"admin","password":"guess"}`); status != http.StatusUnauthorized || cookie != "" {
		t.Errorf("%d, cookie %q for a wrong password", status, cookie)
	}
	status, cookie := w.send(client, "/api/login", `{"user":"admin","password":"sesame"}`)
	if status != http.StatusOK || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Fatalf("%d, cookie %q", status, cookie)
	}
	get := func(path string) int {
		resp, err := client.Get(w.url + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if status := get("/api/site"); status != http.StatusOK {
		t.Errorf("%d after signing in", status)
	}
	if status, _ := w.send(client, "/api/logout", `{}`); status != http.StatusOK {
		t.Errorf("%d at signing out", status)
	}
	if status := get("/api/site"); status != http.StatusUnauthorized {
		t.Errorf("%d after signing out", status)
	}
}

func TestTheSessionTellsWhatAReaderMayDo(t *testing.T) {
	open := ask[payload.Session](newWorld(t), "/api/session")
	if open.Role != "Admin" || open.SignedIn || !open.CanEdit || open.CanSignIn {
		t.Errorf("%+v", open)
	}
	shut := ask[payload.Session](newWorld(t, closed), "/api/session")
	if shut.Role != "" || shut.CanEdit || !shut.Form || !shut.CanSignIn {
		t.Errorf("%+v", shut)
	}
	off := ask[payload.Session](newWorld(t, closed, func(c *Config) { c.Access.LoginForm = false }), "/api/session")
	if off.Form {
		t.Errorf("the form is off: %+v", off)
	}
}

func TestAFormOfAnotherSiteSignsNobodyIn(t *testing.T) {
	w := newWorld(t, closed)
	resp, err := http.Post(w.url+"/api/login", "application/x-www-form-urlencoded", strings.NewReader("user=admin&password=sesame"))
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("status %d", resp.StatusCode)
	}
	r, err := http.NewRequest(http.MethodPost, w.url+"/api/login", strings.NewReader(`{"user":"admin","password":"sesame"}`))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	if resp, err = http.DefaultClient.Do(r); err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusForbidden || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("JSON of another site: %d, %q", resp.StatusCode, resp.Header.Get("Set-Cookie"))
	}
}

func TestTheFileSaysWhetherOtherSitesMayFrameThePage(t *testing.T) {
	policy := func(change ...func(*Config)) string {
		resp, err := http.Get(newWorld(t, change...).url + "/")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.Header.Get("Content-Security-Policy")
	}
	if got := policy(); !strings.Contains(got, "frame-ancestors 'self'") {
		t.Error(got)
	}
	if got := policy(func(c *Config) { c.Access.AllowEmbedding = true }); !strings.Contains(got, "frame-ancestors *") {
		t.Error(got)
	}
}

func TestEachRoleMayDoWhatTheGuideSays(t *testing.T) {
	ask := func(role access.Role, path, body string) int {
		t.Helper()
		w := newWorld(t, closed, func(c *Config) {
			c.Access.Anonymous, c.Access.AnonymousRole, c.DataDir = true, role, t.TempDir()
		})
		send := func(path, body, password string) int {
			method := http.MethodPost
			if body == "" {
				method = http.MethodGet
			}
			r, err := http.NewRequest(method, w.url+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/json")
			if password != "" {
				r.SetBasicAuth("admin", password)
			}
			resp, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			return resp.StatusCode
		}
		for _, version := range []string{"0", "1"} {
			if status := send("/api/dashboards/save", `{"model":{"uid":"kept","title":"Kept","panels":[]},"version":`+version+`}`, "sesame"); status != 200 {
				t.Fatalf("the administrator saves: %d", status)
			}
		}
		return send(path, body, "")
	}
	for path, body := range map[string]string{
		"/api/dashboards/save":    `{"model":{"title":"New","panels":[]},"copy":true}`,
		"/api/dashboards/delete":  `{"uid":"kept"}`,
		"/api/dashboards/restore": `{"uid":"kept","version":1,"current":2}`,
	} {
		for role, want := range map[access.Role]int{access.Viewer: 403, access.Editor: 200, access.Admin: 200} {
			if status := ask(role, path, body); status != want {
				t.Errorf("%s as %s: %d, want %d", path, role, status, want)
			}
		}
	}
	for path, body := range map[string]string{
		"/api/dashboards": "", "/api/dashboards/uid/kept": "", "/api/dashboards/uid/kept/json": "", "/api/dashboards/uid/kept/versions": "",
		"/api/traces/search": "", "/api/map": "", "/api/datasources/proxy/uid/prometheus/api/v1/query?query=up&time=1795402153": "",
		"/api/dashboards/draft": `{"model":{"title":"New","panels":[]}}`,
	} {
		if status := ask(access.Viewer, path, body); status != 200 {
			t.Errorf("%s as a viewer: %d", path, status)
		}
	}
}
