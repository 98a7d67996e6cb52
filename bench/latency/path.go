package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"supersonic/ui/payload"
)

// targets waits for the servers and tells where requests go. end stops what was
// started for that.
func (s situation) targets(ctx context.Context, port int) (list []string, end func(), err error) {
	public := fmt.Sprintf("127.0.0.1:%d", port)
	if s.path == throughGateway {
		admin := fmt.Sprintf("http://127.0.0.1:%d/metrics", port+1)
		err := poll(ctx, 120*time.Second, func() error { return allReady(admin, s.servers) })
		return []string{public}, func() {}, err
	}
	err = poll(ctx, 120*time.Second, func() (err error) {
		list, err = healthy(fmt.Sprintf("http://127.0.0.1:%d/api/status", port+3), s.servers)
		return err
	})
	if err != nil || s.path == directly {
		return list, func() {}, err
	}
	end, err = s.envoy(ctx, port, list)
	return []string{public}, end, err
}

// healthy asks the page for the servers' addresses, of all of them.
func healthy(address string, servers int) (list []string, err error) {
	body, err := get(address)
	if err != nil {
		return nil, err
	}
	var status payload.Status
	if err := json.Unmarshal(body, &status); err != nil {
		return nil, err
	}
	for _, r := range status.Roles {
		if r.Role != "triton" || r.Pod == "" || r.State != "healthy" {
			continue
		}
		for _, a := range r.Addresses {
			if a.Name == "gRPC" {
				list = append(list, a.Addr)
			}
		}
	}
	if len(list) < servers {
		return nil, fmt.Errorf("%d of %d servers are ready", len(list), servers)
	}
	slices.Sort(list)
	return list, nil
}

// envoysFile is Envoy's configuration as the chart writes it, with places for addresses.
const envoysFile = "e2e/testdata/envoy.yaml"

// envoy starts a real Envoy before the servers.
func (s situation) envoy(ctx context.Context, port int, servers []string) (end func(), err error) {
	text, err := os.ReadFile(envoysFile)
	if err != nil {
		return nil, err
	}
	config := strings.Replace(string(text), "random_sampling: {value: 100}", fmt.Sprintf("random_sampling: {value: %s}\n                  spawn_upstream_span: %t", s.sampling+"e2", s.held > 0), 1)
	if s.held > 0 {
		config = strings.Replace(config, "http_filters:\n", fmt.Sprintf(`http_filters:
                  - name: envoy.filters.http.fault
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.fault.v3.HTTPFault
                      delay: {fixed_delay: %.3fs, percentage: {numerator: 100}}
`, s.held.Seconds()), 1)
	}
	config = os.Expand(config, func(name string) string {
		switch name {
		case "ADMIN":
			return fmt.Sprint(port + 1)
		case "GRPC":
			return fmt.Sprint(port)
		case "SERVERS":
			return endpoints(servers)
		case "COLLECTOR":
			return endpoints([]string{fmt.Sprintf("127.0.0.1:%d", port+5)})
		}
		return ""
	})
	file, err := os.CreateTemp("", "envoy*.yaml")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	_, err = file.WriteString(config)
	program, missing := filepath.Glob(".venv/lib/python3.*/site-packages/envoy/_bin/envoy")
	if missing == nil && len(program) == 0 {
		missing = errors.New("no envoy in .venv: run `make triton`")
	}
	if err := errors.Join(err, missing); err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program[0], "-c", file.Name(), "--concurrency", "1", "--disable-hot-restart", "-l", "warn")
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	end = func() {
		cmd.Process.Kill()
		cmd.Wait()
		os.Remove(file.Name())
	}
	err = poll(ctx, 30*time.Second, func() error {
		_, err := get(fmt.Sprintf("http://127.0.0.1:%d/ready", port+1))
		return err
	})
	if err != nil {
		end()
	}
	return end, err
}

// endpoints are addresses as Envoy's configuration has them.
func endpoints(addresses []string) string {
	var list []string
	for _, a := range addresses {
		host, port, err := net.SplitHostPort(a)
		if err == nil {
			list = append(list, fmt.Sprintf("{endpoint: {address: {socket_address: {address: %s, port_value: %s}}}}", host, port))
		}
	}
	return strings.Join(list, ", ")
}
