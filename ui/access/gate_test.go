package access

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// site is a page with one question that a reader and one that an editor may ask.
type site struct {
	*testing.T
	gate *Gate
	file string
}

func newSite(t *testing.T, change func(*Settings)) *site {
	t.Helper()
	s := Default()
	s.AdminPassword = "sesame"
	if change != nil {
		change(&s)
	}
	file := filepath.Join(t.TempDir(), "sessions.json")
	g, err := New(s, file)
	if err != nil {
		t.Fatal(err)
	}
	return &site{t, g, file}
}

// ask sends a request and tells its status and as whom it came through.
func (s *site) ask(method string, change func(*http.Request)) (int, Reader) {
	s.Helper()
	r := httptest.NewRequest(method, "http://site.example/api/site", nil)
	if change != nil {
		change(r)
	}
	var who Reader
	w := httptest.NewRecorder()
	s.gate.Guard(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { who = Of(r.Context()) }),
		func(w http.ResponseWriter, status int, err error) { http.Error(w, err.Error(), status) }).ServeHTTP(w, r)
	return w.Code, who
}

func (s *site) signIn(password string) (*http.Cookie, error) {
	w := httptest.NewRecorder()
	_, err := s.gate.SignIn(w, httptest.NewRequest(http.MethodPost, "http://site.example/api/login", nil), "admin", password)
	for _, c := range w.Result().Cookies() {
		return c, err
	}
	return nil, err
}

func carrying(c *http.Cookie) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(c) }
}

func TestWithoutAnonymousAccessAReaderSignsIn(t *testing.T) {
	s := newSite(t, nil)
	if status, _ := s.ask(http.MethodGet, nil); status != http.StatusUnauthorized {
		t.Errorf("status %d without signing in", status)
	}
	cookie, err := s.signIn("sesame")
	if err != nil {
		t.Fatal(err)
	}
	if !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("the cookie can be read by scripts or sent by other sites: %v", cookie)
	}
	if status, who := s.ask(http.MethodGet, carrying(cookie)); status != http.StatusOK || who.Name != "admin" || !who.Role.MayEdit() {
		t.Errorf("status %d as %+v", status, who)
	}
}

func TestAnAnonymousReaderHasTheRoleOfTheFile(t *testing.T) {
	s := newSite(t, func(s *Settings) { s.Anonymous, s.AnonymousRole = true, Viewer })
	if status, who := s.ask(http.MethodGet, nil); status != http.StatusOK || !who.Anonymous || who.Role.MayEdit() {
		t.Errorf("status %d as %+v", status, who)
	}
}

func TestSignedOutIsOut(t *testing.T) {
	s := newSite(t, nil)
	cookie, err := s.signIn("sesame")
	if err != nil {
		t.Fatal(err)
	}
	w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "http://site.example/api/logout", nil)
	r.AddCookie(cookie)
	if err := s.gate.SignOut(w, r); err != nil {
		t.Fatal(err)
	}
	if status, _ := s.ask(http.MethodGet, carrying(cookie)); status != http.StatusUnauthorized {
		t.Errorf("status %d with the token of a session that ended", status)
	}
}

func TestARestartSignsNobodyOutAndTheFileHoldsNoToken(t *testing.T) {
	s := newSite(t, nil)
	cookie, err := s.signIn("sesame")
	if err != nil {
		t.Fatal(err)
	}
	again, err := New(s.gate.Settings(), s.file)
	if err != nil {
		t.Fatal(err)
	}
	kept, _ := faultlessRead(t, s.file)
	if strings.Contains(kept, cookie.Value) || strings.Contains(kept, "sesame") {
		t.Error("the file of sessions holds what signs a reader in")
	}
	s.gate = again
	if status, who := s.ask(http.MethodGet, carrying(cookie)); status != http.StatusOK || who.Name != "admin" {
		t.Errorf("status %d as %+v after a restart", status, who)
	}
}

