package collector

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/service"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// build information that components put into user agents and resources.
const collectorVersion = "0.158.0"

// loader turns the user's map into typed configurations.
type loader struct {
	conf        map[string]any
	env         map[string]string
	userReaders bool
	origin      origin

	known    map[string][]string                   // section: the types that this build has
	defaults func(string, string) component.Config // by section and type
}

// loaded is a valid configuration and the factories that it was read with.
type loaded struct {
	cfg       *otelcol.Config
	factories otelcol.Factories
}

func newLoader(cfg Config, metricsAddr string) (*loader, error) {
	o := origin{key: cfg.Key, line: cfg.Origin}
	if len(cfg.Config) == 0 {
		return nil, o.problem("", "empty configuration", "give it receivers, exporters and service.pipelines, or switch the collector off")
	}
	return &loader{
		conf:        adapt(cfg.Config, cfg.WeightProcessor, metricsAddr),
		env:         cfg.Env,
		userReaders: hasReaders(cfg.Config),
		origin:      o,
	}, nil
}

// load resolves ${...}, decodes and validates. chosen replaces values by their key
// ("receivers::otlp::protocols::grpc::endpoint").
func (l *loader) load(ctx context.Context, factories func() (otelcol.Factories, error), chosen map[string]any) (*loaded, error) {
	f, err := factories()
	if err != nil {
		return nil, err
	}
	if err := l.know(f); err != nil {
		return nil, err
	}
	provider, err := otelcol.NewConfigProvider(otelcol.ConfigProviderSettings{ResolverSettings: confmap.ResolverSettings{
		URIs:          []string{"site:config"},
		DefaultScheme: "env",
		ProviderFactories: []confmap.ProviderFactory{
			confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return siteProvider{l.conf} }),
			confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return envProvider{l.env} }),
			confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return fileProvider{} }),
			confmap.NewProviderFactory(func(confmap.ProviderSettings) confmap.Provider { return yamlProvider{} }),
		},
		ConverterFactories: []confmap.ConverterFactory{
			confmap.NewConverterFactory(func(confmap.ConverterSettings) confmap.Converter { return overrides(chosen) }),
		},
	}})
	if err != nil {
		return nil, err
	}
	cfg, err := provider.Get(ctx, f)
	if err != nil {
		return nil, l.explain(err)
	}
	defer provider.Shutdown(ctx)
	if err := confmap.Validate(cfg); err != nil {
		return nil, l.explain(err)
	}
	return &loaded{cfg, f}, nil
}

// assemble builds all components; nothing runs before Start.
func (c *Collector) assemble(ctx context.Context, l *loaded) (*service.Service, error) {
	snapshot := confmap.New()
	if err := snapshot.Marshal(l.cfg); err != nil {
		return nil, fmt.Errorf("marshal the configuration: %w", err)
	}
	return service.New(ctx, service.Settings{
		BuildInfo:           component.BuildInfo{Command: "supersonic-collector", Description: "OpenTelemetry Collector in supersonic", Version: collectorVersion},
		CollectorConf:       snapshot,
		ReceiversConfigs:    l.cfg.Receivers,
		ReceiversFactories:  l.factories.Receivers,
		ProcessorsConfigs:   l.cfg.Processors,
		ProcessorsFactories: l.factories.Processors,
		ExportersConfigs:    l.cfg.Exporters,
		ExportersFactories:  l.factories.Exporters,
		ConnectorsConfigs:   l.cfg.Connectors,
		ConnectorsFactories: l.factories.Connectors,
		ExtensionsConfigs:   l.cfg.Extensions,
		ExtensionsFactories: l.factories.Extensions,
		AsyncErrorChannel:   c.failures,
		BuildZapLogger: func(z zap.Config, _ ...zap.Option) (*zap.Logger, error) {
			return zap.New(newSlogCore(c.log.Handler(), z.Level), zap.WithFatalHook(zapcore.WriteThenPanic)), nil
		},
		TelemetryFactory: l.factories.Telemetry,
	}, l.cfg.Service)
}

// siteProvider gives the map that `stack` made.
type siteProvider struct{ conf map[string]any }

func (p siteProvider) Retrieve(context.Context, string, confmap.WatcherFunc) (*confmap.Retrieved, error) {
	return confmap.NewRetrieved(clone(p.conf))
}
func (siteProvider) Scheme() string                 { return "site" }
func (siteProvider) Shutdown(context.Context) error { return nil }

