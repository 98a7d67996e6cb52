package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"supersonic/internal/browse"
	"supersonic/ui/access"
	"supersonic/ui/boards"
	"supersonic/ui/fakesite"
)

// hostile is a dashboard whose author wants more than to show something: each text tries to
// run, to fetch from %[1]s, to lie over the page or to ask for words.
const hostile = `<h1 id="kept" onclick="hacked=1">Kept</h1> <b style="color: rgb(1, 2, 3); position: fixed; inset: 0; background: url(%[1]s/style)">styled</b>
<img src="x" onerror="hacked=2"> <img src="%[1]s/picture.png" alt="far"> <script>hacked=3</script><script src="%[1]s/script.js"></script>
<a href="javascript:hacked=4">run</a> <a href=" jAvAsCrIpT&colon;hacked=5">run too</a> <a href="https://example.org/" target="_blank">out</a>
<iframe src="%[1]s/frame"></iframe><object data="%[1]s/object"></object><embed src="%[1]s/embed"><link rel="stylesheet" href="%[1]s/sheet.css"><base href="%[1]s/"><meta http-equiv="refresh" content="0;url=%[1]s/meta">
<div style="position:fixed;top:0;left:0;width:9999px;height:9999px;z-index:9999">over all</div> <style>body { display: none }</style>
<svg onload="hacked=6"><script>hacked=7</script><image href="%[1]s/svg.png"/><foreignObject><iframe src="%[1]s/deep"></iframe></foreignObject></svg><math><mtext><img src="x" onerror="hacked=8"></mtext></math>
<form action="%[1]s/form"><input name="password" type="password"><button formaction="javascript:hacked=9">Sign in</button><textarea>t</textarea></form>
<video src="%[1]s/video" onerror="hacked=10" autoplay></video><details open ontoggle="hacked=11"><summary>more</summary>of it</details><template><img src="x" onerror="hacked=12"></template>`

// hostileBoard has it as HTML, as markdown, by a variable of the address, and in every
// other text that an author writes.
func hostileBoard(elsewhere string) []byte {
	html := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(fmt.Sprintf(hostile, elsewhere))
	short := strings.NewReplacer(`"`, `\"`).Replace(`<img src="x" onerror="hacked=20">`)
	text := func(id int, title, mode, content string) string {
		return fmt.Sprintf(`{"id": %d, "type": "text", "title": "%s", "gridPos": {"x": %d, "y": 0, "w": 8, "h": 12}, "options": {"mode": "%s", "content": "%s"}}`, id, title, 8*(id-1), mode, content)
	}
	return fmt.Appendf(nil, `{"uid": "hostile", "title": "Hostile %[1]s", "description": "%[1]s", "tags": ["%[1]s"], "schemaVersion": 41, "time": {"from": "now-5m", "to": "now"},
  "links": [{"type": "link", "title": "%[1]s", "tooltip": "%[1]s", "url": "javascript:hacked=21"}],
  "templating": {"list": [{"name": "who", "label": "Who %[1]s", "type": "textbox", "query": "nobody", "current": {"value": "nobody", "text": "nobody"}}]},
  "panels": [%[2]s, %[3]s, %[4]s,
    {"id": 4, "type": "stat", "title": "Value %[1]s", "description": "%[1]s", "gridPos": {"x": 0, "y": 12, "w": 12, "h": 6}, "targets": [{"refId": "A", "expr": "up", "instant": true, "legendFormat": "%[1]s"}],
     "links": [{"title": "Panel %[1]s", "url": "javascript:hacked=22"}], "fieldConfig": {"defaults": {"displayName": "%[1]s", "unit": "%[1]s", "links": [{"title": "d", "url": "javascript:hacked=23"}], "mappings": [{"type": "value", "options": {"1": {"text": "%[1]s"}}}]}, "overrides": []}},
    {"id": 5, "type": "table", "title": "Rows %[1]s", "gridPos": {"x": 12, "y": 12, "w": 12, "h": 6}, "targets": [{"refId": "A", "expr": "up", "format": "table", "instant": true}],
     "fieldConfig": {"defaults": {"displayName": "%[1]s", "custom": {"cellOptions": {"type": "image"}}}, "overrides": []}}]}`,
		short, text(1, "As HTML", "html", html), text(2, "As markdown", "markdown", html+`\n\n[run](javascript:hacked=13) ![p](`+elsewhere+`/markdown.png) <javascript:hacked=14>`), text(3, "By the address", "html", "<p>for ${who}</p>"))
}

// otherSite is a site whose page, looked at by somebody who may edit the one at target,
// sends it what it likes; it counts what it is asked itself.
func otherSite(t *testing.T, target *string) (url string, asked func() []string) {
	list := make(chan string, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/trap" {
			list <- r.URL.Path
			return
		}
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>Trap</title><form method="post" enctype="text/plain" action="%[1]s/api/dashboards/save"><input name='{"model":{"title":"By a form","panels":[]},"copy":true,"x":"' value='"}'></form><iframe name="framed" src="%[1]s/"></iframe>`, *target)
	}))
	t.Cleanup(s.Close)
	return s.URL, func() (all []string) {
		for len(list) > 0 {
			all = append(all, <-list)
		}
		return all
	}
}

func TestWhoMayNotEditCannotAndAHostileDashboardDoesNothingInChromium(t *testing.T) {
	var editors string
	elsewhere, asked := otherSite(t, &editors)
	provider := fakesite.Identities(t)
	root, leadsTo := fakesite.Ingress(t, false)
	site := func(change func(*access.Settings)) string {
		return newWorld(t, func(c *Config) {
			c.DataDir, c.Access = t.TempDir(), access.Default()
			c.Access.AdminPassword = "sesame"
			change(&c.Access)
			c.Boards.Given = []boards.Given{{Key: "local.dashboards[0]", Name: "hostile", JSON: hostileBoard(elsewhere)}}
		}).url
	}
	anonymous := func(role access.Role) func(*access.Settings) {
		return func(s *access.Settings) { s.Anonymous, s.AnonymousRole = true, role }
	}
	editors = site(anonymous(access.Editor))
	viewers := site(anonymous(access.Viewer))
	leadsTo(site(func(s *access.Settings) {
		s.LoginForm = false
		s.OAuth.Enabled, s.OAuth.Name, s.OAuth.ClientID, s.OAuth.NamePath, s.OAuth.RolePath = true, "CERN", "page", "name", "'Viewer'"
		s.OAuth.AuthURL, s.OAuth.TokenURL, s.OAuth.UserURL = provider.URL+"/auth", provider.URL+"/token", provider.URL+"/user"
		s.OAuth.RedirectURL = root + "/login/generic_oauth"
	}))
	browse.Run(t, "access.mjs", "SITE_URL="+viewers, "EDITORS="+editors, "FORMLESS="+root, "PROVIDER="+provider.URL, "ELSEWHERE="+elsewhere, "OVER_TLS="+overTLS(t))
	if all := asked(); len(all) > 0 {
		t.Errorf("the other site was asked for %q", all)
	}
}

// overTLS is a site behind an ingress that speaks https, where everybody signs in and
// the file gives the administrator a name.
func overTLS(t *testing.T) string {
	t.Helper()
	root, leadsTo := fakesite.Ingress(t, true)
	leadsTo(newWorld(t, func(c *Config) {
		c.DataDir, c.RootURL = t.TempDir(), root+"/"
		settings, err := access.FromINI(map[string]any{"security": map[string]any{"admin_user": "shift-leader"}}, "admin", "sesame", c.RootURL)
		if err != nil {
			t.Fatal(err)
		}
		c.Access = settings
	}).url)
	return root
}
