package e2e

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/grpc/codes"

	"supersonic/internal/attr"
)

// many sends n requests from eight workers, 800 a second at most (see pace), and fails
// the test on any error.
func (s *site) many(n int) {
	s.t.Helper()
	work := make(chan struct{}, n)
	for range n {
		work <- struct{}{}
	}
	close(work)
	errs := make(chan error, 8)
	var workers sync.WaitGroup
	for range 8 {
		conn := connect(s.t, s.target())
		workers.Go(func() {
			tick := time.NewTicker(10 * time.Millisecond)
			defer tick.Stop()
			for range work {
				<-tick.C
				if a := infer(s.t.Context(), conn, addSub()); a.code != codes.OK {
					errs <- fmt.Errorf("%v %s", a.code, a.message)
					return
				}
			}
		})
	}
	workers.Wait()
	close(errs)
	if err := <-errs; err != nil {
		s.t.Fatal(err)
	}
}

// Not beside other sites: Triton 2.51 has been seen to abort under so many requests on a busy machine.
func TestTheServiceGraphCountsTheTrafficAndNotTheSample(t *testing.T) {
	s := start(t, options{values: []string{models(t, 2), "envoy: {tracing_sampling_rate: 0.1, tracing_keep_slower_than: 0s}\n"}})
	const calls, p = 10000, 0.1
	s.many(calls)

	exact := 0.0
	eventually(t, "the gateway's counter is scraped", func() (err error) {
		if exact, err = s.prom(`sum(supersonic_gateway_requests_total{method="ModelInfer"})`); err == nil && exact != calls {
			err = fmt.Errorf("it counts %v", exact)
		}
		return err
	})
	sampled, err := s.prom(`sum(supersonic_gateway_traces_total{decision="head_sampled"})`)
	if err != nil {
		t.Fatal(err)
	}
	// Five standard deviations of a binomial count.
	if slack := 5 * math.Sqrt(calls*p*(1-p)); math.Abs(sampled-calls*p) > slack {
		t.Errorf("%v of %d requests were sampled, want %v within %.0f", sampled, calls, calls*p, slack)
	}
	eventually(t, "as many traces as were sampled, weighed by ten on the graph", func() error {
		traces, err := s.search(`{ name = "ingress" }`, 100000)
		if err != nil {
			return err
		}
		graph, err := s.prom(`sum by (client, server) (increase(traces_service_graph_request_total[30m]))`)
		if err != nil {
			return err
		}
		total, err := s.prom(`sum(traces_service_graph_request_total)`)
		if err != nil {
			return err
		}
		if float64(len(traces)) != sampled || math.Abs(total-sampled/p) > 1e-6*total {
			return fmt.Errorf("%d traces, %v on the graph, %v sampled", len(traces), total, sampled)
		}
		if math.Abs(graph-calls) > 5*math.Sqrt(calls*(1-p)/p) { // as many deviations of a count that is weighed
			return fmt.Errorf("increase() on the graph is %v of %d", graph, calls)
		}
		return nil
	})
	s.wantNoServerSpanAlone()
}

// wantNoServerSpanAlone looks for traces of servers that no gateway began.
func (s *site) wantNoServerSpanAlone() {
	s.t.Helper()
	traces, err := s.search(`{ name = "InferRequest" }`, 100000)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(traces) == 0 {
		s.t.Error("no server kept a span")
	}
	for _, tr := range traces {
		if tr.RootTraceName != attr.Ingress {
			s.t.Errorf("trace %s begins with %q", tr.TraceID, tr.RootTraceName)
		}
	}
}

func TestServersTraceNothingThatTheGatewayDidNotSample(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 1), "envoy: {tracing_sampling_rate: 0.01, tracing_keep_slower_than: 0s}\n"}})
	s.many(3000)
	eventually(t, "server spans", func() error {
		traces, err := s.search(`{ name = "InferRequest" }`, 100000)
		if err == nil && len(traces) == 0 {
			err = errors.New("none yet")
		}
		return err
	})
	s.wantNoServerSpanAlone()
	eventually(t, "no more traces at the servers than were sampled", func() error {
		sampled, err := s.prom(`sum(supersonic_gateway_traces_total{decision="head_sampled"})`)
		if err != nil {
			return err
		}
		servers, err := s.search(`{ name = "InferRequest" }`, 100000)
		if err == nil && float64(len(servers)) > sampled {
			err = fmt.Errorf("%d traces at the servers, %v were sampled", len(servers), sampled)
		}
		return err
	})
}

func TestAFailedRequestIsKeptWhateverTheRate(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 1), "envoy: {tracing_sampling_rate: 0.0}\n"}})
	conn := connect(t, s.target())
	a := infer(t.Context(), conn, flaky(-1))
	if a.code != codes.Internal || !strings.Contains(a.message, "negative input") || len(a.traceID) != 32 {
		t.Fatalf("got %+v", a)
	}
	eventually(t, "the trace that the error names", func() error {
		spans, err := s.trace(a.traceID)
		if err != nil {
			return err
		}
		in := ingressOf(spans)
		if in == nil || in.Attr("grpc.status_code") != "13" || in.TraceState != "ot=th:0" {
			t.Fatalf("ingress is %+v", in)
		}
		return nil
	})
}
