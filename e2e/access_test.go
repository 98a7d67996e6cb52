package e2e

import (
	"fmt"
	"os/exec"
	"strings"
	"sync/atomic"
	"time"

	"supersonic/internal/browse"
	"supersonic/ui/fakesite"
)

// wantAccess lets readers in at pages beside the site, before its stores: by password
// and by a provider behind an ingress over https with a path, everybody as a viewer,
// and by the provider alone. What they see is of a time that ended a while ago.
func (s *site) wantAccess(to time.Time) {
	s.t.Helper()
	var told atomic.Int32
	provider := fakesite.Identities(s.t)
	prometheus, tempo := s.url(s.ports.prometheus, ""), s.url(s.ports.tempo, "")
	stores := besideFile(before(s.t, prometheus, &told).URL(), before(s.t, tempo, &told).URL())
	byProvider := fmt.Sprintf("{enabled: true, name: CERN, client_id: page, client_secret: s, issuer_url: %q, login_attribute_path: name, role_attribute_path: \"contains(groups[*], 'shift') && 'Editor' || 'Viewer'\"", provider.URL)

	root, leadsTo := fakesite.Ingress(s.t, true)
	closed := pageOf(s.t, besideBoard, stores, fmt.Sprintf(`
grafana:
  adminUser: shift-leader
  adminPassword: sesame
  grafana.ini:
    auth: {disable_login_form: false}
    auth.anonymous: {enabled: false}
    auth.generic_oauth: %s}
    server: {root_url: %q, serve_from_sub_path: true}
`, byProvider, root+"/hub/sonic/"))
	leadsTo(closed)
	viewers := pageOf(s.t, besideBoard, stores, "grafana: {adminUser: admin, adminPassword: sesame, grafana.ini: {auth: {disable_login_form: false}, auth.anonymous: {enabled: true, org_role: Viewer}}}\n")
	formlessRoot, leads := fakesite.Ingress(s.t, false)
	leads(pageOf(s.t, besideBoard, stores, fmt.Sprintf(`
grafana:
  adminPassword: sesame
  grafana.ini:
    auth: {disable_login_form: true}
    auth.anonymous: {enabled: false}
    auth.generic_oauth: %s, auto_login: true}
    server: {root_url: %q}
`, byProvider, formlessRoot)))

	table := s.tableOf(strings.Replace(closed, "://", "://shift-leader:sesame@", 1), to)
	browse.Run(s.t, "liveaccess.mjs", "SITE_URL="+root, "UNDER=/hub/sonic/", "VIEWERS="+viewers, "FORMLESS="+formlessRoot, "PROVIDER="+provider.URL,
		"PROMETHEUS="+prometheus, "TEMPO="+tempo, fmt.Sprintf("TO=%d", to.UnixMilli()), "TABLE="+table)
	if n := told.Load(); n > 0 {
		s.t.Errorf("%d questions to the stores had a reader's cookie or password", n)
	}
}

// tableOf is what `supersonic latency` prints of the minute before a time.
func (s *site) tableOf(page string, to time.Time) string {
	s.t.Helper()
	ask := func(page string) ([]byte, error) {
		return exec.Command(program, "latency", "--url", page, "--from", fmt.Sprint(to.Add(-time.Minute).UnixMilli()), "--to", fmt.Sprint(to.UnixMilli())).CombinedOutput()
	}
	if out, err := ask(strings.Replace(page, "sesame", "guess", 1)); err == nil || !strings.Contains(string(out), "user or password is wrong") {
		s.t.Errorf("supersonic latency with a wrong password: %v, %s", err, out)
	}
	out, err := ask(page)
	if err != nil {
		s.t.Fatalf("supersonic latency: %v, %s", err, out)
	}
	return write(s.t, "latency.txt", out)
}
