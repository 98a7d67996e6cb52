package e2e

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"

	"supersonic/internal/attr"
	"supersonic/internal/kserve"
	"supersonic/traces/span"
)

// ingressOf is the gateway's span of a trace.
func ingressOf(spans []span.Span) *span.Span {
	for i := range spans {
		if spans[i].Name == attr.Ingress {
			return &spans[i]
		}
	}
	return nil
}

// path is the names from the root to a span.
func path(spans []span.Span, s *span.Span) string {
	names := []string{s.Name}
	for p := s.Parent; !p.IsZero(); {
		i := slices.IndexFunc(spans, func(o span.Span) bool { return o.ID == p })
		if i < 0 {
			names = append(names, "?")
			break
		}
		names = append(names, spans[i].Name)
		p = spans[i].Parent
	}
	slices.Reverse(names)
	return strings.Join(names, " > ")
}

func paths(spans []span.Span) []string {
	var list []string
	for i := range spans {
		list = append(list, path(spans, &spans[i]))
	}
	slices.Sort(list)
	return list
}

// ingressIDs waits until the store has n traces of gateways and gives their ids.
func (s *site) ingressIDs(n int) []string {
	s.t.Helper()
	var ids []string
	eventually(s.t, fmt.Sprintf("%d ingress spans", n), func() error {
		traces, err := s.search(`{ name = "ingress" }`, 100000)
		if err != nil {
			return err
		}
		if len(traces) < n {
			return fmt.Errorf("%d so far", len(traces))
		}
		ids = ids[:0]
		for _, t := range traces {
			ids = append(ids, t.TraceID)
		}
		return nil
	})
	return ids
}

const everything = "envoy: {tracing_sampling_rate: 1.0}\n"

func TestEverySampledRequestIsOneTraceFromGatewayToCompute(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 2), everything, "envoy: {replicas: 2}\n"}})
	conn := connect(t, s.target())
	const calls = 60
	for i := range calls {
		r, want := addSub(), codes.OK
		switch i % 3 {
		case 1:
			r = chain()
		case 2:
			r, want = flaky(-1), codes.Internal
		}
		a := infer(t.Context(), conn, r)
		if a.code != want {
			t.Fatalf("%s: %v %s, want %v", r.Model, a.code, a.message, want)
		}
		if want != codes.OK && len(a.traceID) != 32 {
			t.Errorf("an error without a trace id: %q", a.traceID)
		}
	}

	ids := s.ingressIDs(calls)
	if len(ids) != calls {
		t.Fatalf("%d calls gave %d ingress spans", calls, len(ids))
	}
	// Triton posts its spans every half second; all are there once two of its
	// periods brought nothing new.
	want := map[string][]string{
		"add_sub": {"ingress", "ingress > InferRequest", "ingress > InferRequest > add_sub", "ingress > InferRequest > add_sub > compute"},
		"flaky":   {"ingress", "ingress > InferRequest", "ingress > InferRequest > flaky", "ingress > InferRequest > flaky > compute"},
		"chain": {"ingress", "ingress > InferRequest", "ingress > InferRequest > chain",
			"ingress > InferRequest > chain > add_sub", "ingress > InferRequest > chain > add_sub > compute",
			"ingress > InferRequest > chain > tau_id", "ingress > InferRequest > chain > tau_id > compute"},
	}
	var alone int
	eventually(t, "all server spans", func() error {
		alone = 0
		var errs []error
		for _, id := range ids {
			spans, err := s.trace(id)
			if err != nil {
				return err
			}
			in := ingressOf(spans)
			if len(spans) == 1 {
				alone++ // this Triton lost the context: the gateway's phases must be there
				if len(in.Events) < 4 {
					return fmt.Errorf("%s: ingress alone has %d events", id, len(in.Events))
				}
				continue
			}
			model := in.Attr(attr.ModelName)
			if got := paths(spans); !slices.Equal(got, want[model]) {
				errs = append(errs, fmt.Errorf("%s (%s): %v", id, model, got))
			}
		}
		if alone > calls/3 {
			errs = append(errs, fmt.Errorf("%d of %d traces have no server spans yet", alone, calls))
		}
		return errors.Join(errs...)
	})
	t.Logf("%d of %d traces have no server spans: Triton lost the context", alone, calls)

	roots, err := s.search(`{ name = "InferRequest" && nestedSetParent < 0 }`, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if len(roots) > 0 {
		t.Errorf("%d server spans without their ingress", len(roots))
	}
	s.wantFourNodes()
}

// wantFourNodes checks that the service graph has two gateways and two servers
// and that its weighted counts are the gateway's own.
func (s *site) wantFourNodes() {
	s.t.Helper()
	eventually(s.t, "both stores agree on four nodes", func() error {
		clients, err := s.prom(`count(count by (client) (traces_service_graph_request_total))`)
		if err != nil {
			return err
		}
		servers, err := s.prom(`count(count by (server) (traces_service_graph_request_total))`)
		if err != nil {
			return err
		}
		graph, err := s.prom(`sum(traces_service_graph_request_total)`)
		if err != nil {
			return err
		}
		gateway, err := s.prom(`sum(supersonic_gateway_requests_total)`)
		if err != nil {
			return err
		}
		// One connection reaches one gateway.
		if clients < 1 || servers != 2 || graph != gateway {
			return fmt.Errorf("%v gateways, %v servers, %v requests on edges, %v at the gateways", clients, servers, graph, gateway)
		}
		return nil
	})
}

func TestACallersDecisionIsObeyed(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 1), "envoy: {tracing_sampling_rate: 0.0}\n"}})
	conn := connect(t, s.target())
	const yes, no = "4bf92f3577b34da6a3ce929d0e0e4736", "5bf92f3577b34da6a3ce929d0e0e4737"
	call := func(header string, r *kserve.InferRequest) {
		t.Helper()
		if a := infer(t.Context(), conn, r, "traceparent", header); a.code != codes.OK {
			t.Fatalf("%v %s", a.code, a.message)
		}
	}
	call("00-"+no+"-00f067aa0ba902b7-00", addSub())
	call("00-"+yes+"-00f067aa0ba902b7-01", addSub())
	eventually(t, "the trace of the caller who said yes", func() error {
		spans, err := s.trace(yes)
		if err != nil {
			return err
		}
		in := ingressOf(spans)
		if in == nil {
			return errors.New("no ingress yet")
		}
		if got := in.Parent.String(); got != "00f067aa0ba902b7" {
			t.Fatalf("parent of ingress is %s", got)
		}
		return nil
	})
	if _, err := s.trace(no); err == nil {
		t.Error("the caller who said no was traced")
	}
	all, err := s.search(`{}`, 100)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != 1 {
		t.Errorf("%d traces, want the one that a caller asked for", len(all))
	}
}
