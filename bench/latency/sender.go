package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/http2"
)

// send sends the loads of a case until ctx ends, and waits for the answers. What
// requests are answered does not matter: the traces tell.
func (s situation) send(ctx context.Context, targets []string) error {
	client := &http.Client{Timeout: 30 * time.Second, Transport: &http2.Transport{AllowHTTP: true,
		DialTLSContext: func(ctx context.Context, network, addr string, _ *tls.Config) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, addr)
		}}}
	defer client.CloseIdleConnections()
	var loads, requests sync.WaitGroup
	begin := time.Now()
	for i, l := range s.loads {
		message := framed(s.request(l).Append(nil))
		r := rand.New(rand.NewPCG(uint64(i), 11))
		call := func() { s.call(context.WithoutCancel(ctx), client, targets[rand.IntN(len(targets))], message) }
		for range l.workers {
			loads.Go(func() {
				for ctx.Err() == nil {
					call()
				}
			})
		}
		if l.rate == 0 {
			continue
		}
		loads.Go(func() {
			for s.pause(ctx, begin, l.rate, r) {
				for range max(1, s.burst) {
					requests.Go(call)
				}
			}
		})
	}
	loads.Wait()
	requests.Wait()
	return nil
}

// pause waits for the next request, or the next requests at once.
func (s situation) pause(ctx context.Context, begin time.Time, rate float64, r *rand.Rand) bool {
	wait := float64(time.Second) / rate
	switch s.arrivals {
	case randomly:
		wait *= r.ExpFloat64()
	case inBursts:
		wait *= float64(s.burst) * (0.5 + r.Float64())
	}
	if passed := math.Mod(time.Since(begin).Seconds(), max(0.001, s.on+s.off)); s.off > 0 && passed > s.on {
		wait += (s.on + s.off - passed) * float64(time.Second)
	}
	select {
	case <-ctx.Done():
		return false
	case <-time.After(time.Duration(wait)):
		return true
	}
}

// framed is a message as gRPC has it on the wire.
func framed(message []byte) []byte {
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
}

func (s situation) call(ctx context.Context, client *http.Client, target string, message []byte) {
	var body io.Reader = bytes.NewReader(message)
	if s.late > 0 {
		body = &lateReader{body, s.late}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+target+"/inference.GRPCInferenceService/ModelInfer", body)
	if err != nil {
		return
	}
	req.Header.Set("Content-Type", "application/grpc+proto")
	req.Header.Set("Te", "trailers")
	if s.path == directly {
		req.Header.Set("Traceparent", fmt.Sprintf("00-%016x%016x-%016x-01", rand.Uint64()|1, rand.Uint64(), rand.Uint64()|1))
	}
	res, err := client.Do(req)
	if err != nil {
		return
	}
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
}

// lateReader gives its bytes some time after it is first asked.
type lateReader struct {
	io.Reader
	by time.Duration
}

func (l *lateReader) Read(p []byte) (int, error) {
	time.Sleep(l.by)
	l.by = 0
	return l.Reader.Read(p)
}
