package relay

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"supersonic/internal/kserve"
)

// peekLimit is how much of the first message is kept to find the model's name, in
// bytes: names are short and come first.
const peekLimit = 1 << 10

var errCallEnded = errors.New("the call has ended")

// requestBody passes the request's body on, counts it, and reads the model's name
// from its first bytes. The transport reads it in a goroutine of its own, perhaps
// still while the call ends: finish cuts it off before the call is recorded.
type requestBody struct {
	x     *exchange
	inner io.ReadCloser

	mu      sync.Mutex // guards what follows
	ended   bool
	started bool
	bytes   int64
	sent    time.Duration
	sniff   bool   // the model is still looked for
	first   []byte // the first bytes, if one read did not hold the name
	model   string
	version string
}

func newRequestBody(x *exchange, inner io.ReadCloser) *requestBody {
	return &requestBody{x: x, inner: inner, sniff: x.c.Method.Named}
}

func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.inner.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return 0, errCallEnded
	}
	b.started = true
	b.bytes += int64(n)
	if b.sniff && n > 0 {
		b.peek(p[:n])
	}
	if err == io.EOF && b.sent == 0 {
		b.sent = b.x.since()
	}
	return n, err
}

// Close is called by the transport when it needs no more, and also when it could
// not connect: then the body, of which nothing was read, serves the next server.
func (b *requestBody) Close() error {
	b.mu.Lock()
	started := b.started
	b.mu.Unlock()
	if started {
		return b.inner.Close()
	}
	return nil
}

// finish writes what was seen into the call. Reads after it fail.
func (b *requestBody) finish() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	c := b.x.c
	c.RequestBytes, c.Sent, c.Model, c.Version = b.bytes, b.sent, b.model, b.version
}

// peek looks for the model's name in p, the next bytes of the body.
func (b *requestBody) peek(p []byte) {
	p = p[:min(len(p), peekLimit)]
	if len(b.first) > 0 {
		p = append(b.first, p...)
	}
	name, version, done := modelOf(p, b.x.req.Header)
	b.model, b.version = name, version
	if done || len(p) >= peekLimit {
		b.sniff, b.first = false, nil
		return
	}
	b.first = append([]byte(nil), p...)
}

// modelOf reads the model's name from the first bytes of a body: five bytes of
// frame header, then the message, which may be compressed.
func modelOf(first []byte, h http.Header) (name, version string, done bool) {
	const frameHeader = 5
	if len(first) <= frameHeader {
		return "", "", false
	}
	size := int(first[1])<<24 | int(first[2])<<16 | int(first[3])<<8 | int(first[4])
	message := first[frameHeader:]
	whole := len(message) >= size
	message = message[:min(len(message), size)]
	if first[0]&1 != 0 {
		var ok bool
		if message, ok = inflate(message, h.Get("Grpc-Encoding")); !ok {
			return "", "", whole
		}
	}
	name, version, done = kserve.ModelNameVersion(message)
	return name, version, done || whole
}

// inflate returns as much of a compressed message's beginning as its first bytes
// tell, at most peekLimit.
func inflate(compressed []byte, encoding string) ([]byte, bool) {
	var from io.Reader
	var err error
	switch encoding {
	case "gzip":
		from, err = gzip.NewReader(bytes.NewReader(compressed))
	case "deflate":
		from, err = zlib.NewReader(bytes.NewReader(compressed))
	default:
		return nil, false
	}
	if err != nil {
		return nil, false
	}
	plain := make([]byte, peekLimit)
	n, _ := io.ReadFull(from, plain) // an error is the cut end of the prefix
	return plain[:n], n > 0
}
