package stack

import "supersonic/site"

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
