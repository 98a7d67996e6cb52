package site

import "time"

// Kept is a value that is read and kept, and means nothing outside Kubernetes.
type Kept any

// Strings is one string or a list of them.
type Strings []string

// Values is values.yaml. The comments of these fields are the reference in
// docs/reference/values.md.
type Values struct {
	// The name of this instance, used in the names of pods. Empty: the release's
	// name.
	NameOverride string `yaml:"nameOverride"`
	// The load metric, a PromQL expression, read by the autoscaler and by the
	// gateway's load-based limiter. Empty: milliseconds in the queue per execution.
	ServerLoadMetric string `yaml:"serverLoadMetric"`
	// The load above which servers are added and new clients are refused, in the
	// unit of the metric.
	ServerLoadThreshold float64 `yaml:"serverLoadThreshold"`
	// Helm's own section for values that all charts share.
	Global map[string]any `yaml:"global" site:"unused"`
	// The inference servers.
	Triton Triton `yaml:"triton"`
	// The gateway, in Envoy's place.
	Envoy Envoy `yaml:"envoy"`
	// Autoscaling of the servers on Kubernetes.
	Keda Keda `yaml:"keda" site:"kubernetes"`
	// The metrics store. Its sub-chart's other keys are kept and not used.
	Prometheus Prometheus `yaml:"prometheus"`
	// The page. Its sub-chart's other keys are kept and not used.
	Grafana Grafana `yaml:"grafana"`
	// The trace store. Its sub-chart's other keys are kept and not used.
	Tempo Tempo `yaml:"tempo"`
	// The OpenTelemetry Collector. Its sub-chart's other keys are kept and not used.
	Collector Collector `yaml:"opentelemetry-collector"`
	// GPU metrics of the whole site in the form of a single server's, for clients
	// such as perf_analyzer.
	MetricsCollector MetricsCollector `yaml:"metricsCollector"`
	// What one machine needs and Kubernetes does not.
	Local Local `yaml:"local"`
}

// Port is one named port of a service.
type Port struct {
	// What the port is for.
	Name string `yaml:"name"`
	// The port that clients use, 0 to 65535; 0 lets the kernel choose.
	Port int `yaml:"port"`
	// The port of the container on Kubernetes, a number or a name. Left out: port.
	TargetPort any `yaml:"targetPort"`
	// TCP or UDP.
	Protocol string `yaml:"protocol"`
	// The port of the node on Kubernetes.
	NodePort Kept `yaml:"nodePort"`
	// The protocol that Kubernetes announces.
	AppProtocol Kept `yaml:"appProtocol"`
}

// Triton describes the inference servers.
type Triton struct {
	// Whether there are servers. Our key: the chart always has them.
	Enabled bool `yaml:"enabled"`
	// How many servers there are; each is a pod.
	Replicas int `yaml:"replicas"`
	// The container image.
	Image Kept `yaml:"image"`
	// The program that starts a server.
	Command []string `yaml:"command"`
	// Its arguments, usually one script for the shell. Ports, the collector's
	// address and the trace rate are changed in the final argument list of
	// tritonserver.
	Args []string `yaml:"args"`
	// CPU, memory and GPUs of a pod.
	Resources Kept `yaml:"resources"`
	// Annotations of the pods.
	Annotations Kept `yaml:"annotations"`
	// Labels of the nodes that may run the pods.
	NodeSelector Kept `yaml:"nodeSelector"`
	// Taints that the pods tolerate.
	Tolerations Kept `yaml:"tolerations"`
	// Affinity rules of the pods.
	Affinity Kept `yaml:"affinity"`
	// The volume that holds the models.
	ModelRepository Kept `yaml:"modelRepository"`
	// The servers' ports.
	Service TritonService `yaml:"service"`
	// How readiness is asked for on Kubernetes.
	ReadinessProbe Kept `yaml:"readinessProbe"`
	// How a start is watched on Kubernetes.
	StartupProbe Kept `yaml:"startupProbe"`
}

// TritonService holds the ports of the servers.
type TritonService struct {
	// Labels of the service.
	Labels Kept `yaml:"labels"`
	// Annotations of the service.
	Annotations Kept `yaml:"annotations"`
	// The named ports http, grpc and metrics. A list replaces the default list
	// whole. Under up the servers have loopback ports of their own choice.
	Ports []Port `yaml:"ports"`
}

