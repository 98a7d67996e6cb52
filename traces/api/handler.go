package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"supersonic/traces/query"
)

// Options of a Handler.
type Options struct {
	Queries int // at once; 0 means eight
	Version string
	// Ready tells whether the store takes requests.
	Ready func() bool
	// Observe gets each answered query: its endpoint, HTTP status, time, and what
	// was looked at. nil is not called.
	Observe func(endpoint string, status int, took time.Duration, stats query.Stats)
}

// queryWait is how long a query waits for others to end.
const queryWait = 30 * time.Second

// Handler serves the API.
type Handler struct {
	engine query.Engine
	opts   Options
	slots  chan struct{}
	mux    *http.ServeMux
}

// New makes a Handler over engine.
func New(engine query.Engine, opts Options) *Handler {
	if opts.Queries == 0 {
		opts.Queries = 8
	}
	h := &Handler{engine: engine, opts: opts, slots: make(chan struct{}, opts.Queries), mux: http.NewServeMux()}
	h.query("GET /api/traces/{id}", "traces", h.traceV1)
	h.query("GET /api/v2/traces/{id}", "traces_v2", h.traceV2)
	h.query("GET /api/search", "search", h.search)
	h.query("GET /api/search/tags", "tags", h.tagsV1)
	h.query("GET /api/v2/search/tags", "tags_v2", h.tagsV2)
	h.query("GET /api/search/tag/{tag}/values", "values", h.valuesV1)
	h.query("GET /api/v2/search/tag/{tag}/values", "values_v2", h.valuesV2)
	h.mux.HandleFunc("GET /api/echo", text("echo"))
	h.mux.HandleFunc("GET /api/status/buildinfo", h.buildInfo)
	h.mux.HandleFunc("GET /ready", h.ready)
	return h
}

// Handle adds a page beside the API's: /metrics, say.
func (h *Handler) Handle(pattern string, page http.Handler) { h.mux.Handle(pattern, page) }

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.mux.ServeHTTP(w, r) }

// answer is what a query gives back.
type answer struct {
	status  int // 0 means 200
	kind    string
	body    []byte
	warning string
	stats   query.Stats
}

func (h *Handler) query(pattern, endpoint string, run func(ctx context.Context, r *http.Request) (answer, error)) {
	h.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		a, err := h.run(r, run)
		if err != nil {
			a = fault(err)
		}
		write(w, r, a)
		if h.opts.Observe != nil {
			h.opts.Observe(endpoint, a.status, time.Since(begun), a.stats)
		}
	})
}

var errCrowded = errors.New("too many queries at once: ask again later")

func (h *Handler) run(r *http.Request, run func(ctx context.Context, r *http.Request) (answer, error)) (answer, error) {
	wait, cancel := context.WithTimeout(r.Context(), queryWait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-wait.Done():
		return answer{}, errCrowded
	}
	a, err := run(r.Context(), r)
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a, err
}

// fault is the one place where an error becomes an HTTP answer.
func fault(err error) answer {
	a := answer{status: http.StatusInternalServerError, kind: "text/plain; charset=utf-8", body: []byte(err.Error())}
	var bad query.BadRequest
	switch {
	case errors.As(err, &bad):
		a.status = http.StatusBadRequest
	case errors.Is(err, query.ErrNotFound):
		a.status = http.StatusNotFound
	case errors.Is(err, errCrowded):
		a.status = http.StatusTooManyRequests
	case errors.Is(err, context.Canceled):
		a.status = 499 // the asker left; nobody reads this but the metric
	}
	return a
}

// worthGzip is the size from which an answer is compressed.
const worthGzip = 1 << 10

func write(w http.ResponseWriter, r *http.Request, a answer) {
	w.Header().Set("Content-Type", a.kind)
	if a.warning != "" {
		w.Header().Set("Warning", fmt.Sprintf("299 - %q", a.warning))
	}
	w.Header().Set("Vary", "Accept, Accept-Encoding")
	if len(a.body) < worthGzip || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		w.WriteHeader(a.status)
		w.Write(a.body)
		return
	}
	w.Header().Set("Content-Encoding", "gzip")
	w.WriteHeader(a.status)
	z, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is a good one
	z.Write(a.body)
	z.Close()
}

func text(s string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Write([]byte(s))
	}
}

func (h *Handler) ready(w http.ResponseWriter, r *http.Request) {
	if h.opts.Ready != nil && !h.opts.Ready() {
		http.Error(w, "the trace store is stopping", http.StatusServiceUnavailable)
		return
	}
	text("ready\n")(w, r)
}

// apiVersion is the version of Tempo whose API this is; Grafana reads it to know
// what it may ask.
const apiVersion = "3.0.3"

func (h *Handler) buildInfo(w http.ResponseWriter, r *http.Request) {
	write(w, r, answer{status: http.StatusOK, kind: typeJSON, body: marshal(map[string]string{
		"version": apiVersion, "revision": h.opts.Version, "branch": "supersonic",
		"buildUser": "", "buildDate": "", "goVersion": runtime.Version(),
	})})
}