// envProvider resolves ${env:NAME} and ${env:NAME:-default}, from the site first.
type envProvider struct{ env map[string]string }

var envName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_]*$`)

func (p envProvider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	name, fallback, hasFallback := strings.Cut(strings.TrimPrefix(uri, "env:"), ":-")
	if !envName.MatchString(name) {
		return nil, fmt.Errorf("environment variable %q has invalid name: must match regex %s", name, envName)
	}
	value, ok := p.env[name]
	if !ok {
		value, ok = os.LookupEnv(name)
	}
	switch {
	case ok:
	case hasFallback && fallback == "":
		return confmap.NewRetrieved("")
	case hasFallback:
		value = fallback
	}
	return confmap.NewRetrievedFromYAML([]byte(value))
}
func (envProvider) Scheme() string                 { return "env" }
func (envProvider) Shutdown(context.Context) error { return nil }

// fileProvider resolves ${file:PATH} to the YAML in a file.
type fileProvider struct{}

func (fileProvider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	text, err := os.ReadFile(strings.TrimPrefix(uri, "file:"))
	if err != nil {
		return nil, fmt.Errorf("${%s}: %w", uri, err)
	}
	return confmap.NewRetrievedFromYAML(text)
}
func (fileProvider) Scheme() string                 { return "file" }
func (fileProvider) Shutdown(context.Context) error { return nil }

// yamlProvider resolves ${yaml:TEXT} to that text.
type yamlProvider struct{}

func (yamlProvider) Retrieve(_ context.Context, uri string, _ confmap.WatcherFunc) (*confmap.Retrieved, error) {
	return confmap.NewRetrievedFromYAML([]byte(strings.TrimPrefix(uri, "yaml:")))
}
func (yamlProvider) Scheme() string                 { return "yaml" }
func (yamlProvider) Shutdown(context.Context) error { return nil }

// overrides replaces resolved values by key.
type overrides map[string]any

func (o overrides) Convert(_ context.Context, conf *confmap.Conf) error {
	var errs []error
	for key, value := range o {
		errs = append(errs, conf.Merge(confmap.NewFromStringMap(map[string]any{key: value})))
	}
	return errors.Join(errs...)
}

// know notes what this build has, and refuses what older collectors had, before the
// collector's own decoder does, so that what it became can be told.
func (l *loader) know(f otelcol.Factories) error {
	l.defaults = defaultsOf(f)
	l.known = map[string][]string{
		"receivers": typeNames(f.Receivers), "processors": typeNames(f.Processors), "exporters": typeNames(f.Exporters),
		"connectors": typeNames(f.Connectors), "extensions": typeNames(f.Extensions),
	}
	for _, kind := range slices.Sorted(maps.Keys(l.known)) {
		for _, id := range slices.Sorted(maps.Keys(section(l.conf, kind))) {
			name, _, _ := strings.Cut(id, "/")
			if hint, ok := replaced[kind+"."+strings.TrimSpace(name)]; ok {
				return l.origin.problem(kind+"."+id, fmt.Sprintf("the collector has no %s %q any more", strings.TrimSuffix(kind, "s"), name), hint)
			}
		}
	}
	return nil
}

// replaced are components that files of older collectors name, and what to write now.
var replaced = map[string]string{
	"exporters.jaeger":          "write an otlp exporter: Jaeger takes OTLP on 4317",
	"exporters.jaeger_thrift":   "write an otlp exporter: Jaeger takes OTLP on 4317",
	"exporters.logging":         "write debug",
	"exporters.loki":            "write otlphttp: Loki takes OTLP under /otlp",
	"exporters.opencensus":      "write otlp",
	"receivers.opencensus":      "write otlp",
	"processors.spanmetrics":    "write it under connectors, as exporter of the traces pipeline and receiver of the metrics pipeline",
	"processors.servicegraph":   "write it under connectors, as exporter of the traces pipeline and receiver of the metrics pipeline",
	"processors.queued_retry":   "write sending_queue and retry_on_failure in the exporter",
	"extensions.memory_ballast": "take it out, and set GOMEMLIMIT in the environment",
	"extensions.ballast":        "take it out, and set GOMEMLIMIT in the environment",
}
