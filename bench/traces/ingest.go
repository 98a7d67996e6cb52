package main

import (
	"fmt"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"supersonic/traces/traffic"
)

// ingestResult is what taking spans cost a store.
type ingestResult struct {
	Spans          int
	Bytes          int64
	Seconds        float64
	SpansPerSecond float64
	CPUAcked       float64 // CPU-s a million spans at the last answer
	CPUSettled     float64 // and when the store had no more work
	SettleSeconds  float64
	PeakMB, RestMB float64
	DiskAcked      float64 // bytes a span
	DiskSettled    float64
	DiskMost       float64 // the most, from a million spans on
	P50, P99       float64 // ms an export
	Refused        int64   // exports that were sent again
}

func (r *ingestResult) String() string {
	return fmt.Sprintf("%d spans, %.0f a second, %.2f CPU-s/M at the last answer, %.2f settled after %.0f s, peak %.0f MB, %.1f B a span on disk, %.1f settled, %.1f at most, export %.1f / %.1f ms",
		r.Spans, r.SpansPerSecond, r.CPUAcked, r.CPUSettled, r.SettleSeconds, r.PeakMB, r.DiskAcked, r.DiskSettled, r.DiskMost, r.P50, r.P99)
}

// sender sends the exports of a run and gathers what they took.
type sender struct {
	c       config
	exports chan []byte
	free    chan []byte
	learner *learner // the producer's until it ends

	mu      sync.Mutex
	took    []float64 // ms
	acked   atomic.Int64
	refused atomic.Int64
	failed  error
}

// ingest sends the traffic, and returns what that took and what it learnt of it.
func ingest(c config, t target) (*ingestResult, facts, error) {
	s := &sender{c: c, exports: make(chan []byte, 64), free: make(chan []byte, 128), learner: newLearner(c)}
	cpu, err := t.cpu()
	if err != nil {
		return nil, facts{}, err
	}
	begun := time.Now()
	sent := make(chan int64, 1)
	go func() { sent <- s.produce() }()
	watch := watchDisk(t, s.acked.Load)
	var wg sync.WaitGroup
	for range c.exporters {
		wg.Go(func() {
			if err := s.export(t); err != nil {
				s.fail(err)
				for range s.exports { // let the producer end
				}
			}
		})
	}
	wg.Wait()
	took := time.Since(begun)
	if s.failed != nil {
		return nil, facts{}, s.failed
	}
	after, err := t.cpu()
	if err != nil {
		return nil, facts{}, err
	}
	million := float64(c.spans) / 1e6
	r := &ingestResult{Spans: c.spans, Bytes: <-sent, Seconds: took.Seconds(), SpansPerSecond: float64(c.spans) / took.Seconds(), Refused: s.refused.Load()}
	r.CPUAcked = (after - cpu).Seconds() / million
	r.DiskAcked = float64(t.disk()) / float64(c.spans)
	slices.Sort(s.took)
	r.P50, r.P99 = s.took[len(s.took)/2], s.took[len(s.took)*99/100]
	settled, waited := settle(t, c.soft)
	r.CPUSettled, r.SettleSeconds = (settled-cpu).Seconds()/million, waited.Seconds()
	r.DiskMost = watch()
	r.PeakMB, r.RestMB = t.memory()
	r.DiskSettled = float64(t.disk()) / float64(c.spans)
	return r, s.learner.facts, nil
}

func (s *sender) fail(err error) {
	s.mu.Lock()
	s.failed = err
	s.mu.Unlock()
}

func (s *sender) produce() (bytesSent int64) {
	stream := traffic.New(traffic.Options{Seed: s.c.seed})
	begun := time.Now()
	for sent := 0; sent < s.c.spans; {
		raw, n := stream.Next()
		if err := s.learner.see(raw); err != nil {
			s.fail(err)
		}
		var buf []byte
		select {
		case buf = <-s.free:
		default:
		}
		s.exports <- append(buf[:0], raw...)
		bytesSent += int64(len(raw))
		sent += n
		if s.c.rate > 0 {
			time.Sleep(time.Until(begun.Add(time.Duration(float64(sent) / float64(s.c.rate) * 1e9))))
		}
	}
	close(s.exports)
	return bytesSent
}

func (s *sender) export(t target) error {
	conn, err := connect(t)
	if err != nil {
		return err
	}
	defer conn.Close()
	for raw := range s.exports {
		for try := 0; ; try++ {
			begun := time.Now()
			err := conn.export(raw)
			if err == nil {
				s.mu.Lock()
				s.took = append(s.took, float64(time.Since(begun).Microseconds())/1000)
				s.mu.Unlock()
				break
			}
			if try == 100 {
				return err
			}
			s.refused.Add(1)
			time.Sleep(100 * time.Millisecond)
		}
		s.acked.Add(510)
		select {
		case s.free <- raw:
		default:
		}
	}
	return nil
}

// watchDisk looks at the store's directory until the returned function is called,
// which tells the most bytes a span from a million spans on.
func watchDisk(t target, acked func() int64) func() float64 {
	stop, done := make(chan struct{}), make(chan struct{})
	most := 0.0
	go func() {
		defer close(done)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				if n := acked(); n >= 1_000_000 {
					most = max(most, float64(t.disk())/float64(n))
				}
			}
		}
	}()
	return func() float64 {
		close(stop)
		<-done
		return most
	}
}

// settle waits until a store has used less than 3 % of a core for eight seconds: ours
// waits five for more spans before it makes a block of the last.
func settle(t target, limit time.Duration) (cpu, waited time.Duration) {
	begun := time.Now()
	cpu, _ = t.cpu()
	for quiet := 0; quiet < 8 && time.Since(begun) < limit; {
		time.Sleep(time.Second)
		now, err := t.cpu()
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return cpu, time.Since(begun)
		}
		if quiet++; now-cpu > 30*time.Millisecond {
			quiet = 0
		}
		cpu = now
	}
	return cpu, time.Since(begun)
}