// Envoy describes the gateway.
type Envoy struct {
	// Whether there is a gateway.
	Enabled bool `yaml:"enabled"`
	// How many gateways there are; each is a pod.
	Replicas int `yaml:"replicas"`
	// The container image.
	Image Kept `yaml:"image"`
	// Envoy's own arguments.
	Args Kept `yaml:"args"`
	// An Envoy configuration from elsewhere, instead of the generated one.
	ExternalConfig ExternalConfig `yaml:"external_config"`
	// CPU and memory of a pod.
	Resources Kept `yaml:"resources"`
	// Annotations of the pods.
	Annotations Kept `yaml:"annotations"`
	// Labels of the nodes that may run the pods.
	NodeSelector Kept `yaml:"nodeSelector"`
	// Taints that the pods tolerate.
	Tolerations Kept `yaml:"tolerations"`
	// Affinity rules of the pods.
	Affinity Kept `yaml:"affinity"`
	// The gateway's ports.
	Service EnvoyService `yaml:"service"`
	// The way in from outside the cluster.
	Ingress Kept `yaml:"ingress"`
	// How long a call may take in all; 0s: as long as it likes.
	GRPCRouteTimeout time.Duration `yaml:"grpc_route_timeout"`
	// Limits on what is let in.
	RateLimiter RateLimiter `yaml:"rate_limiter"`
	// How a server is chosen: ROUND_ROBIN, LEAST_REQUEST, RING_HASH, RANDOM or
	// MAGLEV.
	LoadBalancerPolicy string `yaml:"loadBalancerPolicy"`
	// Who may call. The gateway does not check tokens and refuses to start if asked
	// to; the keys below are read and kept.
	Auth Auth `yaml:"auth"`
	// The share of requests that are traced when the caller did not decide, 0 to 1.
	// It is the only rate: that of the servers follows from it.
	TracingSamplingRate float64 `yaml:"tracing_sampling_rate"`
	// Whether the gateway keeps its span of every request that failed, whatever
	// the rate. Our key.
	TracingKeepFailed bool `yaml:"tracing_keep_failed"`
	// The gateway keeps its span of every request that took at least this long,
	// whatever the rate; 0s: none for this reason. Our key.
	TracingKeepSlowerThan time.Duration `yaml:"tracing_keep_slower_than"`
}

// ExternalConfig names an Envoy configuration in a ConfigMap.
type ExternalConfig struct {
	// Whether Envoy's configuration comes from a ConfigMap. Our gateway refuses it:
	// it does not read Envoy's format.
	LoadFromConfigMap bool `yaml:"load_from_configmap"`
	// The name of the ConfigMap.
	ConfigMapName string `yaml:"configmap_name"`
	// The key in it.
	ConfigMapKey string `yaml:"configmap_key"`
}

// EnvoyService holds the ports of the gateway.
type EnvoyService struct {
	// How Kubernetes shows the gateway: ClusterIP, NodePort or LoadBalancer.
	Type Kept `yaml:"type"`
	// Labels of the service.
	Labels Kept `yaml:"labels"`
	// Annotations of the service.
	Annotations Kept `yaml:"annotations"`
	// The named ports grpc (clients) and admin (counters). A list replaces the
	// default list whole.
	Ports []Port `yaml:"ports"`
}

// RateLimiter limits what the gateway lets in.
type RateLimiter struct {
	// A token bucket on new connections.
	ListenerLevel ListenerLimit `yaml:"listener_level"`
	// Refusal of new clients by the servers' load.
	PrometheusBased LoadLimit `yaml:"prometheus_based"`
}

// ListenerLimit is a token bucket: each new connection takes a token.
type ListenerLimit struct {
	// Whether new connections are limited.
	Enabled bool `yaml:"enabled"`
	// Tokens in a full bucket.
	MaxTokens int `yaml:"max_tokens"`
	// Tokens added each time.
	TokensPerFill int `yaml:"tokens_per_fill"`
	// The time between two fills.
	FillInterval time.Duration `yaml:"fill_interval"`
}

// LoadLimit refuses RepositoryIndex, the call with which a client joins, while
// serverLoadMetric is above serverLoadThreshold.
type LoadLimit struct {
	// Whether RepositoryIndex, the call with which a client joins, is refused while
	// serverLoadMetric is above serverLoadThreshold.
	Enabled bool `yaml:"enabled"`
	// The chart's Lua script; our gateway has the rule built in.
	LuaConfig string `yaml:"luaConfig" site:"unused"`
}

// Auth asks callers for a JSON Web Token.
type Auth struct {
	// Whether calls need a token.
	Enabled bool `yaml:"enabled"`
	// Who must have issued it.
	JWTIssuer string `yaml:"jwt_issuer"`
	// Where the issuer's keys are.
	JWTRemoteJWKSURI string `yaml:"jwt_remote_jwks_uri"`
	// Audiences that are accepted.
	Audiences []string `yaml:"audiences"`
	// The host of the issuer's keys.
	URL string `yaml:"url"`
	// Its port.
	Port int `yaml:"port"`
}

