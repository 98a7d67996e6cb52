package fakesite

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// identities is a provider of OpenID Connect of which everybody who comes is the reader
// that it was told to be: it asks nobody anything.
type identities struct {
	url    string
	key    jose.JSONWebKey
	reader atomic.Pointer[url.Values] // who comes: "name", "group", or "refuses"
	asked  atomic.Pointer[url.Values] // the last that a page sent a reader with
}

// Identities is one that is told at /become who comes. It says so in a signed token, and
// at /user to pages that know its addresses and not its issuer.
func Identities(t testing.TB) *httptest.Server {
	t.Helper()
	own, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &identities{key: jose.JSONWebKey{Key: own, KeyID: "1", Algorithm: string(jose.RS256), Use: "sig"}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /become", func(_ http.ResponseWriter, r *http.Request) {
		who := r.URL.Query()
		i.reader.Store(&who)
	})
	mux.HandleFunc("GET /auth", i.sendBack)
	for path, what := range map[string]func() (any, error){
		"GET /.well-known/openid-configuration": i.addresses,
		"GET /keys":                             func() (any, error) { return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{i.key.Public()}}, nil },
		"POST /token":                           i.token,
		"GET /user":                             func() (any, error) { return i.claims(), nil },
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			answer, err := what()
			if err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(answer)
		})
	}
	s := httptest.NewServer(mux)
	i.url = s.URL
	t.Cleanup(s.Close)
	return s
}

func (i *identities) addresses() (any, error) {
	return map[string]any{"issuer": i.url, "authorization_endpoint": i.url + "/auth", "token_endpoint": i.url + "/token", "jwks_uri": i.url + "/keys",
		"userinfo_endpoint": i.url + "/user", "id_token_signing_alg_values_supported": []string{"RS256"}}, nil
}

func (i *identities) sendBack(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	i.asked.Store(&asked)
	answer := url.Values{"state": {asked.Get("state")}, "code": {"a-code"}}
	if i.reader.Load().Get("refuses") != "" {
		answer = url.Values{"state": answer["state"], "error": {"access_denied"}}
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

func (i *identities) claims() map[string]any {
	who := i.reader.Load()
	return map[string]any{"sub": "7", "name": who.Get("name"), "email": "a@cern.ch", "groups": (*who)["group"]}
}

func (i *identities) token() (any, error) {
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: i.key}, nil)
	if err != nil {
		return nil, err
	}
	all, asked := i.claims(), i.asked.Load()
	all["iss"], all["aud"], all["nonce"] = i.url, asked.Get("client_id"), asked.Get("nonce")
	all["iat"], all["exp"] = time.Now().Unix(), time.Now().Add(time.Minute).Unix()
	content, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	signed, err := signer.Sign(content)
	if err != nil {
		return nil, err
	}
	text, err := signed.CompactSerialize()
	return map[string]any{"access_token": "a-token", "token_type": "Bearer", "expires_in": 60, "id_token": text}, err
}
