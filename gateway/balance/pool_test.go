package balance

import (
	"fmt"
	"testing"
	"time"
)

func servers(n int) []Server {
	var s []Server
	for i := range n {
		s = append(s, Server{Pod: fmt.Sprint("triton-", i), Addr: fmt.Sprint("10.0.0.", i, ":8001"), Ready: true})
	}
	return s
}

func pool(t *testing.T, policy string, s []Server) *Pool {
	t.Helper()
	p, err := New(policy)
	if err != nil {
		t.Fatal(err)
	}
	p.Set(s)
	return p
}

func TestLeastRequestFillsServersEvenlyAndAvoidsTheSlowOne(t *testing.T) {
	p := pool(t, "LEAST_REQUEST", servers(3))
	for range 300 {
		p.Pick(nil, nil)
	}
	for _, s := range p.All() {
		if s.Active() != 100 {
			t.Errorf("%s has %d of 300 open calls, want 100", s.Pod, s.Active())
		}
	}
	slow := p.All()[1]
	for range 90 {
		s := p.Pick(nil, nil)
		if s != slow {
			s.Done()
		}
	}
	if got := slow.Active() - 100; got > 1 {
		t.Errorf("the server that ends nothing got %d of 90 further calls", got)
	}
}

func TestTiesAreDrawnByLot(t *testing.T) {
	p := pool(t, "", servers(4))
	got := map[string]int{}
	for range 4000 {
		s := p.Pick(nil, nil)
		got[s.Pod]++
		s.Done()
	}
	for pod, n := range got {
		if n < 850 || n > 1150 { // 1000 +- 5.5 sigma
			t.Errorf("%s got %d of 4000 calls", pod, n)
		}
	}
}

func TestRoundRobinTakesTurns(t *testing.T) {
	p := pool(t, "ROUND_ROBIN", servers(3))
	for i := range 9 {
		if s := p.Pick(nil, nil); s != p.All()[i%3] {
			t.Fatalf("call %d went to %s", i, s.Pod)
		}
	}
}

func TestHashPoliciesWithoutAHashActAsRandomAndOthersAreRefused(t *testing.T) {
	for _, name := range []string{"RANDOM", "RING_HASH", "MAGLEV"} {
		p := pool(t, name, servers(2))
		seen := map[*Target]bool{}
		for range 200 {
			seen[p.Pick(nil, nil)] = true
		}
		if len(seen) != 2 {
			t.Errorf("%s used %d of 2 servers", name, len(seen))
		}
	}
	if _, err := New("LEAST_CONN"); err == nil {
		t.Error("LEAST_CONN was accepted")
	}
}

func TestASilentServerIsTriedByOneCallInAWhile(t *testing.T) {
	for _, policy := range []string{"LEAST_REQUEST", "ROUND_ROBIN", "RANDOM"} {
		p := pool(t, policy, servers(3))
		now := time.Unix(1000, 0)
		p.now = func() time.Time { return now }
		silent := p.All()[1]
		picks := func() (n int) {
			for range 300 {
				if s := p.Pick(nil, nil); s == silent {
					n++
				} else {
					s.Done()
				}
			}
			return n
		}
		if !p.Silent(silent) || p.Silent(silent) {
			t.Errorf("%s: not news once", policy)
		}
		if n := picks(); n != 0 {
			t.Errorf("%s: %d of 300 calls to a silent server", policy, n)
		}
		for range 3 {
			now = now.Add(silentFor)
			if n := picks(); n != 1 {
				t.Errorf("%s: %d calls tried a silent server after a while, want one", policy, n)
			}
		}
		if s := p.Pick(nil, []*Target{p.All()[0], p.All()[2]}); s != silent {
			t.Errorf("%s: a silent server is not tried when no other is left", policy)
		}
		if !silent.Answered() || silent.Answered() {
			t.Errorf("%s: not news once that it answers", policy)
		}
		for silent.Active() > 0 {
			silent.Done()
		}
		if n := picks(); n == 0 {
			t.Errorf("%s: no call to a server that answers again", policy)
		}
	}
}

func TestOnlyReadyServersThatWereNotTriedArePicked(t *testing.T) {
	s := servers(3)
	s[0].Ready = false
	p := pool(t, "", s)
	changed := p.Changed()
	tried := []*Target{p.All()[1]}
	for range 20 {
		if got := p.Pick(nil, tried); got != p.All()[2] {
			t.Fatalf("picked %s", got.Pod)
		}
	}
	s[1].Ready, s[2].Ready = false, false
	p.Set(s)
	if p.AnyReady() || p.Pick(nil, nil) != nil {
		t.Fatal("a server was picked though none is ready")
	}
	select {
	case <-changed:
	default:
		t.Fatal("nobody was told")
	}
	s[2].Ready = true
	p.Set(s)
	if got := p.Pick(nil, nil); got == nil || got.Active() != 21 {
		t.Fatal("a server that came back lost its count of open calls")
	}
}
