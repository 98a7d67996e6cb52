package collector

import (
	"context"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/collector/consumer/consumertest"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

// BenchmarkWeigher is a request of 512 server spans after its traces' ingress spans
// (known) and before them (held).
func BenchmarkWeigher(b *testing.B) {
	server, gateway := from("triton"), from("gateway")
	for i := range 256 {
		server.and(i, "InferRequest", "").and(i, "compute", "")
		gateway.and(i, "ingress", "ot=th:c")
	}
	for _, first := range []string{"known", "held"} {
		b.Run(first, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				b.StopTimer()
				m := newWeightMetrics(prometheus.NewRegistry())
				w := newWeigher(*newWeightFactory(10*time.Second, m).CreateDefaultConfig().(*weightConfig), consumertest.NewNop(), m)
				order := []request{gateway, server}
				if first == "held" {
					order = []request{server, gateway}
				}
				copies := make([]ptrace.Traces, len(order))
				for i := range order {
					copies[i] = ptrace.NewTraces()
					order[i].CopyTo(copies[i])
				}
				b.StartTimer()
				for _, td := range copies {
					if err := w.ConsumeTraces(context.Background(), td); err != nil {
						b.Fatal(err)
					}
				}
				w.takeReady()
			}
		})
	}
}
