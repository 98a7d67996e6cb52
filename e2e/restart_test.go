package e2e

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
)

func TestAStopUnderLoadFailsNoRequestAndLosesNoSpan(t *testing.T) {
	s := start(t, options{values: []string{models(t, 2), everything}})
	var sent, ok atomic.Int64
	var mu sync.Mutex
	var failed []string
	conn := connect(t, s.target())
	pace := time.NewTicker(2 * time.Millisecond) // Triton itself crashes at thousands of traced requests a second: docs/design/0003
	defer pace.Stop()
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for {
				<-pace.C
				sent.Add(1)
				a := infer(t.Context(), conn, chain())
				if a.code == codes.OK {
					ok.Add(1)
					continue
				}
				// Once the port is closed a new request reaches nobody; any other
				// error is one of a request in flight.
				if !strings.Contains(a.message, "connection refused") {
					mu.Lock()
					failed = append(failed, fmt.Sprint(a.code, " ", a.message))
					mu.Unlock()
				}
				return
			}
		})
	}
	eventually(t, "a hundred answers", func() error {
		if ok.Load() < 100 {
			return fmt.Errorf("%d answers", ok.Load())
		}
		return nil
	})
	s.stop()
	workers.Wait()
	for _, f := range failed {
		t.Errorf("a request in flight failed: %s", f)
	}
	if len(failed) > 0 {
		t.Logf("output of the site that was stopped:\n%s", tail(s.out.String(), 6000))
	}

	s.run()
	s.awaitReady()
	traces, err := s.search(`{ name = "ingress" && span.grpc.status_code = "0" }`, 100000)
	if err != nil {
		t.Fatal(err)
	}
	if int64(len(traces)) != ok.Load() {
		t.Errorf("%d requests were answered, %d ingress spans were kept", ok.Load(), len(traces))
	}
}

func TestWhatWasAcknowledgedSurvivesAKill(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 1), everything}})
	conn := connect(t, s.target())
	const calls = 40
	for range calls {
		eventually(t, "an answer", func() error { // a call may lose its server: Triton itself crashes now and then, docs/design/0003
			if a := infer(t.Context(), conn, addSub()); a.code != codes.OK {
				return errors.New(a.message)
			}
			return nil
		})
	}
	answered := func() (ids []string, err error) {
		traces, err := s.search(`{ name = "ingress" && span.grpc.status_code = "0" }`, 100000)
		for _, t := range traces {
			ids = append(ids, t.TraceID)
		}
		if err == nil && len(ids) != calls {
			err = fmt.Errorf("search finds %d of %d", len(ids), calls)
		}
		return ids, err
	}
	var ids []string
	eventually(t, "the spans of all answers", func() (err error) {
		ids, err = answered()
		return err
	})
	s.kill()
	s.run()
	s.awaitReady()
	for _, id := range ids {
		if _, err := s.trace(id); err != nil {
			t.Errorf("after the kill: %v", err)
		}
	}
	if _, err := answered(); err != nil {
		t.Errorf("after the kill: %v", err)
	}
}
