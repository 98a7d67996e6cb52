package site

import "time"

// Prometheus is the section of the metrics store: what we use of the prometheus
// sub-chart (27.3.0), and the chart's own `external`.
type Prometheus struct {
	// Whether the metrics store runs.
	Enabled bool `yaml:"enabled"`
	// A Prometheus elsewhere, in place of ours.
	External ExternalPrometheus `yaml:"external"`
	// Replaces the sub-chart's name in the names of its services.
	NameOverride string `yaml:"nameOverride"`
	// The server.
	Server PrometheusServer `yaml:"server"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// ExternalPrometheus is a Prometheus that somebody else runs.
type ExternalPrometheus struct {
	// Whether it is used. Our own then stays off.
	Enabled bool `yaml:"enabled"`
	// Its host.
	URL string `yaml:"url"`
	// Its port.
	Port int `yaml:"port"`
	// http or https.
	Scheme string `yaml:"scheme"`
}

// PrometheusServer is the metrics store itself.
type PrometheusServer struct {
	// The last part of its service's name.
	Name string `yaml:"name"`
	// Its service's name in full.
	FullnameOverride string `yaml:"fullnameOverride"`
	// How long samples are kept.
	Retention time.Duration `yaml:"retention"`
	// How many bytes of blocks are kept. Only retention limits them here.
	RetentionSize string `yaml:"retentionSize" site:"unused"`
	// Intervals.
	Global PrometheusGlobal `yaml:"global"`
	// The port.
	Service PrometheusService `yaml:"service"`
	// Flags of Prometheus without their dashes. Used: web.listen-address.
	ExtraFlags []string `yaml:"extraFlags"`
	// Other stores that every sample is sent to, in Prometheus's own form. The
	// collector can write to several.
	RemoteWrite []any `yaml:"remoteWrite" site:"unused"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// PrometheusGlobal holds the intervals of the metrics store.
type PrometheusGlobal struct {
	// The time between two scrapes of a target.
	ScrapeInterval time.Duration `yaml:"scrape_interval"`
	// How long a scrape may take.
	ScrapeTimeout time.Duration `yaml:"scrape_timeout" site:"unused"`
	// The time between two evaluations of rules.
	EvaluationInterval time.Duration `yaml:"evaluation_interval"`
	// Labels of everything that is sent elsewhere.
	ExternalLabels map[string]any `yaml:"external_labels"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// PrometheusService holds the port of the metrics store.
type PrometheusService struct {
	// The port of its API.
	ServicePort int `yaml:"servicePort"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// Grafana is the section of the page: what we use of the grafana sub-chart
// (8.9.0).
type Grafana struct {
	// Whether the page runs.
	Enabled bool `yaml:"enabled"`
	// Replaces the sub-chart's name in the name of its service.
	NameOverride string `yaml:"nameOverride"`
	// Its service's name in full.
	FullnameOverride string `yaml:"fullnameOverride"`
	// The administrator's name.
	AdminUser string `yaml:"adminUser"`
	// The administrator's password. Empty: nobody signs in by password.
	AdminPassword Secret `yaml:"adminPassword"`
	// The port.
	Service GrafanaService `yaml:"service"`
	// Where the page's data come from: files of data sources as Grafana provisions
	// them.
	Datasources map[string]DatasourceFile `yaml:"datasources"`
	// Folders of dashboards, as Grafana provisions them: options.path is read where it
	// is on this machine.
	DashboardProviders map[string]any `yaml:"dashboardProviders"`
	// Dashboards by provider and name: json, or file, relative to the file that says
	// it. One that would have to be fetched (url, gnetId) is not.
	Dashboards map[string]any `yaml:"dashboards"`
	// Dashboards in ConfigMaps, by provider. On one machine local.dashboards names
	// files.
	DashboardsConfigMaps map[string]any `yaml:"dashboardsConfigMaps"`
	// Grafana's own settings by section. Used: server.root_url, server.http_addr,
	// server.http_port and dashboards.default_home_dashboard_path; who may look, of the
	// sections auth, auth.anonymous, auth.basic, auth.generic_oauth and security
	// (docs/guide/access.md).
	INI map[string]any `yaml:"grafana.ini"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// GrafanaService holds the port of the page.
type GrafanaService struct {
	// The port that browsers use.
	Port int `yaml:"port"`
	// The port of the container.
	TargetPort int `yaml:"targetPort"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// DatasourceFile is one file of data sources.
type DatasourceFile struct {
	// The version of the format, 1.
	APIVersion int `yaml:"apiVersion"`
	// The data sources.
	Datasources []Datasource `yaml:"datasources"`
	// Keys that are not used.
	Rest map[string]any `yaml:",rest"`
}

// Datasource is one source of the page's data.
type Datasource struct {
	// The name it is chosen by.
	Name string `yaml:"name"`
	// prometheus or tempo; others are kept and not shown.
	Type string `yaml:"type"`
	// The id that dashboards refer to. Empty: the name.
	UID string `yaml:"uid"`
	// Where it is, for example http://supersonic-tempo:3100.
	URL string `yaml:"url"`
	// proxy: the server asks. direct is treated alike.
	Access string `yaml:"access"`
	// Whether it is used where none is named.
	IsDefault bool `yaml:"isDefault"`
	// Whether it wants a user and password.
	BasicAuth bool `yaml:"basicAuth"`
	// That user.
	BasicAuthUser string `yaml:"basicAuthUser"`
	// Settings of the type: timeInterval, tlsSkipVerify, httpMethod, httpHeaderName1
	// and so on, serviceMap.datasourceUid, nodeGraph.enabled. Others are listed by check.
	JSONData map[string]any `yaml:"jsonData"`
	// Secrets of the type: basicAuthPassword, httpHeaderValue1 and so on. Never logged.
	SecureJSONData Secrets `yaml:"secureJsonData"`
	// Keys that are not used.
	Rest map[string]any `yaml:",rest"`
}

// Tempo is the section of the trace store: what we use of the tempo sub-chart
// (1.18.2).
type Tempo struct {
	// Whether the trace store runs.
	Enabled bool `yaml:"enabled"`
	// Replaces the sub-chart's name in the name of its service.
	NameOverride string `yaml:"nameOverride"`
	// Its service's name in full.
	FullnameOverride string `yaml:"fullnameOverride"`
	// The store itself.
	Tempo TempoServer `yaml:"tempo"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// TempoServer is the trace store itself.
type TempoServer struct {
	// Series from spans.
	MetricsGenerator MetricsGenerator `yaml:"metricsGenerator"`
	// How long traces are kept.
	Retention time.Duration `yaml:"retention"`
	// Limits and switches.
	Overrides TempoOverrides `yaml:"overrides"`
	// Where spans come in. Receivers other than otlp belong to the collector.
	Receivers TempoReceivers `yaml:"receivers" site:"nullable"`
	// The HTTP API.
	Server TempoHTTP `yaml:"server"`
	// Whether the header X-Scope-OrgID parts tenants, each with a directory of its own;
	// then every export and every query has to name one. The page and our own
	// collector name none unless their configuration does.
	MultitenancyEnabled bool `yaml:"multitenancyEnabled"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// TempoReceivers says where spans come in.
type TempoReceivers struct {
	// OTLP.
	OTLP OTLPReceiver `yaml:"otlp" site:"nullable"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// OTLPReceiver is OTLP by gRPC and HTTP.
type OTLPReceiver struct {
	// The two protocols.
	Protocols OTLPProtocols `yaml:"protocols" site:"nullable"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// OTLPProtocols are the two ways of OTLP; null switches one off.
type OTLPProtocols struct {
	// gRPC.
	GRPC Endpoint `yaml:"grpc" site:"nullable"`
	// HTTP with protobuf or JSON.
	HTTP Endpoint `yaml:"http" site:"nullable"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// Endpoint is an address to listen on.
type Endpoint struct {
	// host:port. Where the collector has the same port on this machine, the trace
	// store takes another: the collector's is the public one.
	Endpoint string `yaml:"endpoint"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// TempoHTTP is the address of the trace store's API.
type TempoHTTP struct {
	// The host it binds. Left out: local.listen.
	HTTPListenAddress string `yaml:"http_listen_address"`
	// The port it binds.
	HTTPListenPort int `yaml:"http_listen_port"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}

// Collector is the section of the OpenTelemetry Collector: what we use of its
// sub-chart (0.115.0).
type Collector struct {
	// Whether the collector runs.
	Enabled bool `yaml:"enabled"`
	// Replaces the sub-chart's name in the name of its service.
	NameOverride string `yaml:"nameOverride"`
	// Its service's name in full.
	FullnameOverride string `yaml:"fullnameOverride"`
	// The collector's own configuration, laid over the chart's. Names of the
	// release in it mean this site's addresses.
	// processors.supersonic_weight.enabled: false turns our own processor off.
	Config map[string]any `yaml:"config"`
	// A configuration that replaces config whole.
	AlternateConfig map[string]any `yaml:"alternateConfig"`
	// Keys of the sub-chart that are not used.
	Rest map[string]any `yaml:",rest"`
}
