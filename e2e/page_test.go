package e2e

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"supersonic/ui/payload"
)

// page asks the page's server and decodes its answer.
func (s *site) page(path string, into any) error {
	body, err := get(s.url(s.ports.page, path))
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(body), into)
}

// awaitScraped waits until the metrics store has read the gateways once: what came
// before a gateway's first scrape is not counted on the map.
func (s *site) awaitScraped() {
	s.t.Helper()
	eventually(s.t, "the gateways are scraped", func() error {
		n, err := s.prom(`count(up{job=~".*-envoy"} == 1)`)
		if err == nil && n == 0 {
			err = errors.New("not yet")
		}
		return err
	})
}

// all are the roles as the page's status tells them.
func (s *site) all() []payload.RoleStatus {
	s.t.Helper()
	var status payload.Status
	if err := s.page("/api/status", &status); err != nil {
		s.t.Fatal(err)
	}
	return status.Roles
}

// roles are the pods of one role.
func (s *site) roles(role string) []payload.RoleStatus {
	s.t.Helper()
	var list []payload.RoleStatus
	for _, r := range s.all() {
		if r.Role == role {
			list = append(list, r)
		}
	}
	return list
}

// servers are the addresses of the Triton servers by pod; name is "gRPC" or "HTTP".
func (s *site) servers(name string) map[string]string {
	s.t.Helper()
	list := map[string]string{}
	for _, r := range s.roles("triton") {
		for _, a := range r.Addresses {
			if a.Name == name && r.Pod != "" {
				list[r.Pod] = a.Addr
			}
		}
	}
	if len(list) == 0 {
		s.t.Fatal("the page's status tells no servers")
	}
	return list
}

// wantOff checks that the page tells a part as switched off, and what that costs.
func (s *site) wantOff(key, cost string) {
	s.t.Helper()
	var about payload.Site
	if err := s.page("/api/site", &about); err != nil {
		s.t.Fatal(err)
	}
	for _, o := range about.Off {
		if o.Part == key && strings.Contains(o.Cost, cost) {
			return
		}
	}
	s.t.Errorf("the page does not say that %s is off (%q), but %+v", key, cost, about.Off)
}

// pageSearch asks the page for traces of the last hour.
func (s *site) pageSearch(q string) (payload.SearchResult, error) {
	var found payload.SearchResult
	err := s.page("/api/traces/search?limit=1000&q="+url.QueryEscape(q), &found)
	return found, err
}

// wantPage checks that each view of the page has what n requests of the last
// minutes left: found by search, opened as a waterfall, counted on the map.
func (s *site) wantPage(n int) {
	s.t.Helper()
	eventually(s.t, "the page shows the requests", func() error {
		found, err := s.pageSearch(`{ name = "ingress" }`)
		if err != nil {
			return err
		}
		if len(found.Traces) != n {
			return fmt.Errorf("search finds %d traces, want %d", len(found.Traces), n)
		}
		var trace payload.Trace
		if err := s.page("/api/traces/"+found.Traces[0].ID, &trace); err != nil {
			return err
		}
		if len(trace.Spans) == 0 || trace.RootName != "ingress" {
			return fmt.Errorf("a trace of %d spans begins with %q", len(trace.Spans), trace.RootName)
		}
		return errors.Join(s.wantOnMap(n), s.wantOfModels(n))
	})
}

// wantOnMap checks the sum of requests that the map tells of its servers.
func (s *site) wantOnMap(n int) error {
	var got payload.Map
	if err := s.page("/api/map", &got); err != nil {
		return err
	}
	sum := 0.0
	for _, node := range got.Nodes {
		if node.Side == "server" {
			sum += node.Traffic.Requests
		}
	}
	if sum != float64(n) {
		return fmt.Errorf("the map tells %v requests, want %d", sum, n)
	}
	return nil
}

// wantOfModels checks the sum of requests that the table of models tells.
func (s *site) wantOfModels(n int) error {
	var got payload.Models
	if err := s.page("/api/models", &got); err != nil {
		return err
	}
	sum := 0.0
	for _, m := range got.Models {
		if m.Server == "" {
			sum += m.Traffic.Requests
		}
	}
	if sum != float64(n) {
		return fmt.Errorf("the models tell %v requests, want %d", sum, n)
	}
	return nil
}
