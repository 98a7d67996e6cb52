package ingest

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

func TestTheBytesInFlightAreBounded(t *testing.T) {
	g := newGate(Limits{ExportBytes: 20, InFlightBytes: 100})
	a, b := g.claim(""), g.claim("")
	if !a.more(60) || b.more(60) || !errors.Is(b.err, errBusy) || !b.more(40) {
		t.Error("of 100 bytes, 60 and 40 were not had, or 60 and 60 were")
	}
	b.end()
	if !a.more(100) || a.more(1) || !errors.Is(a.err, errNeeds) {
		t.Error("alone an export may have eight times its size, and no more")
	}
	if !g.full() {
		t.Error("not full")
	}
	a.less(160)
	if g.full() || g.total.Load() != 0 {
		t.Error("full of nothing")
	}
	a.end()
}

func TestOneTenantLeavesRoomForTheOthers(t *testing.T) {
	g := newGate(Limits{ExportBytes: 1, InFlightBytes: 100})
	var loud []*claim
	for range 9 { // alone, it may have all
		c := g.claim("loud")
		loud = append(loud, c)
		if !c.more(10) {
			t.Fatal(c.err)
		}
	}
	quiet := g.claim("quiet")
	if !quiet.more(10) {
		t.Error(quiet.err)
	}
	loud[0].end()
	if c := g.claim("loud"); c.more(10) {
		t.Error("a tenant with four fifths got more while another waits")
	} else {
		c.end()
	}
	for _, c := range append(loud[1:], quiet) {
		c.end()
	}
	if g.total.Load() != 0 || len(g.tenants) != 0 {
		t.Errorf("%d bytes, %d tenants are left", g.total.Load(), len(g.tenants))
	}
}

func TestBuffersAreOfTheLengthAndComeBack(t *testing.T) {
	var p buffers
	for _, n := range []int{0, 1, 1023, 1024, 1025, 1 << 20, 1<<23 - 1, 1 << 23, 1<<23 + 1} {
		b := p.Get(n)
		if len(*b) != n || n <= 1<<mostBuffer && n > 1<<leastBuffer && cap(*b) >= 2*n {
			t.Errorf("asked for %d, got %d of %d", n, len(*b), cap(*b))
		}
		p.Put(b)
	}
	odd := make([]byte, 5000)
	p.Put(&odd)
	if b := p.Get(5000); cap(*b) != 8192 {
		t.Errorf("a buffer of %d bytes was kept", cap(*b))
	}
}

// TestABurstLeavesNothingBehind sends many exports at once, some of them bad, and
// looks at what is left.
func TestABurstLeavesNothingBehind(t *testing.T) {
	goroutines := runtime.NumGoroutine()
	heap := func() int64 {
		for range 3 { // pools are emptied by the second
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapInuse)
	}
	t.Run("burst", func(t *testing.T) {
		w := newWorld(t, func(o *Options) {
			o.Store, o.Consumer = nowhere{}, nil
			o.Limits = Limits{ExportBytes: 4 << 20, InFlightBytes: 16 << 20}
		})
		before := heap()
		good, bad := encoded(t, spans(strings.Repeat("x", 2<<20))), []byte(strings.Repeat("\xff", 2<<20))
		var senders sync.WaitGroup
		for i := range 16 {
			senders.Go(func() {
				for range 8 {
					if i%4 == 0 {
						if err := w.raw(bad); err == nil {
							t.Error("a bad export was taken")
						}
						continue
					}
					if err := w.raw(good); err != nil && status.Code(err) != codes.ResourceExhausted {
						t.Error(err)
					}
				}
			})
		}
		senders.Wait()
		eventually(t, "nothing is in flight", func() bool { return w.r.InFlight() == 0 })
		if grown := heap() - before; grown > 12<<20 {
			t.Errorf("%d MiB are left of a burst", grown>>20)
		}
	})
	eventually(t, "no goroutine is left", func() bool { return runtime.NumGoroutine() <= goroutines+2 }) // of the tests' own HTTP client
}
