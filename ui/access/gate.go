package access

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"
)

// Gate knows who a reader is.
type Gate struct {
	settings Settings
	sessions *sessions
	throttle *throttle
	oauth    *provider
}

// ErrWrong says that name and password do not fit together.
var ErrWrong = errors.New("user or password is wrong")

// WaitError says that an address sent too many wrong passwords.
type WaitError struct{ For time.Duration }

func (e *WaitError) Error() string {
	return fmt.Sprintf("too many wrong passwords from this address: try again in %s", e.For.Round(time.Second))
}

// New makes a gate. file keeps sessions over restarts; "" keeps them in memory
// alone. An err that is not nil beside a gate is to be told, and no hindrance:
// readers sign in again.
func New(s Settings, file string) (*Gate, error) {
	list, err := openSessions(file, s)
	return &Gate{settings: s, sessions: list, throttle: newThrottle(), oauth: newProvider(s.OAuth)}, err
}

// Settings are what the gate was made with.
func (g *Gate) Settings() Settings { return g.settings }

// Close writes when sessions were last used.
func (g *Gate) Close() error { return g.sessions.close() }

// Reader tells who sent r. Whoever signed in is that one; others are anonymous,
// if the site lets them in.
func (g *Gate) Reader(r *http.Request) (Reader, error) {
	if c, err := r.Cookie(g.settings.CookieName); err == nil {
		if s, known := g.sessions.of(c.Value); known {
			return Reader{Name: s.Name, Role: s.Role, By: s.By}, nil
		}
	}
	if user, password, has := r.BasicAuth(); has && g.settings.Basic {
		if err := g.password(address(r), user, password); err != nil {
			return Reader{}, err
		}
		return Reader{Name: user, Role: Admin, By: "basic"}, nil
	}
	if g.settings.Anonymous {
		return Reader{Role: g.settings.AnonymousRole, Anonymous: true}, nil
	}
	return Reader{}, nil
}

// password is right for the administrator alone: readers of other roles come by
// the provider. Both are compared in a time that tells nothing.
func (g *Gate) password(from, user, password string) error {
	if left := g.throttle.wait(from); left > 0 {
		return &WaitError{left}
	}
	if g.settings.AdminPassword == "" || !same(user, g.settings.AdminUser) || !same(password, g.settings.AdminPassword) {
		g.throttle.failed(from)
		return ErrWrong
	}
	g.throttle.passed(from)
	return nil
}

func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// address is where r came from, without the port. A proxy's header is not
// believed: anybody can send one.
func address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// SignIn checks name and password and sets the cookie of a new session.
func (g *Gate) SignIn(w http.ResponseWriter, r *http.Request, user, password string) (Reader, error) {
	if err := g.password(address(r), user, password); err != nil {
		return Reader{}, err
	}
	return g.begin(w, Reader{Name: user, Role: Admin, By: "password"})
}

func (g *Gate) begin(w http.ResponseWriter, who Reader) (Reader, error) {
	token, err := g.sessions.begin(who.Name, who.Role, who.By)
	if token != "" {
		g.cookie(w, g.settings.CookieName, token, g.settings.Lifetime)
	}
	return who, err
}

// SignOut ends the session of r and takes its cookie away.
func (g *Gate) SignOut(w http.ResponseWriter, r *http.Request) error {
	defer g.cookie(w, g.settings.CookieName, "", -1)
	c, err := r.Cookie(g.settings.CookieName)
	if err != nil {
		return nil // he had none
	}
	return g.sessions.end(c.Value)
}

// cookie sets a cookie that no script reads and no page of another site sends
// along with a change.
func (g *Gate) cookie(w http.ResponseWriter, name, value string, lasts time.Duration) {
	c := &http.Cookie{Name: name, Value: value, Path: g.settings.CookiePath, HttpOnly: true, Secure: g.settings.CookieSecure, SameSite: http.SameSiteLaxMode}
	c.MaxAge = int(lasts.Seconds())
	if lasts < 0 {
		c.MaxAge = -1
	}
	http.SetCookie(w, c)
}

// Guard lets readers with a role through and knows them by Of; others get refuse, as do
// pages of other sites.
func (g *Gate) Guard(next http.Handler, refuse func(http.ResponseWriter, int, error)) http.Handler {
	return OwnPages(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		who, err := g.Reader(r)
		var wait *WaitError
		switch {
		case errors.As(err, &wait):
			w.Header().Set("Retry-After", fmt.Sprint(int(wait.For.Seconds())+1))
			refuse(w, http.StatusTooManyRequests, err)
		case err != nil:
			refuse(w, http.StatusUnauthorized, err)
		case !who.Role.MayRead():
			refuse(w, http.StatusUnauthorized, errors.New("sign in to see this"))
		default:
			next.ServeHTTP(w, r.WithContext(with(r.Context(), who)))
		}
	}), refuse)
}

// OwnPages refuses what a page of another site sends, whoever sends it.
func OwnPages(next http.Handler, refuse func(http.ResponseWriter, int, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead && !ownOrigin(r) {
			refuse(w, http.StatusForbidden, errors.New("a page of another site may not ask this"))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ownOrigin tells whether r comes from the page itself or from a program: a
// browser says where a request that changes something comes from.
func ownOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin" || site == "none"
	}
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	_, host, found := strings.Cut(origin, "://")
	return found && strings.EqualFold(host, r.Host)
}

// As puts who into a context, for tests of what is behind a gate.
func As(ctx context.Context, who Reader) context.Context { return with(ctx, who) }
