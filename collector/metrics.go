package collector

import (
	"context"
	"fmt"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/otlptranslator"
	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/config/configtelemetry"
	"go.opentelemetry.io/collector/service/telemetry"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
	"go.opentelemetry.io/contrib/otelconf/v0.3.0"
	otelprom "go.opentelemetry.io/otel/exporters/prometheus"
	"go.opentelemetry.io/otel/metric/noop"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
)

// telemetrySet is the collector's own telemetry, in Prometheus' form: its series
// otelcol_*, which the library makes, and ours.
//
// supersonic_collector_spans_total{fate,reason} is derived from the library's:
//
//	received                      otelcol_receiver_{accepted,refused,failed}_spans
//	refused  receiver             otelcol_receiver_refused_spans (a later stage refused; the sender was told)
//	refused  receiver_failed      otelcol_receiver_failed_spans
//	kept     ID of the exporter   otelcol_exporter_sent_spans (each exporter keeps its own copy)
//	lost     ID of the exporter   otelcol_exporter_{send_failed,enqueue_failed}_spans
//	refused, lost  weight         our processor, when what follows it refuses
type telemetrySet struct {
	library     *prometheus.Registry
	ours        *prometheus.Registry
	reader      sdkmetric.Reader
	weight      *weightMetrics
	userReaders bool
}

func newTelemetry(userReaders bool) (*telemetrySet, error) {
	t := &telemetrySet{library: prometheus.NewRegistry(), ours: prometheus.NewRegistry(), userReaders: userReaders}
	var err error
	t.reader, err = otelprom.New(
		otelprom.WithRegisterer(t.library),
		otelprom.WithoutScopeInfo(),
		otelprom.WithTranslationStrategy(otlptranslator.UnderscoreEscapingWithoutSuffixes),
	)
	if err != nil {
		return nil, fmt.Errorf("collector's own metrics: %w", err)
	}
	t.weight = newWeightMetrics(t.ours)
	return t, nil
}

// factory is the collector's own telemetry factory, but that metrics go to our
// registry, and to port 8888 not at all.
func (t *telemetrySet) factory() telemetry.Factory {
	base := otelconftelemetry.NewFactory()
	return telemetry.NewFactory(base.CreateDefaultConfig,
		telemetry.WithCreateResource(base.CreateResource),
		telemetry.WithCreateLogger(base.CreateLogger),
		telemetry.WithCreateTracerProvider(base.CreateTracerProvider),
		telemetry.WithCreateMeterProvider(t.meterProvider),
	)
}

func (t *telemetrySet) meterProvider(ctx context.Context, set telemetry.MeterSettings, c component.Config) (telemetry.MeterProvider, error) {
	cfg := c.(*otelconftelemetry.Config).Metrics
	if cfg.Level == configtelemetry.LevelNone {
		return silentMeters{noop.NewMeterProvider()}, nil
	}
	meters := cfg.MeterProvider
	if !t.userReaders {
		meters.Readers = nil // the default: a listener on localhost:8888
	}
	if meters.Views == nil && set.DefaultViews != nil {
		meters.Views = set.DefaultViews(cfg.Level)
	}
	res := &otelconf.Resource{}
	for k, v := range set.Resource.Attributes().All() {
		res.Attributes = append(res.Attributes, otelconf.AttributeNameValue{Name: k, Value: v.AsString()})
	}
	sdk, err := otelconf.NewSDK(
		otelconf.WithContext(ctx),
		otelconf.WithMeterProviderOptions(sdkmetric.WithReader(t.reader)),
		otelconf.WithOpenTelemetryConfiguration(otelconf.OpenTelemetryConfiguration{Resource: res, MeterProvider: &meters}),
	)
	if err != nil {
		return nil, err
	}
	return sdk.MeterProvider().(telemetry.MeterProvider), nil
}

// silentMeters is service.telemetry.metrics.level: none.
type silentMeters struct{ noop.MeterProvider }

func (silentMeters) Shutdown(context.Context) error { return nil }

func (t *telemetrySet) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(prometheus.GathererFunc(t.gather), promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError,
	}))
	return mux
}

// gather is all series, with the spans by fate that the library's series tell.
func (t *telemetrySet) gather() ([]*dto.MetricFamily, error) {
	library, err := t.library.Gather()
	if err != nil {
		return nil, err
	}
	fates := prometheus.NewRegistry()
	if err := fates.Register(t.fates(library)); err != nil {
		return nil, err
	}
	done := prometheus.GathererFunc(func() ([]*dto.MetricFamily, error) { return library, nil })
	return prometheus.Gatherers{done, fates, t.ours}.Gather()
}

// fateOf says how a series of the library counts; by is the label whose value is
// the reason, "" for the reason itself.
var fateOf = map[string][]struct{ fate, reason, by string }{
	"otelcol_receiver_accepted_spans":       {{fate: "received"}},
	"otelcol_receiver_refused_spans":        {{fate: "received"}, {fate: "refused", reason: "receiver"}},
	"otelcol_receiver_failed_spans":         {{fate: "received"}, {fate: "refused", reason: "receiver_failed"}},
	"otelcol_exporter_sent_spans":           {{fate: "kept", by: "exporter"}},
	"otelcol_exporter_send_failed_spans":    {{fate: "lost", by: "exporter"}},
	"otelcol_exporter_enqueue_failed_spans": {{fate: "lost", by: "exporter"}},
}

func (t *telemetrySet) fates(library []*dto.MetricFamily) *prometheus.CounterVec {
	spans := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "supersonic_collector_spans_total",
		Help: "Spans by fate: received, kept (acknowledged by an exporter's peer; reason is the exporter), refused, lost.",
	}, []string{"fate", "reason"})
	spans.WithLabelValues("received", "")
	for _, family := range library {
		for _, m := range family.GetMetric() {
			for _, f := range fateOf[family.GetName()] {
				spans.WithLabelValues(f.fate, f.reason+label(m, f.by)).Add(m.GetCounter().GetValue())
			}
		}
	}
	spans.WithLabelValues("refused", "weight").Add(float64(t.weight.refused.Load()))
	spans.WithLabelValues("lost", "weight").Add(float64(t.weight.lost.Load()))
	return spans
}

func label(m *dto.Metric, name string) string {
	for _, l := range m.GetLabel() {
		if name != "" && l.GetName() == name {
			return l.GetValue()
		}
	}
	return ""
}
