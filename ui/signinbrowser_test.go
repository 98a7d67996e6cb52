package ui

import (
	"testing"

	"supersonic/internal/browse"
	"supersonic/ui/access"
	"supersonic/ui/fakesite"
)

func TestReadersSignInBehindAnIngressWithAPathInChromium(t *testing.T) {
	provider := fakesite.Identities(t)
	root, leadsTo := fakesite.Ingress(t, false)
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
