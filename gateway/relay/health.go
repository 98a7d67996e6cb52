package relay

import (
	"io"
	"net/http"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"supersonic/gateway/call"
	"supersonic/gateway/trace"
	"supersonic/internal/kserve"
)

const (
	healthService = "/grpc.health.v1.Health/"

	serving        = 1
	notServing     = 2
	serviceUnknown = 3
)

// serveHealth answers the standard health service: SERVING iff a server is ready
// and no drain has begun.
func (r *Relay) serveHealth(w http.ResponseWriter, req *http.Request) {
	service, err := healthRequest(req.Body)
	known := service == "" || service == kserve.Service
	switch method := strings.TrimPrefix(req.URL.Path, healthService); {
	case err != nil:
		r.endHealth(w, call.Internal, "gateway: the health request is not a HealthCheckRequest: "+err.Error())
	case method == "Check" && known:
		healthHeaders(w)
		w.Write(healthAnswer(r.health()))
		r.endHealth(w, call.OK, "")
	case method == "Check":
		r.endHealth(w, call.NotFound, "gateway: unknown service "+strconv.Quote(service))
	case method == "Watch":
		r.watchHealth(w, req, known)
	default:
		r.endHealth(w, call.Unimplemented, "gateway: unknown method "+strconv.Quote(req.URL.Path))
	}
}

func (r *Relay) health() int {
	select {
	case <-r.stopping:
		return notServing
	default:
	}
	if r.o.Pool.AnyReady() {
		return serving
	}
	return notServing
}

// watchHealth sends the state now and whenever it changes, until the client goes
// or a drain begins, of which it tells.
func (r *Relay) watchHealth(w http.ResponseWriter, req *http.Request, known bool) {
	healthHeaders(w)
	flush := http.NewResponseController(w)
	for last, stopped := 0, false; ; {
		changed := r.o.Pool.Changed()
		now := serviceUnknown
		if known {
			now = r.health()
		}
		if now != last {
			if _, err := w.Write(healthAnswer(now)); err != nil || flush.Flush() != nil {
				return
			}
			last = now
		}
		if stopped {
			r.endHealth(w, call.Unavailable, "gateway: stops")
			return
		}
		select {
		case <-changed:
		case <-r.stopping:
			stopped = true
		case <-req.Context().Done():
			return
		}
	}
}

func healthHeaders(w http.ResponseWriter) {
	h := w.Header()
	h["Content-Type"] = []string{"application/grpc"}
	h["Content-Length"] = nil
	h["Server"] = serverName
	w.WriteHeader(http.StatusOK)
}

// endHealth ends a health call with a status: a trailer if its headers went out,
// else an answer of trailers only.
func (r *Relay) endHealth(w http.ResponseWriter, code int, message string) {
	h := w.Header()
	prefix := ""
	if h.Get("Server") != "" {
		prefix = http.TrailerPrefix
	}
	h[prefix+"Grpc-Status"] = []string{strconv.Itoa(code)}
	if code != call.OK {
		h[prefix+"Grpc-Message"] = []string{encodeMessage(message)}
		d := r.o.Sampler.Decide(nil, nil)
		h[prefix+traceHeader] = []string{trace.TraceID(&d)}
	}
	if prefix == "" {
		healthHeaders(w)
	}
}

func healthAnswer(state int) []byte {
	return frame(protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), uint64(state)))
}

// healthRequest reads the service that a HealthCheckRequest asks for.
func healthRequest(body io.Reader) (string, error) {
	const longest = 4 << 10
	b, err := io.ReadAll(io.LimitReader(body, longest))
	if err != nil {
		return "", err
	}
	message, err := unframe(b)
	if err != nil {
		return "", err
	}
	service, _, _ := kserve.ModelNameVersion(message) // field 1, a string
	return service, nil
}
