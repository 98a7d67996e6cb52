// Package listen is the only door to the network: every listener of every role
// is opened here, so that each states where its address came from, what it
// accepts at most, and how long it drains.
//
// A returned listener belongs to the caller. Nothing here starts a goroutine
// that outlives the function that started it.
package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Address says where a listener binds and which key of values.yaml says so.
type Address struct {
	Addr string      // host:port; port 0 asks the kernel
	Key  string      // the key that set it, "envoy.service.ports[grpc].port"; named in errors
	TLS  *tls.Config // nil serves cleartext
}

// TCP takes the port of a. A busy or forbidden port is an error that names the
// address, the key it came from and what to do.
func TCP(a Address) (net.Listener, error) {
	l, err := net.Listen("tcp", a.Addr)
	if err != nil {
		return nil, a.explain(err)
	}
	if a.TLS != nil {
		l = tls.NewListener(l, a.TLS)
	}
	return l, nil
}

func (a Address) explain(err error) error {
	hint := "check the address"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		hint = "another process has this port; stop it or choose another port"
	case errors.Is(err, syscall.EACCES):
		hint = "ports below 1024 need privileges; choose another port"
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = "this machine has no such address"
	}
	if a.Key == "" {
		return fmt.Errorf("%w (%s)", err, hint)
	}
	return fmt.Errorf("%w (set by %s: %s)", err, a.Key, hint)
}

// HTTPServer returns a server with the limits that every HTTP listener of ours
// has: header time 10 s, header size 1 MiB, idle connections closed after 2 min.
// The caller may add what its protocol needs before it serves.
func HTTPServer(h http.Handler) *http.Server {
	return &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    1 << 20,
	}
}

// ServeHTTP serves l until ctx ends, then refuses new connections and gives open
// requests up to drain to finish; what is still open then is cut. It returns nil
// after a stop by ctx.
func ServeHTTP(ctx context.Context, l net.Listener, s *http.Server, drain time.Duration) error {
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	if s.Shutdown(limit) != nil {
		s.Close() // the drain time is over: the requests that hang are the caller's loss
	}
	<-failed
	return nil
}
