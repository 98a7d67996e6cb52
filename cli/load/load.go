// Package load sends a steady load of real inference requests to a gateway: each
// model at its own rate, over several connections, open loop, so that a slow
// server does not slow the clients down. The demo and the tests run it.
//
// Run's goroutines end with it. Results are told from several goroutines.
package load

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"supersonic/internal/kserve"
)

// maxInFlight bounds the requests that wait for an answer; a request beyond it is
// not sent and counted by Config.Skipped.
const maxInFlight = 256

// Stream is the requests of one model.
type Stream struct {
	Model string
	Rate  float64 // requests a second
	// Request makes the n-th request. It is called from one goroutine.
	Request func(n int) *kserve.InferRequest
}

// Result is one answered request.
type Result struct {
	At      time.Time // when it was sent
	Model   string
	Latency time.Duration
	Code    codes.Code
	Message string
	TraceID string // trailer x-trace-id, of failed requests
}

// Config says what is sent where.
type Config struct {
	Target      string // host:port
	Connections int    // 0 is one; a gateway's Service spreads connections
	Timeout     time.Duration
	Streams     []Stream
	Each        func(Result) // called for every answer, from several goroutines
	Skipped     func(model string)
}

// Run sends until ctx ends, then waits for the requests in flight.
func Run(ctx context.Context, cfg Config) error {
	clients, err := connect(cfg)
	if err != nil {
		return err
	}
	defer func() {
		for _, c := range clients {
			c.Close()
		}
	}()
	r := &runner{cfg: cfg, clients: clients, places: make(chan struct{}, maxInFlight)}
	var streams sync.WaitGroup
	for _, s := range cfg.Streams {
		streams.Go(func() { r.stream(ctx, s) })
	}
	streams.Wait()
	r.requests.Wait()
	return nil
}

func connect(cfg Config) ([]*grpc.ClientConn, error) {
	var clients []*grpc.ClientConn
	for range max(1, cfg.Connections) {
		c, err := grpc.NewClient("passthrough:///"+cfg.Target, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.ForceCodecV2(kserve.Encoded{}), grpc.MaxCallRecvMsgSize(1<<30)))
		if err != nil {
			return nil, fmt.Errorf("connect to %s: %w", cfg.Target, err)
		}
		clients = append(clients, c)
	}
	return clients, nil
}

type runner struct {
	cfg      Config
	clients  []*grpc.ClientConn
	next     atomic.Uint64
	places   chan struct{}
	requests sync.WaitGroup
}

func (r *runner) stream(ctx context.Context, s Stream) {
	if s.Rate <= 0 {
		return
	}
	tick := time.NewTicker(time.Duration(float64(time.Second) / s.Rate))
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		request := s.Request(n)
		select {
		case r.places <- struct{}{}:
			r.requests.Go(func() {
				r.send(context.WithoutCancel(ctx), request)
				<-r.places
			})
		default:
			if r.cfg.Skipped != nil {
				r.cfg.Skipped(s.Model)
			}
		}
	}
}

func (r *runner) send(ctx context.Context, request *kserve.InferRequest) {
	client := r.clients[r.next.Add(1)%uint64(len(r.clients))]
	timeout := r.cfg.Timeout
	if timeout <= 0 {
		timeout = 30 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	message := request.Append(nil)
	var answer []byte
	var trailer metadata.MD
	at := time.Now()
	err := client.Invoke(ctx, kserve.ModelInfer, &message, &answer, grpc.Trailer(&trailer))
	result := Result{At: at, Model: request.Model, Latency: time.Since(at), Code: status.Code(err)}
	if err != nil {
		result.Message = status.Convert(err).Message()
		if id := trailer.Get("x-trace-id"); len(id) > 0 {
			result.TraceID = id[0]
		}
	}
	if r.cfg.Each != nil {
		r.cfg.Each(result)
	}
}
