package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"supersonic/ui/payload"
)

// slowed makes one server slow with one model: the process that computes it is held up
// most of the time, until end is called. It gives the pod of that server.
func (s *site) slowed(model string) (pod string, end func()) {
	s.t.Helper()
	pid, server := s.stubOf(model)
	for name, addr := range s.servers("gRPC") {
		if _, port, _ := strings.Cut(addr, ":"); strings.Contains(server, port) {
			pod = name
		}
	}
	if pod == "" {
		s.t.Fatalf("no server of %v is %q", s.servers("gRPC"), server)
	}
	done := make(chan struct{})
	var holding sync.WaitGroup
	holding.Go(func() {
		defer syscall.Kill(pid, syscall.SIGCONT)
		for signal, lasts := syscall.SIGSTOP, 60*time.Millisecond; ; signal, lasts = other(signal) {
			syscall.Kill(pid, signal)
			select {
			case <-done:
				return
			case <-time.After(lasts):
			}
		}
	})
	end = sync.OnceFunc(func() {
		close(done)
		holding.Wait()
	})
	s.t.Cleanup(end)
	return pod, end
}

func other(signal syscall.Signal) (syscall.Signal, time.Duration) {
	if signal == syscall.SIGSTOP {
		return syscall.SIGCONT, 20 * time.Millisecond
	}
	return syscall.SIGSTOP, 60 * time.Millisecond
}

// stubOf finds the process in which a server of this site runs a model in Python, and
// that server's command.
func (s *site) stubOf(model string) (pid int, server string) {
	s.t.Helper()
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		s.t.Fatal(err)
	}
	for _, path := range all {
		command, _ := os.ReadFile(path) // a process may be gone
		if !strings.Contains(string(command), "python_backend_stub") || !strings.Contains(string(command), filepath.Join(s.dir, "demo", "models", model)+"/") {
			continue
		}
		status, _ := os.ReadFile(filepath.Join(filepath.Dir(path), "status"))
		parent := regexp.MustCompile(`PPid:\s+(\d+)`).FindSubmatch(status)
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err != nil || parent == nil {
			continue
		}
		command, err = os.ReadFile("/proc/" + string(parent[1]) + "/cmdline")
		if err != nil {
			s.t.Fatal(err)
		}
		return pid, strings.ReplaceAll(string(command), "\x00", " ")
	}
	s.t.Fatalf("no process runs %s", model)
	return 0, ""
}

var became = regexp.MustCompile(`it has become so: compute for (\S+(?: in \S+)?) was ([\d.]+) ms in the time before, .*, and is ([\d.]+) ms now`)

// wantBecameSlow holds what the page says of a pod that became slow beside Triton's own
// counters of the two times.
func (s *site) wantBecameSlow(pod, model string, from, to time.Time) {
	s.t.Helper()
	var got payload.Latency
	if err := s.page(fmt.Sprintf("/api/latency?from=%d&to=%d", from.UnixMilli(), to.UnixMilli()), &got); err != nil {
		s.t.Fatal(err)
	}
	for _, f := range got.Findings {
		if f.Kind != "pod" || f.Pod != pod {
			continue
		}
		said := became.FindStringSubmatch(f.Evidence[len(f.Evidence)-1])
		if said == nil || strings.Fields(said[1])[0] != model || !strings.Contains(f.Sentence, "compute for "+said[1]+" takes ") {
			s.t.Errorf("the page says of %s: %s %q", pod, f.Sentence, f.Evidence)
			return
		}
		for i, until := range []time.Time{from, to} {
			counted := s.splitByCounters(until.Add(from.Sub(to)), until)[model+" on "+pod].ms["infer"]
			shown, _ := strconv.ParseFloat(said[2+i], 64)
			if shown < counted/2 || shown > 2*counted { // medians of those traced, means of all, scrapes at the ends included
				s.t.Errorf("%s: the page says %v ms, Triton counted %v (%q)", model, shown, counted, said[0])
			}
		}
		s.t.Log(f.Sentence, said[0])
		return
	}
	s.t.Errorf("%s was slow with %s from %s to %s, the page says: %s", pod, model, from, to, got.Sentence)
}
