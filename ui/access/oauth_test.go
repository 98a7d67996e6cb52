package access

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// issuer is a small provider of OpenID Connect: it lets in whoever comes and says
// of him what the test wants.
type issuer struct {
	*httptest.Server
	key    *rsa.PrivateKey
	claims map[string]any
	asked  url.Values // of the last authorisation
	wrong  bool       // signs with another key
}

func newIssuer(t *testing.T, claims map[string]any) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{key: key, claims: claims}
	mux := http.NewServeMux()
	answer := func(path string, v func(*http.Request) any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(v(r))
		})
	}
	answer("/.well-known/openid-configuration", func(*http.Request) any {
		return map[string]any{"issuer": i.URL, "authorization_endpoint": i.URL + "/authorize", "token_endpoint": i.URL + "/token", "jwks_uri": i.URL + "/keys",
			"userinfo_endpoint": i.URL + "/user", "id_token_signing_alg_values_supported": []string{"RS256"}}
	})
	answer("/keys", func(*http.Request) any {
		return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: &key.PublicKey, KeyID: "1", Algorithm: "RS256", Use: "sig"}}}
	})
	answer("/token", func(r *http.Request) any {
		if r.FormValue("code") != "the-code" || r.FormValue("code_verifier") == "" {
			return map[string]any{"error": "invalid_grant"}
		}
		return map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": i.token(t)}
	})
	answer("/user", func(*http.Request) any { return map[string]any{"groups": []string{"shift"}} })
	i.Server = httptest.NewServer(mux)
	t.Cleanup(i.Close)
	return i
}

func (i *issuer) token(t *testing.T) string {
	key := i.key
	if i.wrong {
		key, _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "1"}}, nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	all := map[string]any{"iss": i.URL, "aud": "page", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(), "nonce": i.asked.Get("nonce")}
	for k, v := range i.claims {
		all[k] = v
	}
	content, _ := json.Marshal(all)
	signed, err := signer.Sign(content)
	if err != nil {
		t.Error(err)
		return ""
	}
	text, _ := signed.CompactSerialize()
	return text
}

func byProvider(i *issuer) func(*Settings) {
	return func(s *Settings) {
		s.OAuth = OAuth{Enabled: true, ClientID: "page", ClientSecret: "s", Issuer: i.URL, Scopes: []string{"openid"}, PKCE: true, RedirectURL: "http://site.example/login/generic_oauth",
			RolePath: "contains(groups[*], 'shift') && 'Editor' || ''", AllowedDomains: []string{"cern.ch"}}
	}
}

// signIn goes to the provider and comes back.
func (i *issuer) signIn(s *site, change func(url.Values)) (Reader, string, error) {
	s.Helper()
	out := httptest.NewRecorder()
	if err := s.gate.SendToProvider(out, httptest.NewRequest(http.MethodGet, "http://site.example/login/generic_oauth", nil), "/d/x?from=now-1h"); err != nil {
		return Reader{}, "", err
	}
	to, err := url.Parse(out.Header().Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), i.URL+"/authorize") {
		s.Fatalf("sent to %v: %v", to, err)
	}
	i.asked = to.Query()
	answer := url.Values{"code": {"the-code"}, "state": {i.asked.Get("state")}}
	if change != nil {
		change(answer)
	}
	back := httptest.NewRequest(http.MethodGet, "http://site.example/login/generic_oauth?"+answer.Encode(), nil)
	for _, c := range out.Result().Cookies() {
		back.AddCookie(c)
	}
	w := httptest.NewRecorder()
	path, err := s.gate.ComeBack(w, back)
	var who Reader
	for _, c := range w.Result().Cookies() {
		if c.Name == s.gate.Settings().CookieName {
			_, who = s.ask(http.MethodGet, carrying(c))
		}
	}
	return who, path, err
}

