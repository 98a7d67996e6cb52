package access

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/jmespath/go-jmespath"
	"golang.org/x/oauth2"
)

const (
	flowCookie  = "supersonic_oauth" // holds a sign-in that is under way
	flowLasts   = 10 * time.Minute
	maxUserInfo = 1 << 20
	askProvider = 10 * time.Second
)

// provider signs readers in by OpenID Connect. Its discovery is asked when the
// first reader comes, so that a site starts while its provider is down.
type provider struct {
	o    OAuth
	http *http.Client

	mu        sync.Mutex
	addresses *oauth2.Config
	verifier  *oidc.IDTokenVerifier // nil where no issuer is known
	userURL   string
}

func newProvider(o OAuth) *provider {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = &tls.Config{InsecureSkipVerify: o.SkipVerify} // the operator's own word in the file
	return &provider{o: o, http: &http.Client{Transport: transport, Timeout: askProvider}}
}

// config is where to send readers and tokens; it asks the issuer once.
func (p *provider) config(ctx context.Context) (*oauth2.Config, *oidc.IDTokenVerifier, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.addresses != nil {
		return p.addresses, p.verifier, nil
	}
	c := &oauth2.Config{ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, RedirectURL: p.o.RedirectURL, Scopes: p.o.Scopes,
		Endpoint: oauth2.Endpoint{AuthURL: p.o.AuthURL, TokenURL: p.o.TokenURL}}
	p.userURL = p.o.UserURL
	if p.o.Issuer != "" {
		found, err := oidc.NewProvider(oidc.ClientContext(ctx, p.http), p.o.Issuer)
		if err != nil {
			return nil, nil, fmt.Errorf("ask %s for its addresses: %w", p.o.Issuer, err)
		}
		c.Endpoint = found.Endpoint()
		p.verifier = found.Verifier(&oidc.Config{ClientID: p.o.ClientID})
		if p.userURL == "" {
			p.userURL = found.UserInfoEndpoint()
		}
	}
	p.addresses = c
	return c, p.verifier, nil
}

// flow is a sign-in under way, kept in a cookie of its own: whoever comes back
// must be who was sent.
type flow struct {
	State  string `json:"s"`
	Nonce  string `json:"n"`
	Proof  string `json:"p"` // PKCE's verifier
	Return string `json:"r"` // path below the root to show afterwards
}

func random() (string, error) {
	b := make([]byte, 24)
	if _, err := rand.Read(b); err != nil {
		return "", fmt.Errorf("begin a sign-in: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(b), nil
}

// SendToProvider begins a sign-in by the provider; afterwards the reader is at
// back, a path of the page.
func (g *Gate) SendToProvider(w http.ResponseWriter, r *http.Request, back string) error {
	c, _, err := g.oauth.config(r.Context())
	if err != nil {
		return err
	}
	var f flow
	for _, text := range []*string{&f.State, &f.Nonce} {
		if *text, err = random(); err != nil {
			return err
		}
	}
	f.Return, f.Proof = ownPath(back), oauth2.GenerateVerifier()
	content, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("begin a sign-in: %w", err)
	}
	g.cookie(w, flowCookie, base64.RawURLEncoding.EncodeToString(content), flowLasts)
	options := []oauth2.AuthCodeOption{oidc.Nonce(f.Nonce)}
	if g.settings.OAuth.PKCE {
		options = append(options, oauth2.S256ChallengeOption(f.Proof))
	}
	http.Redirect(w, r, c.AuthCodeURL(f.State, options...), http.StatusFound)
	return nil
}

// ownPath keeps an address that stays on the page.
func ownPath(path string) string {
	if !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n") {
		return "/"
	}
	return path
}

// ComeBack ends a sign-in: it takes the provider's answer, asks who the reader is
// and begins his session. It gives the path to show.
func (g *Gate) ComeBack(w http.ResponseWriter, r *http.Request) (string, error) {
	f, err := flowOf(r)
	g.cookie(w, flowCookie, "", -1)
	if err != nil {
		return "", err
	}
	if refused := r.FormValue("error"); refused != "" {
		return "", fmt.Errorf("the provider refused: %.100s %.200s", refused, r.FormValue("error_description"))
	}
	if !same(r.FormValue("state"), f.State) {
		return "", errors.New("this answer belongs to another sign-in: begin again")
	}
	claims, err := g.oauth.claims(r.Context(), r.FormValue("code"), f)
	if err != nil {
		return "", err
	}
	who, err := g.settings.reader(claims)
	if err != nil {
		return "", err
	}
	_, err = g.begin(w, who)
	return f.Return, err
}

func flowOf(r *http.Request) (flow, error) {
	var f flow
	c, err := r.Cookie(flowCookie)
	if err != nil {
		return f, errors.New("no sign-in is under way in this browser, or it took longer than ten minutes: begin again")
	}
	content, err := base64.RawURLEncoding.DecodeString(c.Value)
	if err == nil {
		err = json.Unmarshal(content, &f)
	}
	if err != nil || f.State == "" {
		return f, errors.New("the sign-in's cookie cannot be read: begin again")
	}
	f.Return = ownPath(f.Return)
	return f, nil
}

