package main

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"supersonic/internal/kserve"
)

// request is an inference request of about size bytes.
func request(size int) []byte {
	return (&kserve.InferRequest{Model: "bench", Inputs: []kserve.Tensor{{
		Name: "X", Datatype: "UINT8", Shape: []int64{int64(size)}, Raw: make([]byte, size),
	}}}).Append(nil)
}

func connect(addr string) (*grpc.ClientConn, error) {
	return grpc.NewClient("passthrough:///"+addr, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(kserve.Encoded{}), grpc.MaxCallRecvMsgSize(64<<20)))
}

// closed makes calls as fast as they are answered, streams at a time on each of
// conns connections.
func closed(ctx context.Context, addr string, conns, streams, calls, size int) error {
	message := request(size)
	var left atomic.Int64
	left.Store(int64(calls))
	errs := make(chan error, conns*streams)
	for range conns {
		c, err := connect(addr)
		if err != nil {
			return err
		}
		defer c.Close()
		for range streams {
			go func() {
				for left.Add(-1) >= 0 {
					var answer []byte
					if err := c.Invoke(ctx, kserve.ModelInfer, &message, &answer); err != nil {
						errs <- err
						return
					}
				}
				errs <- nil
			}()
		}
	}
	var all []error
	for range conns * streams {
		all = append(all, <-errs)
	}
	return errors.Join(all...)
}

// steady makes rate calls a second over four connections, answered or not, and
// returns the latencies' quantiles.
func steady(ctx context.Context, addr string, rate int, length time.Duration) (p50, p99 time.Duration, err error) {
	message := request(1 << 10)
	var clients []*grpc.ClientConn
	for range 4 {
		c, err := connect(addr)
		if err != nil {
			return 0, 0, err
		}
		defer c.Close()
		var answer []byte
		if err := c.Invoke(ctx, kserve.ModelInfer, &message, &answer); err != nil {
			return 0, 0, err
		}
		clients = append(clients, c)
	}
	var mu sync.Mutex
	var took []time.Duration
	var errs []error
	var calls sync.WaitGroup
	tick := time.NewTicker(time.Second / time.Duration(rate))
	defer tick.Stop()
	for n := range int(length.Seconds() * float64(rate)) {
		<-tick.C
		calls.Go(func() {
			var answer []byte
			begun := time.Now()
			err := clients[n%len(clients)].Invoke(ctx, kserve.ModelInfer, &message, &answer)
			d := time.Since(begun)
			mu.Lock()
			defer mu.Unlock()
			took = append(took, d)
			if err != nil {
				errs = append(errs, err)
			}
		})
	}
	calls.Wait()
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100], errors.Join(errs...)
}
