package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"supersonic/gateway/balance"
	"supersonic/gateway/call"
)

// exchange is one call on its way.
type exchange struct {
	r    *Relay
	w    http.ResponseWriter
	req  *http.Request
	c    *call.Call
	body *requestBody
	// due is when the caller's deadline passes, zero if it set none.
	due time.Time
}

// deadlineGrace is how much longer than grpc-timeout a call lives here: the
// caller's own clock, which started earlier, is to speak first.
const deadlineGrace = 250 * time.Millisecond

var (
	errRouteTimeout   = errors.New("the route's timeout")
	errCallerDeadline = errors.New("the caller's deadline")
)

func (x *exchange) since() time.Duration { return x.r.o.Now().Sub(x.c.Start) }

// run carries the call from a server's choice to the last byte of its answer.
func (x *exchange) run() {
	defer x.body.finish()
	if x.c.Method.IsIndex && x.r.o.Gate != nil {
		if reason, refused := x.r.o.Gate.Refuses(); refused {
			x.refuse(call.ResourceExhausted, call.RefusedByLoad, "gateway: "+reason)
			return
		}
	}
	ctx, cancel := x.limit(x.req.Context())
	defer cancel()
	answer, target := x.open(ctx)
	if target != nil {
		defer target.Done()
	}
	if answer == nil {
		return
	}
	defer answer.Body.Close()
	x.answer(ctx, answer)
}

// limit returns ctx with the earlier of the route's timeout and the caller's
// deadline.
func (x *exchange) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	limit, cause := x.r.o.RouteTimeout, errRouteTimeout
	if text := x.req.Header.Get("Grpc-Timeout"); text != "" {
		if d, ok := parseTimeout(text); ok {
			x.due = time.Now().Add(d)
			if limit == 0 || d+deadlineGrace < limit {
				limit, cause = d+deadlineGrace, errCallerDeadline
			}
		}
	}
	if limit <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, limit, cause)
}

// maxRefusals is how often servers may refuse one call unread.
const maxRefusals = 5

// open sends the request to a server and waits for its headers. A server that
// cannot be connected to is passed over, and so is one that refused the call
// unread while there are others. It returns no answer if it refused the call, and
// the target that must be told when the call is done.
func (x *exchange) open(ctx context.Context) (*http.Response, *balance.Target) {
	headers := x.upstreamHeaders()
	var tried, refused []*balance.Target
	for refusals := 0; ; {
		t := x.r.o.Pool.Pick(x.c, slices.Concat(tried, refused))
		if t == nil && len(refused) > 0 {
			refused = nil
			t = x.r.o.Pool.Pick(x.c, tried)
		}
		if t == nil {
			x.c.Server = ""
			x.refuseWithoutServer(tried)
			return nil, nil
		}
		x.c.Server, x.c.Chosen = t.Pod, x.since()
		body := x.body.attempt()
		answer, err := x.r.upstream.RoundTrip(x.upstreamRequest(ctx, t, headers, body))
		if err == nil {
			if t.Answered() {
				x.r.o.Log.Info("server answers again", "pod", t.Pod, "address", t.Addr)
			}
			x.body.commit()
			x.c.FirstByte = x.since()
			return answer, t
		}
		var dial *dialError
		switch {
		case ctx.Err() != nil:
		case errors.As(err, &dial):
			x.r.m.connectFailed.Inc()
			if dial.silence() && x.r.o.Pool.Silent(t) {
				x.r.o.Log.Warn("server does not answer: calls pass it over while there are others", "pod", t.Pod, "address", t.Addr, "error", dial.err)
			}
			t.Done()
			tried = append(tried, t)
			continue
		case body.unprocessed() && refusals < maxRefusals && x.body.whole():
			refusals++
			x.r.m.upstreamRetry.Inc()
			t.Done()
			refused = append(refused, t)
			continue
		}
		x.lost(ctx, err, "before it answered")
		return nil, t
	}
}

func (x *exchange) refuseWithoutServer(tried []*balance.Target) {
	if len(tried) > 0 {
		var pods []string
		for _, t := range tried {
			pods = append(pods, t.Pod)
		}
		x.refuse(call.Unavailable, call.ConnectFailed, "gateway: cannot connect to any server ("+strings.Join(pods, ", ")+"); try again in some seconds")
		return
	}
	known := len(x.r.o.Pool.All())
	x.refuse(call.Unavailable, call.NoServer, fmt.Sprintf("gateway: no inference server is ready (%d known); try again in some seconds", known))
}

func (x *exchange) upstreamRequest(ctx context.Context, t *balance.Target, headers http.Header, body *attempt) *http.Request {
	in := x.req.URL
	out := &http.Request{
		Method:        x.req.Method,
		URL:           &url.URL{Scheme: "http", Host: t.Addr, Path: in.Path, RawPath: in.RawPath, RawQuery: in.RawQuery},
		Host:          x.req.Host,
		Header:        headers,
		Body:          body,
		GetBody:       body.again,
		ContentLength: x.req.ContentLength,
		Trailer:       x.req.Trailer,
	}
	return out.WithContext(ctx)
}