// Keda scales the servers on Kubernetes.
type Keda struct {
	// Whether the number of servers follows the load.
	Enabled bool `yaml:"enabled"`
	// The smallest number of servers.
	MinReplicaCount int `yaml:"minReplicaCount"`
	// The largest number of servers.
	MaxReplicaCount int `yaml:"maxReplicaCount"`
	// Whether an idle site runs no server at all.
	ZeroIdleReplicas bool `yaml:"zeroIdleReplicas"`
	// How servers are added.
	ScaleUp Scale `yaml:"scaleUp"`
	// How servers are taken away.
	ScaleDown Scale `yaml:"scaleDown"`
}

// Scale is the pace of scaling in one direction.
type Scale struct {
	// How long the load must stay before anything happens, in seconds.
	StabilizationWindowSeconds int `yaml:"stabilizationWindowSeconds"`
	// The time between two steps, in seconds.
	PeriodSeconds int `yaml:"periodSeconds"`
	// Servers in a step.
	Stepsize int `yaml:"stepsize"`
}

// MetricsCollector serves GPU metrics of the whole site.
type MetricsCollector struct {
	// Whether it runs.
	Enabled bool `yaml:"enabled"`
	// The host it binds. Not in a user's file: local.listen, all interfaces in a pod.
	Host string `yaml:"host"`
	// The port it binds.
	Port int `yaml:"port"`
	// The container image.
	Image Kept `yaml:"image"`
	// CPU and memory of the pod.
	Resources Kept `yaml:"resources"`
	// Annotations of the pod.
	Annotations Kept `yaml:"annotations"`
	// Labels of the nodes that may run the pod.
	NodeSelector Kept `yaml:"nodeSelector"`
	// Taints that the pod tolerates.
	Tolerations Kept `yaml:"tolerations"`
	// Affinity rules of the pod.
	Affinity Kept `yaml:"affinity"`
	// The service on Kubernetes.
	Service Kept `yaml:"service"`
	// The way in from outside the cluster.
	Ingress Kept `yaml:"ingress"`
}

// Local is what one machine needs. Relative paths are relative to the file that
// says them.
type Local struct {
	// The host that listeners bind: an address of this machine, or 0.0.0.0 for all.
	// A pod binds all unless this is set.
	Listen string `yaml:"listen"`
	// The inference servers of this machine.
	Triton LocalTriton `yaml:"triton"`
	// Limits of the trace store, beside tempo.tempo.retention.
	Traces LocalTraces `yaml:"traces"`
	// Dashboards of the page in Grafana's JSON, one or a list: files, or folders whose
	// .json files are read. They are read again when they change. A file named
	// default.json, or with-server-map.json where collector and trace store are on,
	// becomes the home dashboard.
	Dashboards Strings `yaml:"dashboards" site:"path"`
}

// LocalTraces bounds what the trace store takes and keeps. What a limit cuts is
// marked on the span, in the attribute supersonic.mark, and counted.
type LocalTraces struct {
	// The most bytes on disk, everything in the directory counted, of each tenant if there
	// are several: the oldest blocks go first. 0: as much as the retention needs.
	RetentionSize Size `yaml:"retentionSize"`
	// The most spans of one trace. Those beyond are refused, with the reason.
	MaxTraceSpans int `yaml:"maxTraceSpans"`
	// The longest value of an attribute; the rest of it is cut.
	MaxAttributeSize Size `yaml:"maxAttributeSize"`
	// The most attributes of a span, of an event, or of a link.
	MaxAttributes int `yaml:"maxAttributes"`
	// The most events of a span.
	MaxEvents int `yaml:"maxEvents"`
	// The most links of a span.
	MaxLinks int `yaml:"maxLinks"`
	// The largest span as OTLP protobuf. One above it loses its events, links and attributes.
	MaxSpanSize Size `yaml:"maxSpanSize"`
	// The most memory of one query; one that needs more is refused. All together take at
	// most twice as much.
	MaxQuerySize Size `yaml:"maxQuerySize"`
	// Whether traces can be deleted over HTTP (`supersonic traces delete`). Who reaches
	// the port of the API can then delete.
	Deletion bool `yaml:"deletion"`
}

// LocalTriton says where Triton is on this machine.
type LocalTriton struct {
	// The tritonserver binary, used when the one that triton.args names does not
	// exist. Empty: the one that `make triton` installed.
	Server string `yaml:"server" site:"path"`
	// Triton's backends, for that binary.
	BackendDirectory string `yaml:"backendDirectory" site:"path"`
	// Directories of models, one or a list. They replace the repositories of
	// triton.args in full.
	ModelRepository Strings `yaml:"modelRepository" site:"path"`
}
