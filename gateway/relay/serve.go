package relay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/net/http2"

	"supersonic/internal/listen"
)

const (
	maxStreams     = 1024
	prefaceTimeout = 10 * time.Second
	goAwayEvery    = 100 * time.Millisecond
	idleTimeout    = time.Hour        // Envoy's
	pingAfter      = time.Minute      // of silence: finds clients that vanished
	pingTimeout    = 20 * time.Second // then the connection is closed
	writeTimeout   = 2 * time.Minute  // without one byte taken by a client
)

// front is one run of Serve: its connections.
type front struct {
	r    *Relay
	base *http.Server
	h2   *http2.Server
	mu   sync.Mutex        // guards open
	open map[net.Conn]bool // whether the preface came
	wait sync.WaitGroup
}

// Serve accepts connections from l until ctx ends. Then it closes l, tells clients
// to go elsewhere (GOAWAY), lets open calls finish for up to drain, cuts what is
// left, and returns nil once every call has ended. Call it once.
func (r *Relay) Serve(ctx context.Context, l net.Listener, drain time.Duration) error {
	f, err := newFront(r)
	if err != nil {
		l.Close()
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- f.accept(l) }()
	select {
	case err = <-failed:
		err = fmt.Errorf("accept on %s: %w", l.Addr(), err)
	case <-ctx.Done():
		l.Close()
		<-failed
	}
	f.drain(ctx, drain)
	r.conns.close()
	return err
}

func newFront(r *Relay) (*front, error) {
	f := &front{r: r, base: listen.HTTPServer(r), open: map[net.Conn]bool{}}
	f.base.MaxHeaderBytes = maxHeaderBytes
	f.base.IdleTimeout = idleTimeout
	f.h2 = &http2.Server{
		MaxConcurrentStreams:         maxStreams,
		MaxReadFrameSize:             64 << 10,
		MaxUploadBufferPerConnection: connectionWindow,
		MaxUploadBufferPerStream:     streamWindow,
		IdleTimeout:                  idleTimeout,
		ReadIdleTimeout:              pingAfter,
		PingTimeout:                  pingTimeout,
		WriteByteTimeout:             writeTimeout,
	}
	if err := http2.ConfigureServer(f.base, f.h2); err != nil {
		return nil, fmt.Errorf("configure HTTP/2: %w", err)
	}
	return f, nil
}

// accept takes connections until l is closed.
func (f *front) accept(l net.Listener) error {
	for pause := time.Duration(0); ; {
		conn, err := l.Accept()
		switch {
		case err == nil:
			pause = 0
			f.start(conn)
			continue
		case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE), errors.Is(err, syscall.ECONNABORTED):
			// Heals by itself when connections end.
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			time.Sleep(pause)
			continue
		}
		return err
	}
}

func (f *front) start(conn net.Conn) {
	conn.SetReadDeadline(time.Now().Add(prefaceTimeout))
	f.mu.Lock()
	f.open[conn] = false
	f.mu.Unlock()
	f.r.m.connectionOpened()
	f.wait.Go(func() {
		f.serve(conn)
		conn.Close()
		f.mu.Lock()
		delete(f.open, conn)
		f.mu.Unlock()
		f.r.m.connectionClosed()
	})
}

// serve serves one connection to its end.
func (f *front) serve(conn net.Conn) {
	first := make([]byte, len(preface))
	n, err := io.ReadFull(conn, first)
	if err != nil && n == 0 {
		return
	}
	if !bytes.HasPrefix([]byte(preface), first[:n]) {
		f.r.m.notHTTP2.Inc()
		answerHTTP1(conn, first[:n])
		return
	}
	f.begin(conn)
	// The server cannot be told that the preface was read: it reads it again.
	c := &replay{Conn: conn, first: first[:n], now: f.r.o.Now, opened: f.r.o.Now()}
	f.h2.ServeConn(c, &http2.ServeConnOpts{
		Context: context.WithValue(context.Background(), arrivals{}, c), BaseConfig: f.base, Handler: f.r,
	})
}

// begin notes that a connection's preface came.
func (f *front) begin(conn net.Conn) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.open[conn] = true
	conn.SetReadDeadline(time.Time{})
}

// hurry ends the wait for connections that said nothing so far.
func (f *front) hurry() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for conn, begun := range f.open {
		if !begun {
			conn.SetReadDeadline(time.Now().Add(goAwayEvery))
		}
	}
}

// preface is how a client of HTTP/2 begins, as far as it differs from HTTP/1.
const preface = "PRI * HTTP/2"

// replay is a connection whose first bytes were read already. It notes when bytes
// came: a call begins then, and not when its handler's turn came, two switches of
// goroutines later (0.1 to 0.3 ms on a machine that sleeps between calls).
type replay struct {
	net.Conn
	first  []byte
	now    func() time.Time
	opened time.Time
	came   atomic.Int64 // of the newest bytes, nanoseconds after opened
}

// arrivals is the key of a request's *replay in its context.
type arrivals struct{}

// begun is when the newest bytes of a request's connection came, which is not
// before its headers: the server reads no further until it has begun its handler.
func begun(ctx context.Context, now time.Time) time.Time {
	c, ok := ctx.Value(arrivals{}).(*replay)
	if !ok {
		return now
	}
	if at := c.opened.Add(time.Duration(c.came.Load())); at.Before(now) {
		return at
	}
	return now
}

func (r *replay) Read(p []byte) (int, error) {
	if len(r.first) == 0 {
		n, err := r.Conn.Read(p)
		r.came.Store(int64(r.now().Sub(r.opened)))
		return n, err
	}
	n := copy(p, r.first)
	r.first = r.first[n:]
	return n, nil
}

// answerHTTP1 tells a client of HTTP/1.1 what this port is. Anything else, TLS for
// one, is closed.
func answerHTTP1(conn net.Conn, first []byte) {
	if len(first) < 4 || first[0] < 'A' || first[0] > 'Z' {
		return
	}
	const text = "This port serves gRPC over HTTP/2 without TLS (prior knowledge). Readiness over HTTP/1.1 is at /ready of the admin port.\n"
	fmt.Fprintf(conn, "HTTP/1.1 426 Upgrade Required\r\nUpgrade: h2c\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", len(text), text)
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.CloseWrite()
	}
	// What the client still sends is read, so that closing does not reset the answer.
	io.CopyN(io.Discard, conn, 64<<10)
}

// drain lets open calls finish for up to limit, then cuts connections, and waits
// until the last call has ended.
func (f *front) drain(ctx context.Context, limit time.Duration) {
	f.r.stopOnce.Do(func() { close(f.r.stopping) })
	late := time.NewTimer(limit)
	defer late.Stop()
	ended := make(chan struct{})
	go func() { f.wait.Wait(); close(ended) }()
	f.hurry()
	// Again and again: a connection whose preface just came is not yet known to the
	// server, and would otherwise be left without its GOAWAY.
	again := time.NewTicker(goAwayEvery)
	defer again.Stop()
	for open := true; open; {
		// The server knows none of our connections: this sends GOAWAY, to each once,
		// and closes none.
		f.base.Shutdown(context.WithoutCancel(ctx))
		select {
		case <-ended:
			open = false
		case <-late.C:
			f.cut()
			<-ended
			open = false
		case <-again.C:
		}
	}
	<-f.r.calls.close()
}

// cut closes every connection.
func (f *front) cut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	for conn := range f.open {
		conn.Close()
	}
}