func TestAnUnreadableFileOfSessionsIsToldAndHindersNobody(t *testing.T) {
	s := newSite(t, nil)
	writeFile(t, s.file, "{not json")
	g, err := New(s.gate.Settings(), s.file)
	if err == nil || g == nil {
		t.Fatalf("gate %v, err %v", g, err)
	}
	s.gate = g
	if _, err := s.signIn("sesame"); err != nil {
		t.Error(err)
	}
}

func TestGuessingPasswordsHasToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, nil)
		for range maxWrong {
			if _, err := s.signIn("guess"); !errors.Is(err, ErrWrong) {
				t.Fatal(err)
			}
		}
		var wait *WaitError
		if _, err := s.signIn("sesame"); !errors.As(err, &wait) {
			t.Fatalf("the right password was taken after %d wrong ones: %v", maxWrong, err)
		}
		time.Sleep(waitAfter + time.Second) // a bubble's own clock: no poll
		if _, err := s.signIn("sesame"); err != nil {
			t.Error(err)
		}
	})
}

func TestSessionsEndUnusedAndInTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t, func(s *Settings) { s.Inactive, s.Lifetime = time.Hour, 3*time.Hour })
		cookie, err := s.signIn("sesame")
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			time.Sleep(30 * time.Minute) // a bubble's own clock: no poll
			if status, _ := s.ask(http.MethodGet, carrying(cookie)); status != http.StatusOK {
				t.Fatalf("status %d though it was in use", status)
			}
		}
		time.Sleep(40 * time.Minute) // a bubble's own clock: no poll
		if status, _ := s.ask(http.MethodGet, carrying(cookie)); status != http.StatusUnauthorized {
			t.Errorf("status %d after the longest time of a session", status)
		}
	})
}

func TestAProgramNamesItselfWithEachRequest(t *testing.T) {
	s := newSite(t, nil)
	if status, who := s.ask(http.MethodGet, func(r *http.Request) { r.SetBasicAuth("admin", "sesame") }); status != http.StatusOK || who.By != "basic" {
		t.Errorf("status %d as %+v", status, who)
	}
	if status, _ := s.ask(http.MethodGet, func(r *http.Request) { r.SetBasicAuth("admin", "") }); status != http.StatusUnauthorized {
		t.Errorf("status %d with an empty password", status)
	}
}

func TestAnEmptyPasswordInTheFileLetsNobodyIn(t *testing.T) {
	s := newSite(t, func(s *Settings) { s.AdminPassword = "" })
	if _, err := s.signIn(""); !errors.Is(err, ErrWrong) {
		t.Errorf("signed in by an empty password: %v", err)
	}
}

func TestAPageOfAnotherSiteChangesNothing(t *testing.T) {
	s := newSite(t, func(s *Settings) { s.Anonymous, s.AnonymousRole = true, Admin })
	from := func(header, value string) int {
		status, _ := s.ask(http.MethodPost, func(r *http.Request) { r.Header.Set(header, value) })
		return status
	}
	for header, value := range map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"} {
		if status := from(header, value); status != http.StatusForbidden {
			t.Errorf("status %d with %s: %s", status, header, value)
		}
	}
	for header, value := range map[string]string{"Sec-Fetch-Site": "same-origin", "Origin": "http://site.example", "Accept": "*/*"} {
		if status := from(header, value); status != http.StatusOK {
			t.Errorf("status %d with %s: %s", status, header, value)
		}
	}
}

func TestTheBoundOfSessionsDropsTheOneThatIsUsedLeast(t *testing.T) {
	s := newSite(t, nil)
	s.gate.sessions.file = ""
	first, err := s.gate.sessions.begin("first", Viewer, "oauth")
	if err != nil {
		t.Fatal(err)
	}
	for range maxSessions {
		if _, err := s.gate.sessions.begin("next", Viewer, "oauth"); err != nil {
			t.Fatal(err)
		}
	}
	if _, known := s.gate.sessions.of(first); known || len(s.gate.sessions.all) != maxSessions {
		t.Errorf("%d sessions, the first still among them: %t", len(s.gate.sessions.all), known)
	}
}
