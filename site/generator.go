package site

import "time"

// MetricsGenerator makes the service graph and span metrics. Beside the
// sub-chart's two keys it takes those of Tempo's own metrics_generator; what
// tempo.tempo.overrides says of the same goes before them.
type MetricsGenerator struct {
	// Whether series are made.
	Enabled bool `yaml:"enabled"`
	// Where they go, by Prometheus's remote write; http://user:password@host/... logs in.
	RemoteWriteURL string `yaml:"remoteWriteUrl"`
	// How each kind of series is made.
	Processor GeneratorProcessors `yaml:"processor"`
	// How series are kept and pushed.
	Registry GeneratorRegistry `yaml:"registry"`
	// How far a span's end may be from now; others make no series and are counted.
	// 0s: 1h. Tempo's is 30s, which leaves out what a collector kept while its peer was away.
	MetricsIngestionTimeRangeSlack time.Duration `yaml:"metrics_ingestion_time_range_slack"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// GeneratorProcessors are the kinds of series.
type GeneratorProcessors struct {
	// traces_service_graph_*.
	ServiceGraphs GeneratorServiceGraphs `yaml:"service_graphs"`
	// traces_spanmetrics_*.
	SpanMetrics GeneratorSpanMetrics `yaml:"span_metrics"`
	// traces_host_info.
	HostInfo GeneratorHostInfo `yaml:"host_info"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// GeneratorServiceGraphs says how edges are made.
type GeneratorServiceGraphs struct {
	// How long a span waits for its peer. 0s: 10s.
	Wait time.Duration `yaml:"wait"`
	// How many of each kind wait; past it those that waited longest go, counted. 0: 250000.
	MaxItems int `yaml:"max_items"`
	// Upper ends of the histograms' buckets, seconds. Empty: 0.1 to 12.8, each twice the last.
	HistogramBuckets []float64 `yaml:"histogram_buckets"`
	// Attributes of spans or resources that become labels.
	Dimensions []string `yaml:"dimensions"`
	// Whether there are two labels of each dimension, client_ and server_.
	EnableClientServerPrefix bool `yaml:"enable_client_server_prefix"`
	// Whether traces_service_graph_request_messaging_system_seconds is made.
	EnableMessagingSystemLatencyHistogram bool `yaml:"enable_messaging_system_latency_histogram"`
	// Whether the label virtual_node says which side of an edge makes no spans.
	EnableVirtualNodeLabel bool `yaml:"enable_virtual_node_label"`
	// Attributes that name a called side which makes no spans. Empty: peer.service, db.name, db.system.
	PeerAttributes []string `yaml:"peer_attributes"`
	// Attributes that name a database. Empty: db.namespace, db.name, db.system.name, db.system.
	DatabaseNameAttributes []string `yaml:"database_name_attributes"`
	// An attribute with a span's sampling ratio, for spans whose tracestate has no th.
	SpanMultiplierKey string `yaml:"span_multiplier_key"`
	// Which spans make edges. Empty: all.
	FilterPolicies []FilterPolicy `yaml:"filter_policies"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// GeneratorSpanMetrics says how span metrics are made.
type GeneratorSpanMetrics struct {
	// Upper ends of the histogram's buckets, seconds. Empty: 0.002 to 16.384, each twice the last.
	HistogramBuckets []float64 `yaml:"histogram_buckets"`
	// Which of service, span_name, span_kind, status_code (true where left out) and
	// status_message (false) are labels.
	IntrinsicDimensions map[string]bool `yaml:"intrinsic_dimensions"`
	// Attributes of spans or resources that become labels.
	Dimensions []string `yaml:"dimensions"`
	// Labels made of several attributes.
	DimensionMappings []DimensionMapping `yaml:"dimension_mappings"`
	// Whether traces_target_info, and with it the labels job and instance, are made.
	EnableTargetInfo bool `yaml:"enable_target_info"`
	// Resource attributes that do not become labels of traces_target_info.
	TargetInfoExcludedDimensions []string `yaml:"target_info_excluded_dimensions"`
	// Whether service.instance.id becomes the label instance.
	EnableInstanceLabel bool `yaml:"enable_instance_label"`
	// An attribute with a span's sampling ratio, for spans whose tracestate has no th.
	SpanMultiplierKey string `yaml:"span_multiplier_key"`
	// Which spans count. Empty: all.
	FilterPolicies []FilterPolicy `yaml:"filter_policies"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// GeneratorHostInfo says what names a host.
type GeneratorHostInfo struct {
	// Resource attributes, the first there is. Empty: k8s.node.name, host.id.
	HostIdentifiers []string `yaml:"host_identifiers"`
	// The name of the series. Empty: traces_host_info.
	MetricName string `yaml:"metric_name"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// DimensionMapping makes a label of several attributes.
type DimensionMapping struct {
	// The label.
	Name string `yaml:"name"`
	// The attributes; those that a span lacks are passed over.
	SourceLabels []string `yaml:"source_labels"`
	// What stands between their values.
	Join string `yaml:"join"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// FilterPolicy says which spans count.
type FilterPolicy struct {
	// Of each policy with it all of these must match.
	Include PolicyMatch `yaml:"include" site:"nullable"`
	// A span counts that matches all of these, whatever include of other policies says. Without any include only such spans do.
	IncludeAny PolicyMatch `yaml:"include_any" site:"nullable"`
	// A span that matches all of these does not count, whatever else it matches.
	Exclude PolicyMatch `yaml:"exclude" site:"nullable"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// PolicyMatch is a list of attributes and their values.
type PolicyMatch struct {
	// strict: values are equal; regex: they are found by a regular expression.
	MatchType string `yaml:"match_type"`
	// The attributes.
	Attributes []MatchAttribute `yaml:"attributes"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// MatchAttribute is one condition.
type MatchAttribute struct {
	// name, kind, status, span.NAME or resource.NAME.
	Key string `yaml:"key"`
	// A text, number, true or false; for example SPAN_KIND_SERVER, STATUS_CODE_ERROR.
	Value any `yaml:"value"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// GeneratorRegistry says how series are kept and pushed.
type GeneratorRegistry struct {
	// How often series that do not change are pushed; those that do are each second. 0s: 15s.
	CollectionInterval time.Duration `yaml:"collection_interval"`
	// How long a series without change lives. 0s: 15m.
	StaleDuration time.Duration `yaml:"stale_duration"`
	// Labels of every series.
	ExternalLabels map[string]string `yaml:"external_labels"`
	// The longest value of a label, bytes; a longer one is cut. 0: 2048.
	MaxLabelValueLength int `yaml:"max_label_value_length"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}

// TempoOverrides holds the defaults of every tenant.
type TempoOverrides struct {
	// The defaults.
	Defaults TempoDefaults `yaml:"defaults"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// TempoDefaults says which series are made.
type TempoDefaults struct {
	// service-graphs, span-metrics and host-info, one or more; span-metrics-count,
	// span-metrics-latency and span-metrics-size make a part. local-blocks is accepted, and
	// there is nothing for it to do: metrics queries read all blocks.
	MetricsGeneratorProcessors []string `yaml:"metrics_generator_processors"`
	// The limit of series; past it they are counted as one, labelled metric_overflow. 0: 100000.
	MetricsGeneratorMaxActiveSeries int `yaml:"metrics_generator_max_active_series"`
	// Whether series are not pushed.
	MetricsGeneratorDisableCollection bool `yaml:"metrics_generator_disable_collection"`
	// Headers of each push: a tenant, a token. Never logged.
	MetricsGeneratorRemoteWriteHeaders Secrets `yaml:"metrics_generator_remote_write_headers"`
	// Dimensions of the service graph.
	MetricsGeneratorProcessorServiceGraphsDimensions []string `yaml:"metrics_generator_processor_service_graphs_dimensions"`
	// Dimensions of span metrics.
	MetricsGeneratorProcessorSpanMetricsDimensions []string `yaml:"metrics_generator_processor_span_metrics_dimensions"`
	// The same, and more, in the form of Tempo since 2.3.
	MetricsGenerator GeneratorOverrides `yaml:"metrics_generator"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// GeneratorOverrides are Tempo's overrides of its generator. What is left out is as
// tempo.tempo.metricsGenerator has it.
type GeneratorOverrides struct {
	// As metrics_generator_processors, which it goes before.
	Processors []string `yaml:"processors"`
	// The limit of series; past it they are counted as one, labelled metric_overflow. 0: 100000.
	MaxActiveSeries int `yaml:"max_active_series"`
	// As in registry.
	CollectionInterval time.Duration `yaml:"collection_interval"`
	// Whether series are not pushed.
	DisableCollection bool `yaml:"disable_collection"`
	// Headers of each push: a tenant, a token. Never logged.
	RemoteWriteHeaders Secrets `yaml:"remote_write_headers"`
	// The label of exemplars with the trace id. Empty: trace_id.
	TraceIDLabelName string `yaml:"trace_id_label_name"`
	// classic, native or both. Empty: classic.
	GenerateNativeHistograms string `yaml:"generate_native_histograms"`
	// As metrics_ingestion_time_range_slack.
	IngestionTimeRangeSlack time.Duration `yaml:"ingestion_time_range_slack"`
	// How each kind of series is made.
	Processor GeneratorProcessors `yaml:"processor"`
	// Keys of Tempo that are not used.
	Rest map[string]any `yaml:",rest"`
}