// answer passes the server's answer on.
func (x *exchange) answer(ctx context.Context, answer *http.Response) {
	h := x.w.Header()
	trailersOnly := answer.Header.Get("Grpc-Status") != ""
	if answer.StatusCode != http.StatusOK && !trailersOnly {
		x.refuse(call.CodeOfHTTP(answer.StatusCode), call.NoFlag, fmt.Sprintf(
			"gateway: the server %s answered with HTTP status %d and no gRPC status; is its address that of an inference server?", x.c.Server, answer.StatusCode))
		return
	}
	x.downstreamHeaders(h, answer)
	if trailersOnly {
		x.status(answer.Header)
		if x.c.Status != call.OK {
			h[traceHeader] = []string{x.traceID()}
		}
	}
	x.c.HTTPStatus = answer.StatusCode
	x.w.WriteHeader(answer.StatusCode)
	flush := http.NewResponseController(x.w)
	if x.c.Method.Stream && !trailersOnly {
		flush.Flush()
	}
	clientGone, err := x.copyAnswer(answer.Body, flush)
	x.c.Answered = x.since()
	switch {
	case clientGone || x.req.Context().Err() != nil && err != nil:
		x.gone()
	case trailersOnly: // its status went out with the headers
	case err != nil:
		x.lost(ctx, err, "in the middle of its answer")
	case answer.Trailer.Get("Grpc-Status") == "":
		x.lost(ctx, errNoStatus, "in the middle of its answer")
	default:
		x.trailers(h, answer.Trailer)
	}
}

var errNoStatus = errors.New("it sent no grpc-status")

// copyBuffers are the buffers of answers on their way; the loop that took one owns
// it until it ends. Without them each call would make 32 KiB of garbage.
var copyBuffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// copyAnswer hands the body to the client as it comes. clientGone tells that
// writing failed, not reading.
func (x *exchange) copyAnswer(body io.Reader, flush *http.ResponseController) (clientGone bool, err error) {
	buffer := copyBuffers.Get().(*[32 << 10]byte)
	defer copyBuffers.Put(buffer)
	for {
		n, err := body.Read(buffer[:])
		if n > 0 {
			x.c.ResponseBytes += int64(n)
			if _, failed := x.w.Write(buffer[:n]); failed != nil {
				return true, failed
			}
			if x.c.Method.Stream {
				if failed := flush.Flush(); failed != nil {
					return true, failed
				}
			}
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// status notes the grpc-status and message in h, the trailers or, in an answer of
// trailers only, the headers.
func (x *exchange) status(h http.Header) {
	code, err := strconv.Atoi(h.Get("Grpc-Status"))
	if err != nil || code < 0 {
		code = call.Unknown
	}
	x.c.HasStatus, x.c.Status = true, code
	if message := h.Get("Grpc-Message"); message != "" {
		x.c.Message = decodeMessage(message)
	}
	if x.c.Answered == 0 {
		x.c.Answered = x.since()
	}
}

// lost ends a call whose server or connection failed with err.
func (x *exchange) lost(ctx context.Context, err error, when string) {
	if x.c.Answered == 0 {
		x.c.Answered = x.since()
	}
	// A client that breaks off in its request is seen by the body a moment before
	// its context ends.
	if x.req.Context().Err() != nil || x.body.clientBroke() {
		x.gone()
		return
	}
	cause := context.Cause(ctx)
	if cause == nil && !x.due.IsZero() && !time.Now().Before(x.due) {
		cause = errCallerDeadline // the server, told of it too, was the first to give up
	}
	switch cause {
	case errRouteTimeout:
		x.refuse(call.DeadlineExceeded, call.TimedOut, fmt.Sprintf("gateway: the call took longer than envoy.grpc_route_timeout (%v)", x.r.o.RouteTimeout))
	case errCallerDeadline:
		x.refuse(call.DeadlineExceeded, call.TimedOut, "gateway: the caller's deadline is over")
	default:
		x.r.m.connectionLost.Inc()
		code, message := x.lossOf(err, when)
		x.refuse(code, call.ConnectionLost, "gateway: "+message)
	}
}

// lossOf says what the client is told of a loss, and what it can do.
func (x *exchange) lossOf(err error, when string) (code int, message string) {
	switch {
	case errors.Is(err, errRefused):
		return call.Unavailable, fmt.Sprintf("the server %s refused the call unread; try again in some seconds", x.c.Server)
	case strings.Contains(err.Error(), tooManyHeaders):
		return call.ResourceExhausted, fmt.Sprintf("the call's headers are more than the server %s takes; send less metadata", x.c.Server)
	}
	return call.Unavailable, fmt.Sprintf("lost the server %s %s: %v; it may have run the call, try again if that does no harm", x.c.Server, when, err)
}

// tooManyHeaders is how golang.org/x/net/http2 says that headers are beyond what
// the server announced to take.
const tooManyHeaders = "request header list larger than peer's advertised limit"

// gone ends a call whose client went away: there is nobody to answer.
func (x *exchange) gone() {
	if x.c.Answered == 0 {
		x.c.Answered = x.since()
	}
	x.c.Flags, x.c.HTTPStatus, x.c.HasStatus = call.ClientGone, 0, false
}
