package relay

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"supersonic/internal/kserve"
)

const (
	// peekLimit is how much of the first message is kept to find the model's
	// name, in bytes: names are short and come first.
	peekLimit = 1 << 10
	// replayLimit is how much of a body is kept until a server answered, in bytes,
	// so that a call which a server refused unread can go to another.
	replayLimit = 64 << 10
	// frameHeader is what precedes each message of gRPC: a flag and four bytes of size.
	frameHeader = 5
)

var (
	errAttemptOver = errors.New("this attempt is over")
	errRefused     = errors.New("it refused the call unread")
)

// requestBody is the body of a call. A goroutine of its own reads it, one buffer
// ahead, so that an attempt to send it can end while the client is silent, and
// another one go on. It counts the bytes and reads the model's name from the first.
type requestBody struct {
	x      *exchange
	inner  io.ReadCloser
	chunks chan chunk    // what was read
	taken  chan struct{} // a token: the buffer of the last chunk is free again
	over   chan struct{} // closed by finish
	pumped chan struct{} // closed when pump has ended; nil before it began

	mu      sync.Mutex // guards what follows
	ended   bool
	hand    chunk // of it the bytes that no attempt has read yet
	keeps   bool  // kept is all that attempts have read
	kept    []byte
	bytes   int64
	sent    time.Duration     // when the last of them were handed on
	atEnd   bool              // the request's end was handed on
	header  [frameHeader]byte // of the first message
	sniff   bool              // the model is still looked for
	first   []byte            // the first bytes, if one read did not hold the name
	model   string
	version string
}

// chunk is some bytes of a body and the error behind them.
type chunk struct {
	data []byte
	err  error
}

func newRequestBody(x *exchange, inner io.ReadCloser) *requestBody {
	return &requestBody{
		x: x, inner: inner, sniff: x.c.Method.Named, keeps: true,
		chunks: make(chan chunk), taken: make(chan struct{}, 1), over: make(chan struct{}),
	}
}

// pump reads the body until its end or finish.
func (b *requestBody) pump() {
	defer close(b.pumped)
	buffer := copyBuffers.Get().(*[32 << 10]byte)
	defer copyBuffers.Put(buffer)
	for {
		n, err := b.inner.Read(buffer[:])
		select {
		case b.chunks <- chunk{buffer[:n], err}:
		case <-b.over:
			return
		}
		if n > 0 {
			select {
			case <-b.taken:
			case <-b.over:
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// attempt returns the body from its beginning, for one attempt to send it. It is
// for the first attempt, and for others while whole says so; the attempt before
// has ended then.
func (b *requestBody) attempt() *attempt {
	if b.pumped == nil {
		b.pumped = make(chan struct{})
		go b.pump()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent, b.atEnd = 0, false
	return &attempt{b: b, replay: b.kept, closed: make(chan struct{})}
}

// whole tells whether an attempt would have the body from its beginning: all that
// was read of it is kept, and the client has not broken off.
func (b *requestBody) whole() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.keeps && !b.broken()
}

// broken tells whether the client broke off.
func (b *requestBody) broken() bool { return b.hand.err != nil && b.hand.err != io.EOF }

// clientBroke tells whether the client broke off in the middle of its request.
func (b *requestBody) clientBroke() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.broken()
}

// commit says that there will be no further attempt.
func (b *requestBody) commit() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.keeps, b.kept = false, nil
}

// finish ends the pump and writes what was seen into the call. Reads after it
// fail.
func (b *requestBody) finish() {
	b.mu.Lock()
	b.hand, b.ended = chunk{err: errAttemptOver}, true // the buffer is the pump's again
	c := b.x.c
	c.RequestBytes, c.Model, c.Version = b.bytes, b.model, b.version
	// A server may answer the one message of a call before its end came.
	if b.atEnd || !c.Method.Stream && b.messageRead() {
		c.Sent = b.sent
	}
	b.mu.Unlock()
	close(b.over)
	b.inner.Close() // wakes the pump
	if b.pumped != nil {
		<-b.pumped
	}
}

// take puts what the pump read into hand.
func (b *requestBody) take(c chunk) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.ended {
		b.hand = c
	}
}

// next gives the bytes in hand to an attempt; ok is false if there are none and
// more will come.
func (b *requestBody) next(p []byte) (n int, err error, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.hand.data) == 0 && b.hand.err == nil {
		return 0, nil, false
	}
	n = copy(p, b.hand.data)
	if b.hand.data = b.hand.data[n:]; n > 0 {
		b.note(p[:n])
		b.sent = b.x.since()
		if len(b.hand.data) == 0 {
			b.taken <- struct{}{}
		}
	}
	if len(b.hand.data) > 0 {
		return n, nil, true
	}
	if b.hand.err == io.EOF {
		b.atEnd = true
		b.sent = cmp.Or(b.sent, b.x.since()) // of a request without a message its end is all
	}
	return n, b.hand.err, true
}

// handedOn notes that bytes of the body went to an attempt now.
func (b *requestBody) handedOn() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.sent = b.x.since()
}

// messageRead tells whether the whole first message was read.
func (b *requestBody) messageRead() bool {
	size := int64(binary.BigEndian.Uint32(b.header[1:]))
	return b.bytes >= frameHeader+size
}

// note takes down the next bytes of the body.
func (b *requestBody) note(p []byte) {
	copy(b.header[min(b.bytes, frameHeader):], p)
	b.bytes += int64(len(p))
	if b.sniff {
		b.peek(p)
	}
	if b.keeps && len(b.kept)+len(p) <= replayLimit {
		b.kept = append(b.kept, p...)
	} else {
		b.keeps, b.kept = false, nil
	}
}

// attempt is a request's body as one attempt to send it reads it: the bytes that
// earlier attempts had read, then the body's own.
type attempt struct {
	b       *requestBody
	refused bool        // the transport says that the server did not process the call
	touched atomic.Bool // something of the body may have been sent
	replay  []byte      // owned by Read
	once    sync.Once
	closed  chan struct{}
}

// unprocessed tells, after a failure, that the server cannot have run the call: it
// said so (REFUSED_STREAM, or GOAWAY for this stream), or nothing of the body was
// sent.
func (a *attempt) unprocessed() bool { return a.refused || !a.touched.Load() }

// again is the transport's GetBody: it asks for the body anew if the server did
// not process the call. Whoever made the attempt then makes another, perhaps at
// another server.
func (a *attempt) again() (io.ReadCloser, error) {
	a.refused = true
	return nil, errRefused
}

// Read is called by one goroutine of the transport.
func (a *attempt) Read(p []byte) (int, error) {
	for {
		select {
		case <-a.closed:
			return 0, errAttemptOver
		default:
		}
		if len(a.replay) > 0 {
			n := copy(p, a.replay)
			a.replay = a.replay[n:]
			a.touched.Store(true)
			a.b.handedOn()
			return n, nil
		}
		if n, err, ok := a.b.next(p); ok {
			a.touched.Store(true)
			return n, err
		}
		select {
		case c := <-a.b.chunks:
			a.b.take(c)
		case <-a.closed:
		case <-a.b.over:
			return 0, errAttemptOver
		}
	}
}

// Close is called by the transport when it needs no more.
func (a *attempt) Close() error {
	a.once.Do(func() { close(a.closed) })
	return nil
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
	if len(first) <= frameHeader {
		return "", "", false
	}
	size := int(binary.BigEndian.Uint32(first[1:]))
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
