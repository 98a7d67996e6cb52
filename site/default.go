package site

import "time"

// Default is the chart's values.yaml (SuperSONIC 0.3.1) with two differences:
// every part is on, and the section `local` exists. Names that begin with
// `supersonic-` mean the release, whatever it is called.
func Default() Values {
	return Values{
		ServerLoadThreshold: 100,
		Triton:              defaultTriton(),
		Envoy:               defaultEnvoy(),
		Keda: Keda{
			MinReplicaCount: 1,
			MaxReplicaCount: 2,
			ScaleUp:         Scale{StabilizationWindowSeconds: 60, PeriodSeconds: 60, Stepsize: 1},
			ScaleDown:       Scale{StabilizationWindowSeconds: 600, PeriodSeconds: 120, Stepsize: 1},
		},
		Prometheus: Prometheus{
			Enabled:  true,
			External: ExternalPrometheus{Port: 443, Scheme: "https"},
			Server: PrometheusServer{
				Name:      "server",
				Retention: 15 * 24 * time.Hour,
				Global: PrometheusGlobal{
					ScrapeInterval:     5 * time.Second,
					ScrapeTimeout:      10 * time.Second,
					EvaluationInterval: 5 * time.Second,
				},
				Service:    PrometheusService{ServicePort: 9090},
				ExtraFlags: []string{"web.enable-remote-write-receiver"},
			},
		},
		Grafana:          defaultGrafana(),
		Tempo:            defaultTempo(),
		Collector:        Collector{Enabled: true, Config: defaultCollectorConfig()},
		MetricsCollector: MetricsCollector{Host: "0.0.0.0", Port: 8003},
		Local: Local{Listen: "127.0.0.1", Traces: LocalTraces{
			MaxTraceSpans: 100_000, MaxAttributeSize: 64 << 10, MaxAttributes: 1024, MaxEvents: 16_384, MaxLinks: 4096,
			MaxSpanSize: 16 << 20, MaxQuerySize: 512 << 20,
		}},
	}
}

func defaultTriton() Triton {
	return Triton{
		Enabled:  true,
		Replicas: 1,
		Command:  []string{"/bin/sh", "-c"},
		Args: []string{`/opt/tritonserver/bin/tritonserver \
--model-repository=/tmp/ \
--log-verbose=0 \
--exit-timeout-secs=60
`},
		Service: TritonService{Ports: []Port{
			{Name: "http", Port: 8000, TargetPort: 8000, Protocol: "TCP"},
			{Name: "grpc", Port: 8001, TargetPort: 8001, Protocol: "TCP"},
			{Name: "metrics", Port: 8002, TargetPort: 8002, Protocol: "TCP"},
		}},
	}
}

func defaultEnvoy() Envoy {
	return Envoy{
		Enabled:  true,
		Replicas: 1,
		Service: EnvoyService{Ports: []Port{
			{Name: "grpc", Port: 8001, TargetPort: 8001},
			{Name: "admin", Port: 9901, TargetPort: 9901},
		}},
		RateLimiter: RateLimiter{
			ListenerLevel:   ListenerLimit{MaxTokens: 5, TokensPerFill: 1, FillInterval: 12 * time.Second},
			PrometheusBased: LoadLimit{LuaConfig: "cfg/envoy-filter.lua"},
		},
		LoadBalancerPolicy:    "LEAST_REQUEST",
		Auth:                  Auth{Port: 443},
		TracingSamplingRate:   0.01,
		TracingKeepFailed:     true,
		TracingKeepSlowerThan: 5 * time.Second,
	}
}

func defaultGrafana() Grafana {
	return Grafana{
		Enabled:       true,
		AdminUser:     "admin",
		AdminPassword: "admin",
		Service:       GrafanaService{Port: 3000, TargetPort: 3000},
		Datasources: map[string]DatasourceFile{"datasources.yaml": {
			APIVersion: 1,
			Datasources: []Datasource{
				{
					Name: "prometheus", Type: "prometheus", Access: "proxy", IsDefault: true,
					URL:      "http://supersonic-prometheus-server:9090",
					JSONData: map[string]any{"timeInterval": "5s", "tlsSkipVerify": true},
				},
				{
					Name: "tempo", Type: "tempo", Access: "proxy",
					URL: "http://supersonic-tempo:3100",
					JSONData: map[string]any{
						"timeInterval": "5s", "tlsSkipVerify": true,
						"serviceMap": map[string]any{"datasourceUid": "prometheus"},
						"nodeGraph":  map[string]any{"enabled": true},
					},
				},
			},
		}},
		DashboardProviders: map[string]any{"dashboardproviders.yaml": map[string]any{
			"apiVersion": 1,
			"providers": []any{map[string]any{
				"name": "default", "orgId": 1, "folder": "", "type": "file",
				"disableDeletion": false, "editable": true,
				"options": map[string]any{"path": "/var/lib/grafana/dashboards/default"},
			}},
		}},
		DashboardsConfigMaps: map[string]any{"default": "supersonic-grafana-default-dashboard"},
		INI: map[string]any{
			"auth":           map[string]any{"disable_login_form": true},
			"auth.anonymous": map[string]any{"enabled": true, "org_role": "Admin"},
			"dashboards": map[string]any{
				"default_home_dashboard_path": "/var/lib/grafana/dashboards/default/default.json",
			},
			"server": map[string]any{"root_url": ""},
		},
	}
}

func defaultTempo() Tempo {
	return Tempo{
		Enabled: true,
		Tempo: TempoServer{
			MetricsGenerator: MetricsGenerator{
				Enabled:        true,
				RemoteWriteURL: "http://supersonic-prometheus-server:9090/api/v1/write",
				Processor:      GeneratorProcessors{SpanMetrics: GeneratorSpanMetrics{EnableInstanceLabel: true}},
			},
			Retention: 24 * time.Hour,
			Overrides: TempoOverrides{Defaults: TempoDefaults{
				MetricsGeneratorProcessors: []string{"service-graphs", "span-metrics"},
				MetricsGenerator:           GeneratorOverrides{Processor: GeneratorProcessors{SpanMetrics: GeneratorSpanMetrics{EnableInstanceLabel: true}}},
			}},
			Receivers: TempoReceivers{OTLP: OTLPReceiver{Protocols: OTLPProtocols{
				GRPC: Endpoint{Endpoint: "0.0.0.0:4317"},
				HTTP: Endpoint{Endpoint: "0.0.0.0:4318"},
			}}},
			Server: TempoHTTP{HTTPListenPort: 3100},
		},
	}
}
