package relay

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"supersonic/gateway/call"
	"supersonic/gateway/trace"
)

const traceHeader = "X-Trace-Id"

// serverName is our `server` header, where Envoy says envoy.
var serverName = []string{"supersonic"}

var cleartext = []string{"http"}

// upstreamHeaders are the caller's headers with ours. The map is the request's
// own: nobody reads it any more.
func (x *exchange) upstreamHeaders() http.Header {
	h := x.req.Header
	setContext(h, &x.c.Decision)
	h["X-Request-Id"] = []string{x.c.RequestID}
	h["X-Forwarded-Proto"] = cleartext
	if _, ok := h["User-Agent"]; !ok {
		h["User-Agent"] = []string{""} // or net/http would write its own
	}
	return h
}

// setContext writes the trace context that the server sees.
func setContext(h http.Header, d *call.Decision) {
	if d.Kind == call.Off {
		return
	}
	parent, state := trace.Upstream(d)
	setOrDelete(h, "Traceparent", parent)
	setOrDelete(h, "Tracestate", state)
}

func setOrDelete(h http.Header, key, value string) {
	if value == "" {
		delete(h, key)
		return
	}
	h[key] = []string{value}
}

// downstreamHeaders are the server's headers with ours.
func (x *exchange) downstreamHeaders(h http.Header, answer *http.Response) {
	for key, values := range answer.Header {
		h[key] = values
	}
	took := (x.c.FirstByte - x.c.Chosen) / time.Millisecond
	h["X-Envoy-Upstream-Service-Time"] = []string{strconv.FormatInt(int64(took), 10)}
	h["Server"] = serverName
	if _, ok := h["Content-Length"]; !ok {
		h["Content-Length"] = nil // or net/http would count the body of short answers
	}
}

// trailers passes the server's trailers on, and notes its status.
func (x *exchange) trailers(h http.Header, trailer http.Header) {
	for key, values := range trailer {
		h[trailerKey(key)] = values
	}
	x.status(trailer)
	if x.c.Status != call.OK {
		h[http.TrailerPrefix+traceHeader] = []string{x.traceID()}
	}
}

// trailerKey marks a header as a trailer, for net/http.
func trailerKey(key string) string {
	switch key { // without a new string for those that every call has
	case "Grpc-Status":
		return http.TrailerPrefix + "Grpc-Status"
	case "Grpc-Message":
		return http.TrailerPrefix + "Grpc-Message"
	}
	return http.TrailerPrefix + key
}

func (x *exchange) traceID() string { return trace.TraceID(&x.c.Decision) }

// refuse answers a call by ourselves: with trailers only, or with trailers if the
// server's headers went out already.
func (x *exchange) refuse(code int, flag call.Flag, message string) {
	h := x.w.Header()
	prefix := http.TrailerPrefix
	if x.c.HTTPStatus == 0 {
		prefix = ""
		h["Content-Type"] = []string{"application/grpc"}
		h["Content-Length"] = nil
		h["Server"] = serverName
	}
	h[prefix+"Grpc-Status"] = []string{strconv.Itoa(code)}
	h[prefix+"Grpc-Message"] = []string{encodeMessage(message)}
	h[prefix+traceHeader] = []string{x.traceID()}
	if x.c.HTTPStatus == 0 {
		x.w.WriteHeader(http.StatusOK)
		x.c.HTTPStatus = http.StatusOK
	}
	x.c.HasStatus, x.c.Status, x.c.Message, x.c.Flags = true, code, message, flag
	if x.c.Answered == 0 {
		x.c.Answered = x.since()
	}
}

// encodeMessage is gRPC's percent encoding of a status message.
func encodeMessage(s string) string {
	var b strings.Builder
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '%' {
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

// decodeMessage undoes encodeMessage; broken escapes stay as they are.
func decodeMessage(s string) string {
	if !strings.Contains(s, "%") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// parseTimeout reads a grpc-timeout: at most 8 digits and a unit. Longer than Go
// can say is the longest.
func parseTimeout(s string) (time.Duration, bool) {
	if len(s) < 2 || len(s) > 9 {
		return 0, false
	}
	var n int64
	for _, c := range []byte(s[:len(s)-1]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	unit, ok := map[byte]time.Duration{
		'H': time.Hour, 'M': time.Minute, 'S': time.Second,
		'm': time.Millisecond, 'u': time.Microsecond, 'n': time.Nanosecond,
	}[s[len(s)-1]]
	if !ok {
		return 0, false
	}
	const longest = 10 * 365 * 24 * time.Hour
	if n > int64(longest/unit) {
		return longest, true
	}
	return time.Duration(n) * unit, true
}
