package api

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzhttp"
	"google.golang.org/grpc"

	"supersonic/traces/query"
)

// Options of a Handler.
type Options struct {
	Queries int // at once; 0 means eight
	Version string
	// Ready tells whether the store takes requests; until it does, questions are
	// answered 503. nil means always.
	Ready func() bool
	// Observe gets each answered query: its endpoint, HTTP status, time, and what
	// was looked at. nil is not called.
	Observe func(endpoint string, status int, took time.Duration, stats query.Stats)

	// Timeout bounds one query; what takes longer is answered 504. 0: no bound.
	Timeout time.Duration
	// Prefix is put before every path of the API, as "/tempo/api/search": Tempo's
	// http_api_prefix. /ready, /metrics and /status stay where they are.
	Prefix string
	// Tenant finds the engine of a tenant, and turns multi-tenancy on: every
	// question then needs the header X-Scope-OrgID. The ids that it gets are valid
	// (CheckOrgID). nil: the header is not read and New's engine answers all.
	Tenant func(orgID string) (query.Engine, error)
	// Delete removes traces for good and tells how many of them there were. orgID
	// is "" without multi-tenancy. nil: nothing can be deleted.
	Delete func(ctx context.Context, orgID string, ids [][16]byte) (int, error)
	// Config returns the configuration for /status/config, without secrets.
	Config func() string
	// Services tells the state of each part for /status/services. nil: one line for
	// the store.
	Services func() map[string]string
	// Now tells the time that `since` counts from; nil means time.Now.
	Now func() time.Time
}

// queryWait is how long a query waits for others to end.
const queryWait = 30 * time.Second

// An answer of more than maxAnswer is refused, however few of them there are, but for
// traces by id, which are never cut. Those above largeAnswer that are being written
// have maxHeld in all: a reader may be slow.
const (
	largeAnswer = 1 << 20
	maxAnswer   = 128 << 20
	maxHeld     = 512 << 20
)

// worthGzip is the size from which an answer is compressed.
const worthGzip = 1 << 10

// Handler serves the API.
type Handler struct {
	engine query.Engine
	opts   Options
	slots  chan struct{}
	mux    *http.ServeMux
	zipped http.Handler // mux, with answers compressed for who takes them so
	pages  []string     // patterns, for /status/endpoints

	streams *grpc.Server // answers the same questions over gRPC, at the same port

	held      atomic.Int64  // bytes of large answers that are being written
	maxHeld   int64         // of them all
	writeTime time.Duration // for a piece of an answer
}

// New makes a Handler over engine, which is not used if opts.Tenant is given.
func New(engine query.Engine, opts Options) *Handler {
	if opts.Queries == 0 {
		opts.Queries = 8
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Prefix = strings.Trim(opts.Prefix, "/"); opts.Prefix != "" {
		opts.Prefix = "/" + opts.Prefix
	}
	h := &Handler{engine: engine, opts: opts, slots: make(chan struct{}, opts.Queries), mux: http.NewServeMux(), maxHeld: maxHeld, writeTime: pieceTime}
	zip, err := gzhttp.NewWrapper(gzhttp.MinSize(worthGzip), gzhttp.CompressionLevel(1), gzhttp.EnableZstd(false))
	if err != nil {
		panic(err) // the options are constants
	}
	h.zipped = zip(http.HandlerFunc(h.serve))
	h.questions()
	h.operations()
	h.streams = h.newStreams()
	return h
}

// questions are what a client of the API asks; each is also found below /querier.
func (h *Handler) questions() {
	h.query("GET /api/traces/{id}", "traces", h.traceV1)
	h.query("GET /api/v2/traces/{id}", "traces_v2", h.traceV2)
	h.query("GET /api/traces", "export", h.export)
	h.query("DELETE /api/traces/{id}", "delete", h.deleteOne)
	h.query("DELETE /api/traces", "delete", h.deleteSelected)
	for _, q := range h.streamed() {
		h.query("GET "+q.path, q.endpoint, func(ctx context.Context, e query.Engine, r *http.Request) (answer, error) {
			return reply(ctx, e, r, q.ask)
		})
	}
}

// question is one that is asked over HTTP and over gRPC.
type question struct {
	path, endpoint string
	method         string  // of tempopb.StreamingQuerier
	fields         []field // of its request
	ask            func(ctx context.Context, e query.Engine, v url.Values) (message, told, error)
}

func (h *Handler) streamed() []question {
	return []question{
		{"/api/search", "search", "Search", searchFields, h.search},
		{"/api/search/tags", "tags", "SearchTags", tagFields, h.tagsV1},
		{"/api/v2/search/tags", "tags_v2", "SearchTagsV2", tagFields, h.tagsV2},
		{"/api/search/tag/{tag...}", "values", "SearchTagValues", valueFields, h.valuesV1},
		{"/api/v2/search/tag/{tag...}", "values_v2", "SearchTagValuesV2", valueFields, h.valuesV2},
		{"/api/metrics/query_range", "metrics_range", "MetricsQueryRange", rangeFields, h.queryRange},
		{"/api/metrics/query", "metrics_instant", "MetricsQueryInstant", instantFields, h.queryInstant},
	}
}

// paramTag is the parameter that holds the tag of a path.
const paramTag = "tag"

// reply asks over HTTP. The tag of a path may hold slashes.
func reply(ctx context.Context, e query.Engine, r *http.Request, ask func(context.Context, query.Engine, url.Values) (message, told, error)) (answer, error) {
	v, err := paramsOf(r)
	if err != nil {
		return answer{}, err
	}
	v.Del(paramTag)
	if path := r.PathValue("tag"); path != "" {
		tag, ok := strings.CutSuffix(path, "/values")
		if !ok {
			return answer{}, refused{http.StatusNotFound, "404 page not found: the values of a tag are at .../tag/" + path + "/values"}
		}
		v.Set(paramTag, tag)
	}
	out, t, err := ask(ctx, e, v)
	a := answer{kind: typeJSON, stats: t.stats, warnings: t.warnings, limited: t.limited}
	switch {
	case err != nil:
		return a, err
	case wanted(r, typeJSON, typeProto) == typeProto:
		a.kind, a.body = typeProto, out.proto()
	default:
		a.body = jsonOf(out)
	}
	return a, large(a.body)
}

// Handle adds a page beside the API's: /metrics, say.
func (h *Handler) Handle(pattern string, page http.Handler) {
	h.mux.Handle(pattern, page)
	h.pages = append(h.pages, pattern)
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w = newPaced(w, h.writeTime)
	if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
		h.serveStream(w, r)
		return
	}
	h.zipped.ServeHTTP(w, r)
}

