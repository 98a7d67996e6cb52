package ui

import (
	"context"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// askTimeout is how long a question of the page may take, all its queries to the
// data sources together.
const askTimeout = 30 * time.Second

// maxBody bounds what a question may bring along: a dashboard, a trace from a file.
const maxBody = 8 << 20

// bodyTime is how long a question may take to come in: a file of traces over a slow line.
const bodyTime = 3 * time.Minute

// contentPolicy lets the page load its own files and ask its own server, nothing
// else; nothing inline runs.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; worker-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'self'"

// asks registers the questions of the page, each area its own.
type asks struct {
	u   *UI
	mux *http.ServeMux
}

// get registers a question that changes nothing.
func (a asks) get(path string, answer func(*http.Request) (any, error)) {
	a.handle("GET", path, a.u.answer(answer))
}

// post registers a question whose words do not fit into an address, or one that
// changes what is kept. It takes JSON alone, which no form of a foreign page can
// send without being asked first.
func (a asks) post(path string, answer func(*http.Request) (any, error)) {
	a.handle("POST", path, onlyJSON(a.u.answer(answer)))
}

// handle registers an endpoint that writes its answer itself.
func (a asks) handle(method, path string, h http.Handler) {
	a.mux.Handle(method+" "+path, a.u.metrics.counted(path, h))
}

func (u *UI) routes() http.Handler {
	mux := http.NewServeMux()
	a := asks{u, mux}
	u.siteRoutes(a)
	u.searchRoutes(a)
	u.traceRoutes(a)
	u.mapRoutes(a)
	u.exploreRoutes(a)
	u.sessionRoutes(a)
	u.dashboardRoutes(a)
	u.unitRoutes(a)
	u.latencyRoutes(a)
	mux.HandleFunc("GET /api/health", alive)
	mux.HandleFunc("GET /ready", ready)
	mux.Handle("GET /metrics", u.metrics.handler())
	for _, method := range [...]string{"GET", "POST", "PUT", "PATCH", "DELETE"} { // each is answered in words that a program reads
		mux.HandleFunc(method+" /api/datasources/proxy/uid/{uid}/{path...}", u.proxy)
		mux.HandleFunc(method+" /api/", nothing)
	}
	mux.Handle("GET /", u.page)
	return u.secured(underPrefix(u.cfg.prefix(), u.guarded(mux)))
}

// nothing refuses a question of a path, or of a method, that is not there.
func nothing(w http.ResponseWriter, r *http.Request) {
	what := r.URL.Path
	if r.Method != http.MethodGet {
		what = r.Method + " " + what
	}
	refuse(w, http.StatusNotFound, payload.Failure{Error: "there is no " + what, Hint: "see /api/site for what this site has"})
}

// onlyJSON refuses what a form of another site's page could send; the gate refuses
// the rest of what such a page sends.
func onlyJSON(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != "application/json" {
			refuse(w, http.StatusUnsupportedMediaType, payload.Failure{Error: "this endpoint takes JSON alone", Hint: "send Content-Type: application/json"})
			return
		}
		_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(bodyTime)) // without it no bound on a reader's slowness
		next.ServeHTTP(w, r)
	})
}

// readJSON reads what a question's body asks, at most maxBody of it.
func readJSON(r *http.Request, into any) error {
	d := json.NewDecoder(http.MaxBytesReader(nil, r.Body, maxBody))
	if err := d.Decode(into); err != nil {
		return reject(http.StatusBadRequest, "read the question: "+err.Error(), "it has to be JSON of at most 8 MiB")
	}
	return nil
}

// secured sets the headers that every answer has.
func (u *UI) secured(next http.Handler) http.Handler {
	policy := contentPolicy
	if u.cfg.Access.AllowEmbedding {
		policy = strings.Replace(policy, "frame-ancestors 'self'", "frame-ancestors *", 1)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// underPrefix serves next under prefix and, for health checks and port-forwards
// that know nothing of an ingress, without it.
func underPrefix(prefix string, next http.Handler) http.Handler {
	stripped := http.StripPrefix(prefix, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked := r.URL.EscapedPath(); cleaned(asked) != asked {
			tidy := url.URL{Path: prefix + strings.TrimPrefix(cleaned(r.URL.Path), prefix), RawQuery: r.URL.RawQuery}
			http.Redirect(w, r, tidy.String(), http.StatusTemporaryRedirect) // the router's own would forget the prefix
			return
		}
		switch {
		case prefix == "":
			next.ServeHTTP(w, r)
		case r.URL.Path == prefix:
			http.Redirect(w, r, prefix+"/", http.StatusMovedPermanently)
		case len(r.URL.Path) > len(prefix) && r.URL.Path[:len(prefix)+1] == prefix+"/":
			stripped.ServeHTTP(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// cleaned is a path without doubled slashes and dot segments.
func cleaned(asked string) string {
	out := path.Clean("/" + asked)
	if strings.HasSuffix(asked, "/") && out != "/" {
		out += "/"
	}
	return out
}

// rejected is a question that cannot be answered as it was put.
type rejected struct {
	status int
	payload.Failure
}

func (r *rejected) Error() string { return r.Failure.Error }

func reject(status int, text, hint string) error {
	return &rejected{status, payload.Failure{Error: text, Hint: hint}}
}

// answer is the boundary at which errors become statuses.
func (u *UI) answer(from func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), askTimeout)
		defer cancel()
		got, err := from(r.WithContext(ctx))
		if err == nil {
			writeAnswer(w, r, got)
			return
		}
		u.explain(w, r, err)
	}
}

// explain answers a question that failed.
func (u *UI) explain(w http.ResponseWriter, r *http.Request, err error) {
	var no *rejected
	if errors.As(err, &no) {
		refuse(w, no.status, no.Failure)
		return
	}
	u.deps.Log.Debug("a question of the page failed", "path", r.URL.Path, "error", err)
	status := http.StatusBadGateway
	var bad *source.Refused
	if errors.As(err, &bad) && bad.Status == http.StatusBadRequest {
		status = http.StatusBadRequest
	}
	if errors.Is(err, context.DeadlineExceeded) {
		status = http.StatusGatewayTimeout
	}
	refuse(w, status, payload.Failure{Error: err.Error(), Hint: source.Hint(err)})
}

func refuse(w http.ResponseWriter, status int, f payload.Failure) { writeJSON(w, status, f) }

func writeJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(payload.Filled(v))
	if err != nil {
		status, body = http.StatusInternalServerError, []byte(`{"error":"the answer has no JSON form","hint":"this is a fault of the page; please report it"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(body) // a reader who left is not an error of ours
}

// alive answers as Grafana does, for whoever waits for it.
func alive(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, struct {
		Database string `json:"database"`
	}{"ok"})
}

func ready(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Write([]byte("ready\n"))
}
