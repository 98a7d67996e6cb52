package stack

import (
	"log/slog"
	"net"
	"path/filepath"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/internal/listen"
	"supersonic/site"
	"supersonic/traces"
	"supersonic/traces/otlp"
)

// TracesDir is the data directory of a site's trace store.
func TracesDir(s *site.Site) string { return filepath.Join(s.DataDir, "traces") }

// tracesConfig is what the file says about the trace store, without its listeners.
func tracesConfig(s *site.Site) traces.Config {
	tempo, own := s.Values.Tempo.Tempo, s.Values.Local.Traces
	return traces.Config{
		DataDir: TracesDir(s), MultiTenant: tempo.MultitenancyEnabled,
		Retention: tempo.Retention, RetentionBytes: int64(own.RetentionSize),
		Limits: otlp.Limits{
			SpanBytes: int(own.MaxSpanSize), ValueBytes: int(own.MaxAttributeSize),
			Attributes: own.MaxAttributes, Events: own.MaxEvents, Links: own.MaxLinks,
		},
		MaxTraceSpans: own.MaxTraceSpans, MaxQueryBytes: int64(own.MaxQuerySize), Deletion: own.Deletion,
	}
}

// TracesHeldBytes is the memory that the trace store cannot give back now.
func (k *Stack) TracesHeldBytes() int64 {
	if k.traces == nil {
		return 0
	}
	return k.traces.HeldBytes()
}

func (k *Stack) buildTraces() error {
	registry := prometheus.NewRegistry()
	if err := k.buildGenerator(registry); err != nil {
		return err
	}
	cfg := tracesConfig(k.site)
	cfg.HTTP = k.site.TempoHTTP()
	if a, ok := k.site.TempoOTLPGRPC(); ok {
		cfg.OTLPGRPC = a
	}
	if a, ok := k.site.TempoOTLPHTTP(); ok {
		cfg.OTLPHTTP = a
	}
	text, err := k.site.TraceStoreText()
	if err != nil {
		return err
	}
	deps := traces.Deps{Log: k.logOf(RoleTraces), Registry: registry, Effective: func() string { return text }}
	if k.generator != nil {
		deps.Sink = k.generator
	}
	store, err := traces.New(cfg, deps)
	if err != nil {
		return err
	}
	k.traces = store
	return nil
}

// OfflineTraces is a site's trace store for a command: on ports of the kernel's
// choice, without a generator, and whatever the file says about deletion, since who
// has the directory can delete anyway.
func OfflineTraces(s *site.Site, log *slog.Logger) (*traces.Store, error) {
	cfg := tracesConfig(s)
	local := listen.Address{Addr: "127.0.0.1:0", Key: "a command's own store"}
	cfg.HTTP, cfg.OTLPHTTP, cfg.Deletion = local, local, true
	return traces.New(cfg, traces.Deps{Log: log})
}

// TracesAddresses are where a running site's trace store is asked, and where it, or
// else the collector before it, takes OTLP over HTTP: "" if neither does.
func TracesAddresses(s *site.Site) (api, otlpHTTP string) {
	if a, ok := s.TempoOTLPHTTP(); ok {
		if _, port, err := net.SplitHostPort(a.Addr); err == nil && port != "0" {
			return reachable(s.TempoHTTP().Addr), reachable(a.Addr)
		}
	}
	config, _ := s.CollectorConfig(func(site.Part, string) (string, bool) { return "", false })
	endpoint, _ := dig(config, "receivers", "otlp", "protocols", "http", "endpoint").(string)
	return reachable(s.TempoHTTP().Addr), reachable(endpoint)
}

func dig(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// reachable is where one on this machine reaches a listener that binds all.
func reachable(addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return addr
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