func TestAReaderSignsInByTheProviderAndComesBackToWhereHeWas(t *testing.T) {
	i := newIssuer(t, map[string]any{"sub": "7", "email": "anna@cern.ch"})
	s := newSite(t, byProvider(i))
	who, path, err := i.signIn(s, nil)
	if err != nil || who.Name != "anna@cern.ch" || who.Role != Editor || who.By != "oauth" || path != "/d/x?from=now-1h" {
		t.Errorf("%+v at %s: %v", who, path, err)
	}
	if i.asked.Get("code_challenge_method") != "S256" || i.asked.Get("nonce") == "" {
		t.Errorf("asked without proof or nonce: %v", i.asked)
	}
}

func TestAnAnswerThatIsNotOursIsRefused(t *testing.T) {
	i := newIssuer(t, map[string]any{"sub": "7", "email": "anna@cern.ch"})
	s := newSite(t, byProvider(i))
	refused := func(what, want string, change func(url.Values)) {
		t.Helper()
		if who, _, err := i.signIn(s, change); err == nil || who.Name != "" || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: signed in as %+v, %v", what, who, err)
		}
	}
	refused("another state", "another sign-in", func(v url.Values) { v.Set("state", "x") })
	refused("a wrong code", "exchange the code", func(v url.Values) { v.Set("code", "x") })
	refused("a refusal", "access_denied", func(v url.Values) { v.Set("error", "access_denied") })

	i.claims["nonce"] = "of another"
	refused("another nonce", "another sign-in", nil)
	delete(i.claims, "nonce")
	i.claims["aud"] = "another page"
	refused("another page's token", "verify the id token", nil)
	delete(i.claims, "aud")
	i.wrong = true
	refused("another key", "verify the id token", nil)
}

func TestOnlyReadersOfTheFilesDomainsAreLetIn(t *testing.T) {
	for _, claims := range []map[string]any{
		{"sub": "7", "email": "eve@evil.example"},
		{"sub": "7"},
		{"sub": "7", "email": "eve@cern.ch", "email_verified": false},
		{"sub": "7", "email": "eve@cern.ch@evil.example"},
	} {
		i := newIssuer(t, claims)
		if who, _, err := i.signIn(newSite(t, byProvider(i)), nil); err == nil {
			t.Errorf("%v is in as %+v", claims, who)
		}
	}
}

func TestWithoutARoleAReaderSeesAndIsRefusedIfTheFileSaysSo(t *testing.T) {
	claims := map[string]any{"sub": "7", "name": "Ben", "email": "ben@cern.ch"}
	i := newIssuer(t, claims)
	plain := func(s *Settings) { byProvider(i)(s); s.OAuth.RolePath = "role" }
	if who, _, err := i.signIn(newSite(t, plain), nil); err != nil || who.Role != Viewer {
		t.Errorf("%+v, %v", who, err)
	}
	strict := func(s *Settings) { plain(s); s.OAuth.RoleStrict = true }
	if who, _, err := i.signIn(newSite(t, strict), nil); err == nil {
		t.Errorf("%+v", who)
	}
}

func TestAProviderThatIsDownIsNamed(t *testing.T) {
	i := newIssuer(t, nil)
	s := newSite(t, byProvider(i))
	i.Close()
	w := httptest.NewRecorder()
	err := s.gate.SendToProvider(w, httptest.NewRequest(http.MethodGet, "http://site.example/", nil), "/")
	if err == nil || !strings.Contains(err.Error(), i.URL) {
		t.Errorf("%v", err)
	}
}

func FuzzOwnPath(f *testing.F) {
	for _, p := range []string{"/d/x", "//evil.example", "/\\evil.example", "https://evil.example", ""} {
		f.Add(p)
	}
	f.Fuzz(func(t *testing.T, p string) {
		got := ownPath(p)
		u, err := url.Parse("http://site.example" + got)
		if err == nil && u.Host != "site.example" || !strings.HasPrefix(got, "/") || strings.HasPrefix(got, "//") {
			t.Error(fmt.Sprintf("%q leads to %q", p, got))
		}
	})
}
