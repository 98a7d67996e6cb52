package site

// Shorthands that keep the table below readable.
type (
	dict = map[string]any
	list = []any
)

// defaultCollectorConfig is the collector's configuration as the chart has it,
// laid over that of its sub-chart. Receivers that no pipeline names do not run.
func defaultCollectorConfig() map[string]any {
	return dict{
		"receivers":  defaultReceivers(),
		"processors": defaultProcessors(),
		"connectors": dict{"spanmetrics": defaultSpanmetrics()},
		"exporters": dict{
			"debug": dict{},
			"otlp": dict{
				"endpoint": "http://supersonic-tempo:4317",
				"tls":      dict{"insecure": true},
			},
			"otlphttp": dict{
				"endpoint": "http://supersonic-tempo:4318",
				"tls":      dict{"insecure": true},
			},
			"prometheusremotewrite": dict{
				"endpoint":    "http://supersonic-prometheus-server:9090/api/v1/write",
				"target_info": dict{"enabled": true},
			},
		},
		"extensions": dict{"health_check": dict{"endpoint": "${env:MY_POD_IP}:13133"}},
		"service": dict{
			"telemetry":  dict{"metrics": dict{"address": "${env:MY_POD_IP}:8888"}},
			"extensions": list{"health_check"},
			"pipelines": dict{
				"logs": dict{
					"receivers": list{"otlp"}, "processors": list{"memory_limiter", "batch"}, "exporters": list{"debug"},
				},
				"metrics": dict{
					"receivers": list{"spanmetrics"}, "processors": list{"batch"}, "exporters": list{"prometheusremotewrite"},
				},
				"traces": dict{
					"receivers": list{"otlp"}, "processors": list{"transform"}, "exporters": list{"otlp", "spanmetrics"},
				},
			},
		},
	}
}

func defaultReceivers() map[string]any {
	return dict{
		"jaeger": dict{"protocols": dict{
			"grpc":           dict{"endpoint": "${env:MY_POD_IP}:14250"},
			"thrift_http":    dict{"endpoint": "${env:MY_POD_IP}:14268"},
			"thrift_compact": dict{"endpoint": "${env:MY_POD_IP}:6831"},
		}},
		"otlp": dict{"protocols": dict{
			"grpc": dict{"endpoint": "0.0.0.0:4317"},
			"http": dict{"endpoint": "0.0.0.0:4318"},
		}},
		"prometheus": dict{"config": dict{"scrape_configs": list{dict{
			"job_name":        "opentelemetry-collector",
			"scrape_interval": "10s",
			"static_configs":  list{dict{"targets": list{"${env:MY_POD_IP}:8888"}}},
		}}}},
		"zipkin": dict{"endpoint": "${env:MY_POD_IP}:9411"},
	}
}

func defaultProcessors() map[string]any {
	return dict{
		"batch": dict{},
		"memory_limiter": dict{
			"check_interval": "5s", "limit_percentage": 80, "spike_limit_percentage": 25,
		},
		"transform": dict{"trace_statements": list{
			dict{
				"context":    "resource",
				"conditions": list{`attributes["pod_name"] != nil`},
				"statements": list{`replace_match(attributes["service.name"], "triton-inference-server", attributes["pod_name"])`},
			},
			dict{
				"context":    "span",
				"conditions": list{`name == "ingress"`},
				"statements": list{`set(kind, 3)`, `set(kind.string, "Client")`},
			},
			dict{
				"context":    "span",
				"conditions": list{`name != "ingress"`},
				"statements": list{`set(kind, 2)`, `set(kind.string, "Server")`},
			},
		}},
	}
}

func defaultSpanmetrics() map[string]any {
	return dict{
		"histogram": dict{"explicit": dict{"buckets": list{"100us", "1ms", "2ms", "6ms", "10ms", "100ms", "250ms"}}},
		"dimensions": list{
			dict{"name": "http.method", "default": "GET"},
			dict{"name": "http.status_code"},
		},
		"exemplars":               dict{"enabled": true},
		"exclude_dimensions":      list{"status.code"},
		"dimensions_cache_size":   1000,
		"aggregation_temporality": "AGGREGATION_TEMPORALITY_CUMULATIVE",
		"metrics_flush_interval":  "15s",
		"metrics_expiration":      "5m",
		"events": dict{
			"enabled":    true,
			"dimensions": list{dict{"name": "exception.type"}, dict{"name": "exception.message"}},
		},
		"resource_metrics_key_attributes": list{"service.name", "telemetry.sdk.language", "telemetry.sdk.name"},
	}
}
