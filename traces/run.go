package traces

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"google.golang.org/grpc"

	"supersonic/internal/listen"
)

// Run serves until ctx ends. Then the OTLP listeners stop first: exports under
// way are stored and answered; after them the API; each for cfg.Drain at most. It
// returns nil after a clean stop. Call it once.
//
// Whatever is answered is answered fully: New has replayed all that is stored, and
// who connects before Run waits in the listener's queue. The API says that it is
// not ready only while the store stops.
func (s *Store) Run(ctx context.Context) error {
	// The API outlives the intake.
	apiCtx, stopAPI := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAPI()
	intake, stopIntake := context.WithCancel(ctx)
	defer stopIntake()

	s.ready.Store(true) // before the first connection is taken

	ends := make(chan error)
	intakes := 0
	if s.grpc != nil {
		intakes++
		go func() { ends <- serveGRPC(intake, s.grpc, s.otlpGRPC, s.cfg.Drain) }()
	}
	if s.otlp != nil {
		intakes++
		go func() { ends <- listen.ServeHTTP(intake, s.otlp, s.otlpHTTP, s.cfg.Drain) }()
	}
	apiEnd := make(chan error, 1)
	go func() { apiEnd <- listen.ServeHTTP(apiCtx, s.http, s.api, s.cfg.Drain) }()

	var errs []error
	select {
	case <-ctx.Done():
	case err := <-ends:
		errs = append(errs, err)
		intakes--
	case err := <-apiEnd:
		errs = append(errs, err)
		apiEnd <- nil
	}
	s.ready.Store(false)
	stopIntake()
	for range intakes {
		errs = append(errs, <-ends)
	}
	stopAPI()
	errs = append(errs, <-apiEnd)
	errs = append(errs, s.close())
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("traces: %w", err)
	}
	return nil
}

// serveGRPC serves l until ctx ends, then lets exports under way finish for
// drain and cuts the rest.
func serveGRPC(ctx context.Context, l net.Listener, s *grpc.Server, drain time.Duration) error {
	failed := make(chan error, 1)
	go func() { failed <- s.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	case <-ctx.Done():
	}
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		s.GracefulStop()
	}()
	limit := time.NewTimer(drain)
	defer limit.Stop()
	select {
	case <-stopped:
	case <-limit.C:
		s.Stop()
		<-stopped
	}
	<-failed
	return nil
}