// claims are what the provider says of the reader: his id token's, completed by
// its answer about him.
func (p *provider) claims(ctx context.Context, code string, f flow) (map[string]any, error) {
	ctx, cancel := context.WithTimeout(oidc.ClientContext(ctx, p.http), askProvider)
	defer cancel()
	c, verifier, err := p.config(ctx)
	if err != nil {
		return nil, err
	}
	var options []oauth2.AuthCodeOption
	if p.o.PKCE {
		options = append(options, oauth2.VerifierOption(f.Proof))
	}
	token, err := c.Exchange(ctx, code, options...)
	if err != nil {
		return nil, fmt.Errorf("exchange the code at the provider: %w", withoutBody(err))
	}
	claims := map[string]any{}
	if verifier != nil {
		if err := verified(ctx, verifier, token, f.Nonce, &claims); err != nil {
			return nil, err
		}
	}
	return claims, p.complete(ctx, c, token, claims)
}

// withoutBody drops a token endpoint's answer from its error: it may hold a secret.
func withoutBody(err error) error {
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) && answer.Response != nil {
		return fmt.Errorf("status %d %s", answer.Response.StatusCode, answer.ErrorCode)
	}
	return err
}

func verified(ctx context.Context, v *oidc.IDTokenVerifier, token *oauth2.Token, nonce string, claims *map[string]any) error {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return errors.New("the provider sent no id token: is scope openid among auth.generic_oauth.scopes?")
	}
	id, err := v.Verify(ctx, raw)
	if err != nil {
		return fmt.Errorf("verify the id token: %w", err)
	}
	if id.Nonce != nonce {
		return errors.New("the id token belongs to another sign-in: begin again")
	}
	return id.Claims(claims)
}

// complete adds what the user endpoint says; the id token's own words stand.
func (p *provider) complete(ctx context.Context, c *oauth2.Config, token *oauth2.Token, claims map[string]any) error {
	if p.userURL == "" {
		return nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.userURL, nil)
	if err != nil {
		return fmt.Errorf("ask %s who signed in: %w", p.userURL, err)
	}
	resp, err := c.Client(ctx, token).Do(req)
	if err != nil {
		return fmt.Errorf("ask %s who signed in: %w", p.userURL, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("ask %s who signed in: status %d", p.userURL, resp.StatusCode)
	}
	var said map[string]any
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxUserInfo)).Decode(&said); err != nil {
		return fmt.Errorf("read what %s says of who signed in: %w", p.userURL, err)
	}
	for key, value := range said {
		if _, has := claims[key]; !has {
			claims[key] = value
		}
	}
	return nil
}

// reader reads name and role out of what the provider said.
func (s Settings) reader(claims map[string]any) (Reader, error) {
	who := Reader{By: "oauth", Role: Viewer}
	email, _ := claims["email"].(string)
	if sure, said := claims["email_verified"].(bool); said && !sure {
		email = "" // anybody may have written it there
	}
	if err := s.allowed(email); err != nil {
		return Reader{}, err
	}
	if s.OAuth.NamePath != "" {
		found, err := jmespath.Search(s.OAuth.NamePath, claims)
		if err != nil {
			return Reader{}, fmt.Errorf("auth.generic_oauth.login_attribute_path: %w", err)
		}
		who.Name, _ = found.(string)
	}
	for _, key := range []string{"preferred_username", "login", "username", "email", "name", "sub"} {
		if text, ok := claims[key].(string); ok && who.Name == "" {
			who.Name = text
		}
	}
	if who.Name == "" {
		return Reader{}, errors.New("the provider does not say who signed in: set auth.generic_oauth.login_attribute_path")
	}
	if s.OAuth.RolePath == "" {
		return who, nil
	}
	found, err := jmespath.Search(s.OAuth.RolePath, claims)
	if err != nil {
		return Reader{}, fmt.Errorf("auth.generic_oauth.role_attribute_path: %w", err)
	}
	text, _ := found.(string)
	r, known := role(text)
	switch {
	case known && r != None:
		who.Role = r
	case s.OAuth.RoleStrict:
		return Reader{}, fmt.Errorf("%s has no role here, and auth.generic_oauth.role_attribute_strict is on", who.Name)
	}
	return who, nil
}

func (s Settings) allowed(email string) error {
	if len(s.OAuth.AllowedDomains) == 0 {
		return nil
	}
	_, domain, _ := strings.Cut(email, "@")
	if !slices.ContainsFunc(s.OAuth.AllowedDomains, func(d string) bool { return strings.EqualFold(d, domain) }) || domain == "" {
		return fmt.Errorf("e-mail addresses of %q are not let in (auth.generic_oauth.allowed_domains)", domain)
	}
	return nil
}
