package relay

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"golang.org/x/net/http2"

	"supersonic/gateway/call"
	"supersonic/internal/kserve"
)

const (
	streamWindow     = 1 << 20
	connectionWindow = 16 << 20
	connectTimeout   = time.Second
	idleUpstream     = 5 * time.Minute
	maxHeaderBytes   = 1 << 20
)

// dialError is a failure to connect: nothing of the call was sent.
type dialError struct{ err error }

func (e *dialError) Error() string { return "cannot connect: " + e.err.Error() }
func (e *dialError) Unwrap() error { return e.err }

// silence tells whether the server did not answer at all, where others refuse at once.
func (e *dialError) silence() bool {
	var timeout net.Error
	return errors.Is(e.err, context.DeadlineExceeded) || errors.As(e.err, &timeout) && timeout.Timeout()
}

// upstreamConns counts connections to servers.
type upstreamConns struct{ active, total atomic.Int64 }

// newTransport speaks HTTP/2 in cleartext to servers. It opens a further connection
// when a server's MAX_CONCURRENT_STREAMS is reached (connPool). It sends no pings to
// keep a connection alive: gRPC servers close connections that ping.
func newTransport(count *upstreamConns) (*http2.Transport, *connPool) {
	t, err := http2.ConfigureTransports(&http.Transport{
		DisableCompression:     true,
		MaxResponseHeaderBytes: maxHeaderBytes,
		IdleConnTimeout:        idleUpstream,
		HTTP2: &http.HTTP2Config{
			MaxReceiveBufferPerStream:     streamWindow,
			MaxReceiveBufferPerConnection: connectionWindow,
			MaxReadFrameSize:              64 << 10,
		},
	})
	if err != nil {
		panic(err) // only a transport that was configured before fails
	}
	t.AllowHTTP = true
	dialer := &net.Dialer{Timeout: connectTimeout, Control: boundSilence}
	pool := &connPool{transport: t, conns: map[string][]*http2.ClientConn{}, dialing: map[string]*dialing{}}
	pool.dial = func(ctx context.Context, addr string) (net.Conn, error) {
		conn, err := dialer.DialContext(ctx, "tcp", addr)
		if err != nil {
			return nil, err
		}
		count.active.Add(1)
		count.total.Add(1)
		return &countedConn{Conn: conn, active: &count.active}, nil
	}
	t.ConnPool = pool
	return t, pool
}

type countedConn struct {
	net.Conn
	active *atomic.Int64
	closed atomic.Bool
}

func (c *countedConn) Close() error {
	if c.closed.CompareAndSwap(false, true) {
		c.active.Add(-1)
	}
	return c.Conn.Close()
}

// Models asks the server at addr for the names in its repository index.
func (r *Relay) Models(ctx context.Context, addr string) ([]string, error) {
	body, err := r.ask(ctx, addr, kserve.RepositoryIndex, kserve.IndexRequest{}.Append(nil))
	if err != nil {
		return nil, fmt.Errorf("repository index of %s: %w", addr, err)
	}
	index, err := kserve.DecodeIndex(body)
	if err != nil {
		return nil, fmt.Errorf("repository index of %s: %w", addr, err)
	}
	var names []string
	for _, m := range index {
		names = append(names, m.Name)
	}
	return names, nil
}

// ask makes one unary call of our own.
func (r *Relay) ask(ctx context.Context, addr, path string, message []byte) ([]byte, error) {
	req := &http.Request{
		Method: http.MethodPost,
		URL:    &url.URL{Scheme: "http", Host: addr, Path: path},
		Header: http.Header{"Content-Type": {"application/grpc"}, "Te": {"trailers"}, "User-Agent": {"supersonic-gateway"}},
		Body:   io.NopCloser(bytes.NewReader(frame(message))),
	}
	req.ContentLength = int64(5 + len(message))
	answer, err := r.upstream.RoundTrip(req.WithContext(ctx))
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	const longest = 4 << 20
	body, err := io.ReadAll(io.LimitReader(answer.Body, longest))
	if err != nil {
		return nil, err
	}
	status := answer.Trailer.Get("Grpc-Status") + answer.Header.Get("Grpc-Status")
	if status != "0" {
		return nil, fmt.Errorf("grpc-status %q %s", status, answer.Trailer.Get("Grpc-Message")+answer.Header.Get("Grpc-Message"))
	}
	return unframe(body)
}

// frame puts gRPC's five bytes before a message.
func frame(message []byte) []byte {
	b := binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message)))
	return append(b, message...)
}

var errFrame = errors.New("not one uncompressed message")

func unframe(b []byte) ([]byte, error) {
	if len(b) < 5 || b[0] != 0 || binary.BigEndian.Uint32(b[1:5]) != uint32(len(b)-5) {
		return nil, errFrame
	}
	return b[5:], nil
}

// upstreamName is what `server` labels say for a call.
func upstreamName(c *call.Call) string {
	if c.Server == "" {
		return unknown
	}
	return c.Server
}
