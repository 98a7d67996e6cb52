package stack

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/site"
	"supersonic/traces/generator"
)

func (k *Stack) buildGenerator(registry *prometheus.Registry) error {
	v := k.site.Values.Tempo.Tempo
	if !v.MetricsGenerator.Enabled {
		return nil
	}
	url, absent := k.resolve(v.MetricsGenerator.RemoteWriteURL)
	if absent {
		k.log.Info("no series are made of spans: their store is off", "role", RoleTraces, "key", "tempo.tempo.metricsGenerator.remoteWriteUrl", "url", url)
		return nil
	}
	const key = "tempo.tempo.overrides.defaults."
	o := v.Overrides.Defaults
	if o.MetricsGeneratorDisableCollection || o.MetricsGenerator.DisableCollection {
		k.log.Info("no series are made of spans", "role", RoleTraces, "key", key+"metrics_generator.disable_collection")
		return nil
	}
	if processors := processorsOf(o); slices.Contains(processors, "local-blocks") {
		k.log.Info("the processor local-blocks is not needed: metrics queries read all blocks", "role", RoleTraces)
		if len(processors) == 1 {
			return nil
		}
	}
	cfg := generatorConfig(v)
	cfg.RemoteWriteURL = url
	cfg.QueueDir = filepath.Join(k.site.DataDir, "generator")
	g, err := generator.New(cfg, generator.Deps{Log: k.logOf(RoleTraces), Metrics: registry})
	if err != nil {
		return fmt.Errorf("tempo.tempo.metricsGenerator: %w", err)
	}
	k.generator = g
	return nil
}

// processorsOf are the processors of both forms of Tempo's overrides; the newer one
// goes before.
func processorsOf(o site.TempoDefaults) []string {
	return first(o.MetricsGenerator.Processors, o.MetricsGeneratorProcessors)
}

// generatorConfig is what a file says of the generator: an override, else the
// generator's own section, else nothing, which is the generator's default.
func generatorConfig(v site.TempoServer) generator.Config {
	s, d := v.MetricsGenerator, v.Overrides.Defaults
	o := d.MetricsGenerator
	processors := processorsOf(d)
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return slices.Contains(processors, n) })
	}
	spans := spansConfig(o.Processor.SpanMetrics, s.Processor.SpanMetrics, d)
	spans.NoCalls = !has("span-metrics", "span-metrics-count")
	spans.NoLatency = !has("span-metrics", "span-metrics-latency")
	spans.NoSize = !has("span-metrics", "span-metrics-size")
	headers := map[string]string{}
	for _, m := range []site.Secrets{d.MetricsGeneratorRemoteWriteHeaders, o.RemoteWriteHeaders} {
		for name, value := range m {
			headers[name] = fmt.Sprint(value)
		}
	}
	return generator.Config{
		ServiceGraphs: has("service-graphs"),
		SpanMetrics:   has("span-metrics", "span-metrics-count", "span-metrics-latency", "span-metrics-size"),
		HostInfo:      has("host-info"),
		Graph:         graphConfig(o.Processor.ServiceGraphs, s.Processor.ServiceGraphs, d),
		Spans:         spans,
		Hosts: generator.HostConfig{
			Identifiers: first(o.Processor.HostInfo.HostIdentifiers, s.Processor.HostInfo.HostIdentifiers),
			MetricName:  cmp.Or(o.Processor.HostInfo.MetricName, s.Processor.HostInfo.MetricName),
		},
		Headers:        headers,
		ExternalLabels: s.Registry.ExternalLabels,
		TraceLabel:     o.TraceIDLabelName,
		Histograms:     o.GenerateNativeHistograms,
		Heartbeat:      cmp.Or(o.CollectionInterval, s.Registry.CollectionInterval),
		StaleAfter:     s.Registry.StaleDuration,
		Wait:           cmp.Or(o.Processor.ServiceGraphs.Wait, s.Processor.ServiceGraphs.Wait),
		Slack:          cmp.Or(o.IngestionTimeRangeSlack, s.MetricsIngestionTimeRangeSlack),
		MaxPending:     cmp.Or(o.Processor.ServiceGraphs.MaxItems, s.Processor.ServiceGraphs.MaxItems),
		MaxSeries:      cmp.Or(o.MaxActiveSeries, d.MetricsGeneratorMaxActiveSeries),
		MaxLabelBytes:  s.Registry.MaxLabelValueLength,
	}
}

