package api

import (
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"slices"
	"strings"
)

// apiVersion is the version of Tempo whose API this is; Grafana reads it to know
// what it may ask.
const apiVersion = "3.0.3"

// operations are the pages for who runs the store.
func (h *Handler) operations() {
	h.Handle("GET "+h.opts.Prefix+"/api/echo", text("echo"))
	h.Handle("GET "+h.opts.Prefix+"/api/status/buildinfo", http.HandlerFunc(h.buildInfo))
	h.Handle("GET "+h.opts.Prefix+"/api/overrides", page(typeJSON, func() string { return "{}" }))
	for _, method := range []string{"POST", "PATCH", "DELETE"} {
		h.Handle(method+" "+h.opts.Prefix+"/api/overrides", http.HandlerFunc(noOverrides))
	}
	h.Handle("GET /ready", http.HandlerFunc(h.ready))
	h.Handle("GET /status", page(typeText, func() string {
		return h.version() + "\n" + h.services() + "\n" + h.endpoints()
	}))
	h.Handle("GET /status/version", page(typeText, h.version))
	h.Handle("GET /status/services", page(typeText, h.services))
	h.Handle("GET /status/endpoints", page(typeText, h.endpoints))
	h.Handle("GET /status/config", page(typeText, func() string {
		if h.opts.Config == nil {
			return "# the program that embeds the store does not tell it\n"
		}
		return h.opts.Config()
	}))
	h.Handle("GET /status/runtime_config", page(typeText, func() string { return "overrides: {}\n" }))
	h.Handle("GET /status/overrides", page(typeText, func() string { return noOwnLimits }))
	h.Handle("GET /status/overrides/{tenant}", page(typeText, func() string { return noOwnLimits }))
	h.Handle("GET /status/usage-stats", page(typeText, func() string { return "nothing is reported to anybody\n" }))
}

const noOwnLimits = "no tenant has limits of its own: all have those of /status/config\n"

func page(kind string, body func() string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		answer{status: http.StatusOK, kind: kind, body: []byte(body())}.write(w)
	})
}

func text(s string) http.Handler { return page(typeText, func() string { return s }) }

func (h *Handler) ready(w http.ResponseWriter, r *http.Request) {
	if h.opts.Ready != nil && !h.opts.Ready() {
		fault(errNotReady).write(w)
		return
	}
	text("ready\n").ServeHTTP(w, r)
}

func (h *Handler) buildInfo(w http.ResponseWriter, _ *http.Request) {
	answer{status: http.StatusOK, kind: typeJSON, body: marshal(map[string]string{
		"version": apiVersion, "revision": h.opts.Version, "branch": "supersonic",
		"buildUser": "", "buildDate": "", "goVersion": runtime.Version(),
	})}.write(w)
}

func (h *Handler) version() string {
	return fmt.Sprintf("supersonic %s, Tempo API %s, %s\n", h.opts.Version, apiVersion, runtime.Version())
}

func (h *Handler) services() string {
	states := map[string]string{"traces": "Running"}
	switch {
	case h.opts.Services != nil:
		states = h.opts.Services()
	case h.opts.Ready != nil && !h.opts.Ready():
		states["traces"] = "Starting or stopping"
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(states)) {
		fmt.Fprintf(&b, "%s: %s\n", name, states[name])
	}
	return b.String()
}

func (h *Handler) endpoints() string {
	list := slices.Clone(h.pages)
	slices.SortFunc(list, func(a, b string) int {
		_, a, _ = strings.Cut(a, " ")
		_, b, _ = strings.Cut(b, " ")
		return strings.Compare(a, b)
	})
	return strings.Join(list, "\n") + "\n"
}

func noOverrides(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Allow", "GET")
	fault(refused{http.StatusMethodNotAllowed, "limits are not set over HTTP: they are keys of the section local.traces of values.yaml"}).write(w)
}

// hint says what to do instead of asking for a path that is not served, or with
// a method that is not.
func (h *Handler) hint(path string) func(status int) string {
	return func(status int) string {
		switch {
		case status == http.StatusMethodNotAllowed:
			return "method not allowed for " + path + ": see the header Allow\n"
		case strings.HasPrefix(path, "/api/mcp"):
			return "no MCP server here: the same questions are answered by /api/search and /api/metrics/query_range\n"
		case h.opts.Prefix != "" && strings.HasPrefix(path, "/api/"):
			return "404 page not found: the API's paths begin with " + h.opts.Prefix + "/api/\n"
		case strings.HasPrefix(path, "/v1/traces"):
			return "404 page not found: spans are taken at the port of OTLP over HTTP, 4318 if not set otherwise\n"
		}
		return "404 page not found: /status/endpoints lists what there is\n"
	}
}
