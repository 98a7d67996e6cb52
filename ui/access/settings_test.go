package access

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func faultlessRead(t *testing.T, file string) (string, error) {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(content), nil
}

func writeFile(t *testing.T, file, content string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

type section = map[string]any

func TestTheChartsKeysAreRead(t *testing.T) {
	s, err := FromINI(section{
		"auth":           section{"disable_login_form": true},
		"auth.anonymous": section{"enabled": true, "org_role": "Admin"},
		"server":         section{"root_url": ""},
	}, "admin", "admin", "")
	if err != nil {
		t.Fatal(err)
	}
	if !s.Anonymous || s.AnonymousRole != Admin || s.LoginForm || !s.Open() || s.CookiePath != "/" {
		t.Errorf("%v", s)
	}
}

func TestAnEmptyFileHasGrafanasDefaults(t *testing.T) {
	s, err := FromINI(nil, "", "secret", "https://hub.example/sonic/")
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.AdminPassword, want.CookieSecure, want.CookiePath = "secret", true, "/sonic/"
	want.OAuth.RedirectURL = "https://hub.example/sonic/login/generic_oauth"
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
}

func TestThePathOfARootURL(t *testing.T) {
	for root, want := range map[string]string{
		"": "", "https://hub.example/sonic/": "/sonic/", "https://hub.example": "", "/sonic": "/sonic",
		"%(protocol)s://%(domain)s:%(http_port)s/": "/", "%(protocol)s://%(domain)s/grafana/": "/grafana/", "http://%(domain)s:3000/a/b": "/a/b",
		"%(protocol)s://%(domain)s/%(path)s/": "", "%(protocol)s": "", "://": "",
	} {
		if got := RootPath(root); got != want {
			t.Errorf("%s: %q, want %q", root, got, want)
		}
	}
	s, err := FromINI(nil, "", "secret", "%(protocol)s://%(domain)s/grafana/")
	if err != nil || s.CookiePath != "/grafana/" || s.OAuth.RedirectURL != "" {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestSecretsMayBeElsewhere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	writeFile(t, file, "from a file\n")
	t.Setenv("SUPERSONIC_TEST_PASSWORD", "from the environment")
	s, err := FromINI(section{
		"security":           section{"admin_password": "$__env{SUPERSONIC_TEST_PASSWORD}"},
		"auth.generic_oauth": section{"client_secret": "$__file{" + file + "}"},
	}, "", "", "")
	if err != nil {
		t.Fatal(err)
	}
	if s.AdminPassword != "from the environment" || s.OAuth.ClientSecret != "from a file" {
		t.Errorf("%q, %q", s.AdminPassword, s.OAuth.ClientSecret)
	}
	if text := s.String(); strings.Contains(text, "from") {
		t.Errorf("%s shows a secret", text)
	}
}

func TestWhatIsWrongIsNamedTogether(t *testing.T) {
	_, err := FromINI(section{
		"auth.anonymous":     section{"enabled": "perhaps", "org_role": "Boss"},
		"auth":               section{"login_maximum_lifetime_duration": "soon"},
		"auth.generic_oauth": section{"enabled": true},
	}, "", "", "")
	if err == nil {
		t.Fatal("nothing was wrong")
	}
	for _, want := range []string{`auth.anonymous.enabled: "perhaps"`, `"Boss" is none of`, "write 10m, 12h or 7d", "client_id is empty", "issuer_url alone", "server.root_url"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in\n%v", want, err)
		}
	}
}

func TestASiteThatLetsNobodyInIsRefused(t *testing.T) {
	if _, err := FromINI(section{"auth": section{"disable_login_form": true}, "auth.basic": section{"enabled": false}}, "", "x", ""); err == nil || !strings.Contains(err.Error(), "nobody could sign in") {
		t.Errorf("%v", err)
	}
}