func graphConfig(o, s site.GeneratorServiceGraphs, d site.TempoDefaults) generator.GraphConfig {
	return generator.GraphConfig{
		Buckets:            first(o.HistogramBuckets, s.HistogramBuckets),
		Dimensions:         first(o.Dimensions, d.MetricsGeneratorProcessorServiceGraphsDimensions, s.Dimensions),
		ClientServerPrefix: o.EnableClientServerPrefix || s.EnableClientServerPrefix,
		MessagingLatency:   o.EnableMessagingSystemLatencyHistogram || s.EnableMessagingSystemLatencyHistogram,
		VirtualNodeLabel:   o.EnableVirtualNodeLabel || s.EnableVirtualNodeLabel,
		PeerAttributes:     first(o.PeerAttributes, s.PeerAttributes),
		DatabaseAttributes: first(o.DatabaseNameAttributes, s.DatabaseNameAttributes),
		Filters:            filterPolicies(first(o.FilterPolicies, s.FilterPolicies)),
		MultiplierKey:      cmp.Or(o.SpanMultiplierKey, s.SpanMultiplierKey),
	}
}

func spansConfig(o, s site.GeneratorSpanMetrics, d site.TempoDefaults) generator.SpanConfig {
	intrinsic := func(name string, otherwise bool) bool {
		for _, m := range []map[string]bool{o.IntrinsicDimensions, s.IntrinsicDimensions} {
			if v, ok := m[name]; ok {
				return v
			}
		}
		return otherwise
	}
	var mappings []generator.DimensionMapping
	for _, m := range first(o.DimensionMappings, s.DimensionMappings) {
		mappings = append(mappings, generator.DimensionMapping{Name: m.Name, Source: m.SourceLabels, Join: m.Join})
	}
	return generator.SpanConfig{
		Buckets:            first(o.HistogramBuckets, s.HistogramBuckets),
		Dimensions:         first(o.Dimensions, d.MetricsGeneratorProcessorSpanMetricsDimensions, s.Dimensions),
		Mappings:           mappings,
		NoService:          !intrinsic("service", true),
		NoSpanName:         !intrinsic("span_name", true),
		NoSpanKind:         !intrinsic("span_kind", true),
		NoStatusCode:       !intrinsic("status_code", true),
		StatusMessage:      intrinsic("status_message", false),
		TargetInfo:         o.EnableTargetInfo || s.EnableTargetInfo,
		TargetInfoExcluded: first(o.TargetInfoExcludedDimensions, s.TargetInfoExcludedDimensions),
		NoInstanceLabel:    !o.EnableInstanceLabel || !s.EnableInstanceLabel,
		Filters:            filterPolicies(first(o.FilterPolicies, s.FilterPolicies)),
		MultiplierKey:      cmp.Or(o.SpanMultiplierKey, s.SpanMultiplierKey),
	}
}

func filterPolicies(list []site.FilterPolicy) []generator.FilterPolicy {
	match := func(m site.PolicyMatch) *generator.PolicyMatch {
		if len(m.Attributes) == 0 {
			return nil
		}
		out := &generator.PolicyMatch{Regex: m.MatchType == "regex"}
		for _, a := range m.Attributes {
			out.Attributes = append(out.Attributes, generator.MatchAttribute{Key: a.Key, Value: a.Value})
		}
		return out
	}
	var out []generator.FilterPolicy
	for _, p := range list {
		out = append(out, generator.FilterPolicy{Include: match(p.Include), IncludeAny: match(p.IncludeAny), Exclude: match(p.Exclude)})
	}
	return out
}

// first is the first list that is not empty.
func first[T any](lists ...[]T) []T {
	for _, l := range lists {
		if len(l) > 0 {
			return l
		}
	}
	return nil
}
