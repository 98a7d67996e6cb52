package stack

import (
	"context"
	"slices"

	"supersonic/site"
	"supersonic/triton"
)

// Endpoint is an address of the site that a user needs.
type Endpoint struct {
	What string // "page"
	URL  string
}

// Endpoints are where the site's users look and connect, the page first.
func (k *Stack) Endpoints() []Endpoint {
	var list []Endpoint
	add := func(what, scheme string, part site.Part, port string) {
		if addr, ok := k.address(part, port); ok {
			list = append(list, Endpoint{what, scheme + addr})
		}
	}
	if k.page != nil {
		list = append(list, Endpoint{"page", "http://" + dial(k.page.Addr())})
	}
	if len(k.gateways) > 0 {
		list = append(list, Endpoint{"inference (gRPC, KServe v2)", dial(k.gateways[0].Addr())})
	}
	add("traces (Tempo's API)", "http://", site.PartTempo, "3100")
	add("metrics (PromQL)", "http://", site.PartPrometheus, "")
	return list
}

// InferenceAddr is where clients connect to this process's gateways, "" if it has
// none.
func (k *Stack) InferenceAddr() string {
	if len(k.gateways) == 0 {
		return ""
	}
	return dial(k.gateways[0].Addr())
}

// AwaitReady waits until every server of this process is ready or has failed. It
// is false if ctx ended first.
func (k *Stack) AwaitReady(ctx context.Context) bool {
	if k.triton == nil {
		return ctx.Err() == nil
	}
	for {
		changed := k.triton.Changed()
		if !slices.ContainsFunc(k.triton.Servers(), func(s triton.Server) bool { return !s.Ready && s.State != triton.Failed }) {
			return true
		}
		select {
		case <-ctx.Done():
			return false
		case <-changed:
		}
	}
}
