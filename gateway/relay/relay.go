package relay

import (
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/net/http2"

	"supersonic/gateway/balance"
	"supersonic/gateway/call"
	"supersonic/gateway/trace"
)

// Gate says whether a client may join.
type Gate interface {
	Refuses() (reason string, refused bool)
}

// Options are what a Relay needs.
type Options struct {
	Pool         *balance.Pool
	Sampler      *trace.Sampler
	Recorder     *trace.Recorder
	Names        *Names
	Gate         Gate          // nil: open
	RouteTimeout time.Duration // 0: none
	Registry     prometheus.Registerer
	Log          *slog.Logger
	Now          func() time.Time
}

// Relay carries calls. Serve runs it.
type Relay struct {
	o        Options
	m        *metrics
	upstream *http2.Transport
	conns    *connPool // of upstream
	calls    calls
	stopping chan struct{} // closed when a drain begins: health watchers are told
	stopOnce sync.Once
}

// New returns a relay; it starts nothing.
func New(o Options) *Relay {
	r := &Relay{o: o, stopping: make(chan struct{})}
	r.m = newMetrics(o.Registry, o.Pool, o.Names)
	r.upstream, r.conns = newTransport(&r.m.upstreamConns)
	return r
}

// ServeHTTP takes one call of a client.
func (r *Relay) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if !r.calls.begin() {
		return // the drain time is over, the connection closed
	}
	defer r.calls.end()
	if !isGRPC(req) {
		r.m.notGRPC.Inc()
		http.Error(w, "this port serves gRPC only (content-type application/grpc)", http.StatusUnsupportedMediaType)
		return
	}
	if strings.HasPrefix(req.URL.Path, healthService) {
		r.m.health.Inc()
		r.serveHealth(w, req)
		return
	}
	r.m.callStarted()
	defer r.m.callEnded()
	x := r.newExchange(w, req)
	x.run()
	x.c.Done = x.since()
	r.m.finished(x.c)
	r.o.Recorder.Record(x.c)
}

func isGRPC(req *http.Request) bool {
	return req.Method == http.MethodPost && strings.HasPrefix(req.Header.Get("Content-Type"), "application/grpc")
}

// calls counts the calls that are open. Unlike a WaitGroup it can be closed.
type calls struct {
	mu     sync.Mutex
	open   int
	closed bool
	empty  chan struct{}
}

func (c *calls) begin() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return false
	}
	c.open++
	return true
}

func (c *calls) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.open--
	if c.closed && c.open == 0 {
		close(c.empty)
	}
}

// close refuses further calls and returns a channel that is closed when the open
// ones have ended.
func (c *calls) close() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed, c.empty = true, make(chan struct{})
	if c.open == 0 {
		close(c.empty)
	}
	return c.empty
}

// newExchange reads what the headers of a call say and decides its sampling.
func (r *Relay) newExchange(w http.ResponseWriter, req *http.Request) *exchange {
	h := req.Header
	x := &exchange{r: r, w: w, req: req, c: &call.Call{
		Start:         begun(req.Context(), r.o.Now()),
		Method:        call.MethodOf(req.URL.Path),
		Path:          req.URL.RequestURI(),
		Authority:     req.Host,
		UserAgent:     h.Get("User-Agent"),
		ContentType:   h.Get("Content-Type"),
		Peer:          host(req.RemoteAddr),
		ClientTraceID: h.Get("X-Client-Trace-Id"),
		Flags:         call.NoFlag,
	}}
	x.c.Decision = r.o.Sampler.Decide(h["Traceparent"], h["Tracestate"])
	x.c.RequestID = trace.RequestID(h.Get("X-Request-Id"), &x.c.Decision, x.c.ClientTraceID != "")
	x.body = newRequestBody(x, req.Body)
	return x
}

func host(addr string) string {
	if i := strings.LastIndexByte(addr, ':'); i > 0 {
		return strings.Trim(addr[:i], "[]")
	}
	return addr
}
