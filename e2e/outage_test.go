package e2e

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"supersonic/ui/fakesite"
)

// wantOutages kills one of the site's servers and cuts a page beside the site off from
// each of its stores: what the pages say of that, and that all is well again.
func (s *site) wantOutages(pod string, to time.Time) {
	s.t.Helper()
	prometheus, tempo := s.url(s.ports.prometheus, ""), s.url(s.ports.tempo, "")
	var told atomic.Int32
	stores := map[string]*fakesite.Tap{"prometheus": before(s.t, prometheus, &told), "tempo": before(s.t, tempo, &told)}
	page := pageOf(s.t, besideBoard, besideFile(stores["prometheus"].URL(), stores["tempo"].URL()), "grafana: {grafana.ini: {auth.anonymous: {enabled: true, org_role: Viewer}}}\n")
	control := http.NewServeMux()
	control.HandleFunc("/{store}/{state}", fakesite.Control(stores))
	_, port, _ := strings.Cut(s.servers("gRPC")[pod], ":")
	back := func() {}
	control.HandleFunc("/server/killed", func(w http.ResponseWriter, r *http.Request) {
		next, err := killedServer(r.Context(), port)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		back = sync.OnceFunc(func() { syscall.Kill(next, syscall.SIGCONT) })
	})
	control.HandleFunc("/server/back", func(http.ResponseWriter, *http.Request) { back() })
	s.t.Cleanup(func() { back() })
	controls := httptest.NewServer(control)
	s.t.Cleanup(controls.Close)
	s.reader("liveoutage.mjs", "BESIDE="+page, "CONTROL="+controls.URL, "PROMETHEUS="+prometheus, "TEMPO="+tempo, "POD="+pod, fmt.Sprintf("TO=%d", to.UnixMilli()))
}

// killedServer kills the server with a port for gRPC as a fault of its own would end it,
// and gives the process that is started in its place, stopped before it listens.
func killedServer(ctx context.Context, port string) (next int, err error) {
	old, err := serverAt(port)
	if err != nil {
		return 0, err
	}
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		return 0, err
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if next, err = serverAt(port); err == nil && next != old {
			return next, syscall.Kill(next, syscall.SIGSTOP)
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("the server is not started again: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

// serverAt is the process of the server with a port for gRPC.
func serverAt(port string) (int, error) {
	all, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		return 0, err
	}
	for _, path := range all {
		command, _ := os.ReadFile(path) // a process may be gone
		if name, _, _ := strings.Cut(string(command), "\x00"); strings.HasSuffix(name, "tritonserver") && strings.Contains(string(command), "--grpc-port="+port+"\x00") {
			return strconv.Atoi(filepath.Base(filepath.Dir(path)))
		}
	}
	return 0, fmt.Errorf("no server of port %s", port)
}
