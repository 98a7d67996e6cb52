package ui

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"supersonic/ui/access"
	"supersonic/ui/payload"
)

// open are the questions that a reader may ask before he has signed in.
var open = map[string]bool{"/api/health": true, "/api/session": true, "/api/login": true, "/api/logout": true}

func (u *UI) sessionRoutes(a asks) {
	a.get("/api/session", u.session)
	a.handle("POST", "/api/login", onlyJSON(http.HandlerFunc(u.signIn)))
	a.handle("POST", "/api/logout", onlyJSON(http.HandlerFunc(u.signOut)))
	a.handle("GET", "/login/generic_oauth", http.HandlerFunc(u.provider))
}

// guarded lets the page itself through to everybody and its questions to readers
// with a role.
func (u *UI) guarded(next http.Handler) http.Handler {
	behind, forAll := u.gate.Guard(next, refuseReader), access.OwnPages(next, refuseReader)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/api/") || open[r.URL.Path] {
			forAll.ServeHTTP(w, r)
			return
		}
		behind.ServeHTTP(w, r)
	})
}

func refuseReader(w http.ResponseWriter, status int, err error) {
	hint := "sign in at /login"
	if status == http.StatusForbidden {
		hint = "open the page itself"
	}
	refuse(w, status, payload.Failure{Error: err.Error(), Hint: hint})
}

// mayEdit tells whether the reader of a guarded question may change dashboards.
func mayEdit(r *http.Request) bool { return access.Of(r.Context()).Role.MayEdit() }

func (u *UI) session(r *http.Request) (any, error) {
	who, err := u.gate.Reader(r)
	if err != nil {
		return nil, reject(http.StatusUnauthorized, err.Error(), "sign in at /login")
	}
	s := u.gate.Settings()
	out := payload.Session{Name: who.Name, Role: string(who.Role), SignedIn: who.Name != "", CanEdit: who.Role.MayEdit(),
		Form: s.LoginForm && s.AdminPassword != "", SignOut: s.SignOutMenu && (who.By == "password" || who.By == "oauth")}
	if s.OAuth.Enabled {
		out.Provider, out.AutoLogin = s.OAuth.Name, s.OAuth.AutoLogin
	}
	out.CanSignIn = out.Form || out.Provider != ""
	return out, nil
}

func (u *UI) signIn(w http.ResponseWriter, r *http.Request) {
	var form payload.SignIn
	if err := readJSON(r, &form); err != nil {
		u.answer(func(*http.Request) (any, error) { return nil, err })(w, r)
		return
	}
	if !u.gate.Settings().LoginForm {
		refuse(w, http.StatusForbidden, payload.Failure{Error: "the login form is off at this site", Hint: "grafana.ini: auth.disable_login_form"})
		return
	}
	who, err := u.gate.SignIn(w, r, form.User, form.Password)
	var wait *access.WaitError
	switch {
	case errors.As(err, &wait):
		refuse(w, http.StatusTooManyRequests, payload.Failure{Error: err.Error(), Hint: ""})
	case errors.Is(err, access.ErrWrong):
		refuse(w, http.StatusUnauthorized, payload.Failure{Error: err.Error(), Hint: "the site's file has them: grafana.adminUser and grafana.adminPassword"})
	default:
		if err != nil {
			u.deps.Log.Warn("a reader is signed in until the next start only", "error", err)
		}
		writeJSON(w, http.StatusOK, payload.Session{Name: who.Name, Role: string(who.Role), SignedIn: true, CanEdit: who.Role.MayEdit()})
	}
}

func (u *UI) signOut(w http.ResponseWriter, r *http.Request) {
	who, _ := u.gate.Reader(r)
	if err := u.gate.SignOut(w, r); err != nil {
		u.deps.Log.Warn("a session that ended comes back at the next start", "error", err)
	}
	out := payload.SignedOut{}
	if who.By == "oauth" {
		out.Next = u.gate.Settings().OAuth.SignOutURL
	}
	writeJSON(w, http.StatusOK, out)
}

// provider sends a reader to the provider, and takes him when he comes back: both
// at the address that Grafana has, which providers know already.
func (u *UI) provider(w http.ResponseWriter, r *http.Request) {
	root := u.cfg.prefix() + "/"
	fail := func(err error) {
		u.deps.Log.Info("a sign-in by the provider failed", "error", err)
		http.Redirect(w, r, root+"login?error="+url.QueryEscape(err.Error()), http.StatusFound)
	}
	if !u.gate.Settings().OAuth.Enabled {
		fail(errors.New("this site has no provider to sign in by"))
		return
	}
	if r.FormValue("state") == "" && r.FormValue("error") == "" {
		if err := u.gate.SendToProvider(w, r, r.FormValue("return")); err != nil {
			fail(err)
		}
		return
	}
	back, err := u.gate.ComeBack(w, r)
	if err != nil {
		fail(err)
		return
	}
	if back == "/" {
		back = root // he came for nothing in particular
	}
	http.Redirect(w, r, back, http.StatusFound)
}
