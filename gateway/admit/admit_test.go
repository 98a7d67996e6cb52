package admit

import (
	"context"
	"io"
	"math"
	"net"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestTheBucketGivesTokensAtItsRateAndNeverMoreThanItHolds(t *testing.T) {
	at := time.Unix(0, 0)
	b := newBucket(Limit{MaxTokens: 5, TokensPerFill: 1, FillInterval: 12 * time.Second}, func() time.Time { return at })
	taken := func() (n int) {
		for b.take() {
			n++
		}
		return n
	}
	steps := []struct {
		later time.Duration
		want  int
	}{{0, 5}, {11 * time.Second, 0}, {time.Second, 1}, {30 * time.Second, 2}, {6 * time.Second, 1}, {24 * 365 * time.Hour, 5}, {0, 0}}
	for i, s := range steps {
		at = at.Add(s.later)
		if got := taken(); got != s.want {
			t.Errorf("step %d: %d tokens, want %d", i, got, s.want)
		}
	}
}

func TestAConnectionWithoutATokenIsClosedAtOnceAndCounted(t *testing.T) {
	inner, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	reg := prometheus.NewRegistry()
	l := Listener(inner, Limit{MaxTokens: 1, TokensPerFill: 1, FillInterval: time.Hour}, time.Now, reg)
	accepted := make(chan struct{})
	go func() {
		defer close(accepted)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		l.Accept() // refuses the second, ends when the listener closes
	}()
	dial := func() net.Conn {
		c, err := net.Dial("tcp", inner.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first, second := dial(), dial()
	defer first.Close()
	defer second.Close()
	if _, err := second.Read(make([]byte, 1)); err == nil || err == io.ErrNoProgress {
		t.Fatal("the second connection was served")
	}
	inner.Close()
	<-accepted
	if n := testutil.ToFloat64(l.(*limited).limited); n != 1 {
		t.Fatalf("%g refused connections counted, want 1", n)
	}
}

type loads []float64

func (l *loads) Load(context.Context) (float64, bool) {
	if len(*l) == 0 {
		return 0, false
	}
	v := (*l)[0]
	*l = (*l)[1:]
	return v, true
}

func TestTheGateClosesAboveTheThresholdAndOpensWhenTheLoadIsNotKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source := loads{50, 150, math.NaN()} // then nothing more
		g := NewLoadGate(&source, 100, time.Now)
		ctx, cancel := context.WithCancel(t.Context())
		if _, refused := g.Refuses(); refused {
			t.Error("refused before any value was read")
		}
		done := make(chan struct{})
		go func() { g.Run(ctx); close(done) }()
		begin := time.Now()
		wait := func(until time.Duration, want bool) {
			t.Helper()
			<-time.After(until - time.Since(begin))
			synctest.Wait()
			if reason, refused := g.Refuses(); refused != want {
				t.Errorf("after %v: refused %v (%s)", until, refused, reason)
			}
		}
		wait(time.Second, false)    // 50
		wait(6*time.Second, true)   // 150
		wait(11*time.Second, true)  // no number: the last one stays
		wait(64*time.Second, true)  // no value: the last one stays
		wait(66*time.Second, false) // for a minute
		cancel()
		<-done
	})
}
