package e2e

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"supersonic/internal/attr"
	"supersonic/ui/payload"
)

const envoyPod = "envoy-pod-0"

// envoy runs a real Envoy, configured as the chart does, at the site's ports for
// inference and admin.
func (s *site) envoy() {
	s.t.Helper()
	template, err := os.ReadFile(filepath.Join("testdata", "envoy.yaml"))
	if err != nil {
		s.t.Fatal(err)
	}
	endpoint := func(hostport string) string {
		host, port, err := net.SplitHostPort(hostport)
		if err != nil {
			s.t.Fatal(err)
		}
		return fmt.Sprintf("{endpoint: {address: {socket_address: {address: %s, port_value: %s}}}}", host, port)
	}
	var servers []string
	for _, addr := range s.servers("gRPC") {
		servers = append(servers, endpoint(addr))
	}
	slices.Sort(servers)
	config := os.Expand(string(template), func(name string) string {
		return map[string]string{
			"ADMIN": strconv.Itoa(s.ports.admin), "GRPC": strconv.Itoa(s.ports.inference),
			"SERVERS":   strings.Join(servers, ", "),
			"COLLECTOR": endpoint(fmt.Sprintf("127.0.0.1:%d", s.ports.otlpGRPC)),
		}[name]
	})
	found, err := filepath.Glob(peer(s.t, "lib") + "/python3.*/site-packages/envoy/_bin/envoy")
	if err != nil || len(found) != 1 {
		s.t.Fatalf("no envoy in .venv (%v, %v)\n    run: make triton", found, err)
	}
	out := &output{}
	cmd := exec.Command(found[0], "-c", write(s.t, "envoy.yaml", []byte(config)), "--concurrency", "1", "--disable-hot-restart", "-l", "warn")
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait() // its status after a signal says nothing
		if s.t.Failed() {
			s.t.Logf("output of envoy:\n%s", tail(out.String(), 3000))
		}
	})
	eventually(s.t, "envoy is ready", func() error {
		_, err := get(s.url(s.ports.admin, "/ready"))
		return err
	})
}

// awaitServers waits until n servers are healthy, as the page tells.
func (s *site) awaitServers(n int) {
	s.t.Helper()
	eventually(s.t, "the servers are ready", func() error {
		var status payload.Status
		if err := s.page("/api/status", &status); err != nil {
			return err
		}
		healthy := 0
		for _, r := range status.Roles {
			if r.Role == "triton" && r.Pod != "" && r.State == "healthy" {
				healthy++
			}
		}
		if healthy < n {
			return fmt.Errorf("%d of %d", healthy, n)
		}
		return nil
	})
}

func TestARealEnvoyMayTakeTheGatewaysPlace(t *testing.T) {
	t.Parallel()
	s := prepare(t, options{values: []string{models(t, 2), "envoy: {enabled: false}\n"}})
	s.run()
	s.awaitServers(2)
	s.envoy()
	const calls = 90
	s.send(calls, plain)

	ids := s.ingressIDs(calls)
	if len(ids) != calls {
		t.Errorf("%d calls gave %d ingress spans", calls, len(ids))
	}
	// A foreign Envoy does not say which server it chose: an edge is a pair of its
	// span and the server's, so the requests whose context Triton lost are not in it.
	var byServer map[string]int
	eventually(t, "Envoy's spans and Triton's as the same traces, and the service graph of them", func() (err error) {
		if byServer, err = s.envoysTraces(ids); err != nil {
			return err
		}
		for server, n := range byServer {
			edge, err := s.prom(fmt.Sprintf(`traces_service_graph_request_total{client=%q,server=%q}`, envoyPod, server))
			if err != nil {
				return err
			}
			if edge != float64(n) {
				return fmt.Errorf("the edge to %s has %v requests, %v traces", server, edge, byServer)
			}
		}
		return nil
	})
	t.Logf("of %d traces, those with server spans: %v", calls, byServer)
	s.wantNoServerSpanAlone()
	eventually(t, "the map shows them", func() error { return s.wantEnvoysMap(byServer) })
}

// envoysTraces counts, by server, the traces that Envoy began and that go down to
// a compute span; it fails while too many do not.
func (s *site) envoysTraces(ids []string) (map[string]int, error) {
	byServer := map[string]int{}
	deep := 0
	for _, id := range ids {
		server, whole, err := s.envoysTrace(id)
		if err != nil {
			return nil, err
		}
		if whole {
			deep++
		}
		if server != "" {
			byServer[server]++
		}
	}
	if deep < len(ids)*4/5 || len(byServer) != 2 {
		return nil, fmt.Errorf("%d of %d traces go down to a compute span, servers %v", deep, len(ids), byServer)
	}
	return byServer, nil
}

// envoysTrace reads a trace that Envoy began: the server whose InferRequest is
// below its ingress, and whether it goes down to a compute span.
func (s *site) envoysTrace(id string) (server string, whole bool, err error) {
	spans, err := s.trace(id)
	if err != nil {
		return "", false, err
	}
	in := ingressOf(spans)
	if in == nil || in.Resource.ServiceName() != envoyPod {
		return "", false, fmt.Errorf("trace %s does not begin at %s", id, envoyPod)
	}
	for i := range spans {
		switch p := path(spans, &spans[i]); {
		case p == "ingress > InferRequest":
			server = spans[i].Resource.ServiceName()
		case strings.HasPrefix(p, "ingress > InferRequest > ") && spans[i].Name == attr.Compute:
			whole = true
		}
	}
	return server, whole, nil
}

// wantEnvoysMap checks the page's map of a site whose gateway is foreign.
func (s *site) wantEnvoysMap(byServer map[string]int) error {
	var m payload.Map
	if err := s.page("/api/map", &m); err != nil {
		return err
	}
	if m.Window.Source != "sampled traces" {
		return fmt.Errorf("the map's numbers come from %q", m.Window.Source)
	}
	got := map[string]float64{}
	for _, e := range m.Edges {
		if e.From != envoyPod || e.Traffic.ServerMs == nil || *e.Traffic.ServerMs <= 0 {
			return fmt.Errorf("an edge of the map is %+v", e)
		}
		got[e.To] = e.Traffic.Requests
	}
	var errs []error
	for server, n := range byServer {
		if got[server] != float64(n) {
			errs = append(errs, fmt.Errorf("%s has %v requests on the map, want %d", server, got[server], n))
		}
	}
	errs = append(errs, s.wantNodes(envoyPod, "supersonic-triton-0", "supersonic-triton-1"))
	return errors.Join(errs...)
}