// serve is the mux, but that what it does not know gets a hint.
func (h *Handler) serve(w http.ResponseWriter, r *http.Request) {
	if _, pattern := h.mux.Handler(r); pattern == "" {
		w = &hinted{ResponseWriter: w, hint: h.hint(r.URL.Path)}
	}
	h.mux.ServeHTTP(w, r)
}

// ask is a question: it works until ctx ends, with the engine of who asks.
type ask func(ctx context.Context, e query.Engine, r *http.Request) (answer, error)

// query serves a question below the prefix and below /querier.
func (h *Handler) query(pattern, endpoint string, run ask) {
	method, path, _ := strings.Cut(pattern, " ")
	page := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, err := h.observed(r.Context(), endpoint, r.Header, func(ctx context.Context, e query.Engine) (answer, error) { return run(ctx, e, r) })
		if err == nil {
			err = h.hold(a.body)
			defer h.letGo(a.body)
		}
		if err != nil {
			a = fault(err)
		}
		a.write(w)
	})
	h.Handle(method+" "+h.opts.Prefix+path, page)
	if method == http.MethodGet {
		h.Handle(method+" /querier"+h.opts.Prefix+path, page)
	}
}

// observed runs a question and tells Options.Observe.
func (h *Handler) observed(ctx context.Context, endpoint string, header http.Header, run func(context.Context, query.Engine) (answer, error)) (answer, error) {
	begun := time.Now()
	a, err := h.run(ctx, header, run)
	a.status = http.StatusOK
	if err != nil {
		a.status = statusOf(err)
	}
	if h.opts.Observe != nil {
		h.opts.Observe(endpoint, a.status, time.Since(begun), a.stats)
	}
	return a, err
}

// run runs a question with the engine of who asks, when there is a slot, for as
// long as a question may take.
func (h *Handler) run(ctx context.Context, header http.Header, run func(context.Context, query.Engine) (answer, error)) (answer, error) {
	if h.opts.Ready != nil && !h.opts.Ready() {
		return answer{}, errNotReady
	}
	engine, err := h.engineOf(header)
	if err != nil {
		return answer{}, err
	}
	leave, err := h.enter(ctx)
	if err != nil {
		return answer{}, err
	}
	defer leave()
	if h.opts.Timeout > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, h.opts.Timeout, errTimeout)
		defer cancel()
	}
	a, err := run(ctx, engine)
	if err != nil && context.Cause(ctx) == errTimeout {
		err = fmt.Errorf("%w of %s: ask for less time, or for fewer spans", errTimeout, h.opts.Timeout)
	}
	return a, err
}

// hold counts an answer that is about to be written; letGo is called after it, also
// after an error.
func (h *Handler) hold(body []byte) error {
	if n := int64(len(body)); n > largeAnswer {
		if sum := h.held.Add(n); sum > h.maxHeld && sum > n {
			return errHeld
		}
	}
	return nil
}

func (h *Handler) letGo(body []byte) {
	if n := int64(len(body)); n > largeAnswer {
		h.held.Add(-n)
	}
}

// enter waits for one of the slots; leave gives it back.
func (h *Handler) enter(ctx context.Context) (leave func(), err error) {
	wait := time.NewTimer(queryWait)
	defer wait.Stop()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-wait.C:
		return nil, errCrowded
	}
}
