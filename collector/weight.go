package collector

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/consumer"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/processor"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
)

// weightConfig is what a file may say of the processor supersonic_weight, beside
// `enabled: false`, which adapt reads.
type weightConfig struct {
	// Wait is how long a span without `th` is held for its trace's ingress span.
	Wait time.Duration `mapstructure:"wait"`
	// Remember is how long the threshold of a trace is known after its ingress came.
	Remember time.Duration `mapstructure:"remember"`
	// MaxSpans and MaxBytes bound what is held; the oldest trace goes first.
	MaxSpans int `mapstructure:"max_spans"`
	MaxBytes int `mapstructure:"max_bytes"`
	// MaxTraces bounds how many traces are remembered; the oldest goes first.
	MaxTraces int `mapstructure:"max_traces"`
}

// Validate is the collector's hook.
func (c *weightConfig) Validate() error {
	switch {
	case c.Wait <= 0:
		return errors.New("wait must be more than 0; `enabled: false` turns the processor off")
	case c.Remember < c.Wait:
		return fmt.Errorf("remember (%s) must not be shorter than wait (%s)", c.Remember, c.Wait)
	case c.MaxSpans <= 0 || c.MaxBytes <= 0 || c.MaxTraces <= 0:
		return errors.New("max_spans, max_bytes and max_traces must be more than 0")
	}
	return nil
}

// newWeightFactory makes the processor that design.md, "Sampling", line 8 asks for.
//
// A span that carries its own `ot=th` passes unchanged. One without gets the `th` that the
// rest of its trace was sampled with, as the trace's `ingress` span tells: attribute
// supersonic.head_threshold, else its own `th`. If that ingress was not seen yet the
// span is held, at most Wait; a span held is acknowledged to its sender and in memory
// only, so a crash loses up to Wait of such spans, a stop none. An ingress without
// `th` (a real Envoy's) says that nothing is known: its trace passes as it is. What was
// not told in time passes with weight 1 and the attribute supersonic.weight_assumed.
func newWeightFactory(wait time.Duration, m *weightMetrics) processor.Factory {
	defaults := func() component.Config {
		return &weightConfig{
			Wait: wait, Remember: max(time.Minute, 2*wait),
			MaxSpans: 200_000, MaxBytes: 128 << 20, MaxTraces: 1 << 17,
		}
	}
	create := func(_ context.Context, _ processor.Settings, cfg component.Config, next consumer.Traces) (processor.Traces, error) {
		return newWeigher(*cfg.(*weightConfig), next, m), nil
	}
	return processor.NewFactory(component.MustNewType(weightProcessor), defaults,
		processor.WithTraces(create, component.StabilityLevelStable))
}

// Outcomes of a span in the processor, the values of the label `outcome`.
const (
	outcomeCarried    = "carried"    // it had its own th
	outcomeKnown      = "known"      // its trace's th was known: written at once
	outcomeWaited     = "waited"     // written after a wait
	outcomeUnweighted = "unweighted" // its ingress has no th: passed as it came
	outcomeAssumed    = "assumed"    // no ingress in time: weight 1
	outcomeEvicted    = "evicted"    // the hold was full: weight 1
	outcomeFlushed    = "flushed"    // still waiting when the collector stopped: weight 1
)

// weightMetrics are shared by the weighers of all pipelines of one collector.
type weightMetrics struct {
	spans         *prometheus.CounterVec
	held, bytes   prometheus.Gauge
	wait          prometheus.Histogram
	refused, lost atomic.Int64
}

func newWeightMetrics(r prometheus.Registerer) *weightMetrics {
	m := &weightMetrics{
		spans: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "supersonic_collector_weight_spans_total",
			Help: "Spans through the processor supersonic_weight, by how their sampling threshold became known.",
		}, []string{"outcome"}),
		held: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "supersonic_collector_weight_held_spans",
			Help: "Spans that wait for the ingress span of their trace.",
		}),
		bytes: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "supersonic_collector_weight_held_bytes",
			Help: "Size, as OTLP, of the spans that wait.",
		}),
		wait: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "supersonic_collector_weight_wait_seconds",
			Help:    "How long held traces waited.",
			Buckets: []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10},
		}),
	}
	for _, o := range []string{outcomeCarried, outcomeKnown, outcomeWaited, outcomeUnweighted, outcomeAssumed, outcomeEvicted, outcomeFlushed} {
		m.spans.WithLabelValues(o)
	}
	r.MustRegister(m.spans, m.held, m.bytes, m.wait)
	return m
}

func (m *weightMetrics) count(outcome string, n int) {
	if n > 0 {
		m.spans.WithLabelValues(outcome).Add(float64(n))
	}
}

// headThreshold is the `th` that the rest of the trace was sampled with, as this
// ingress span tells it.
func headThreshold(ingress ptrace.Span) (sampling.Threshold, bool) {
	if v, ok := ingress.Attributes().Get(attr.HeadThreshold); ok && v.AsString() != "" {
		return sampling.ParseThreshold(v.AsString())
	}
	return sampling.FromTracestate(ingress.TraceState().AsRaw())
}
