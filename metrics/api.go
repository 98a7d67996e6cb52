package metrics

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"runtime"
	"runtime/debug"
	"time"

	"github.com/grafana/regexp"
	remoteapi "github.com/prometheus/client_golang/exp/api/remote"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/common/route"
	"github.com/prometheus/common/version"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/rules"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/notifications"
	v1 "github.com/prometheus/prometheus/web/api/v1"
)

// The limits of queries are Prometheus's own defaults.
const (
	maxQueries   = 20 // at once; more wait
	maxSamples   = 50_000_000
	queryTimeout = 2 * time.Minute
	lookback     = 5 * time.Minute

	remoteReadSamples = 5e7
	remoteReadAtOnce  = 10
	remoteReadFrame   = 1 << 20
)

// libraryVersion is told to clients that ask which Prometheus this is, Grafana
// among them, to know which functions it has.
const libraryVersion = "3.13.2"

// prefix is where the API lives, as in Prometheus.
const prefix = "/api/v1"

func (s *Server) routes() http.Handler {
	api := route.New()
	s.api().Register(api)
	mux := http.NewServeMux()
	mux.Handle(prefix+"/", http.StripPrefix(prefix, api))
	mux.Handle("POST "+prefix+"/write", limitWrite(http.StripPrefix(prefix, api)))
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.reg, promhttp.HandlerOpts{Registry: s.reg, EnableOpenMetrics: true}))
	mux.HandleFunc("GET /-/healthy", line("the metrics store is healthy"))
	mux.HandleFunc("GET /-/ready", s.ready(line("the metrics store is ready")))
	mux.HandleFunc("GET /{$}", line("supersonic metrics: Prometheus's HTTP API is under "+prefix))
	return mux
}

func line(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprintln(w, text) // a client that is gone is nobody's error
	}
}

// api builds Prometheus's API over our storage. What a site does not have is
// empty (rules, alerts, notifications) or off (admin, OTLP, search).
func (s *Server) api() *v1.API {
	var write storage.Appendable
	var writeV2 storage.AppendableV2
	if s.cfg.RemoteWriteReceiver {
		write, writeV2 = s.db, s.db
	}
	addr := s.Addr().String()
	return v1.NewAPI(
		s.engine, s.db, write, writeV2, s.db,
		func(context.Context) v1.ScrapePoolsRetriever { return s.scraper },
		func(context.Context) v1.TargetRetriever { return s.scraper },
		func(context.Context) v1.AlertmanagerRetriever { return nothing{} },
		func() config.Config { return *s.current.Load() },
		s.flags(),
		v1.GlobalURLOptions{ListenAddress: addr, Host: addr, Scheme: "http"},
		s.ready,
		admin{s.db, s.stats},
		s.cfg.DataDir,
		false, // admin API
		false, 0,
		s.log,
		func(context.Context) v1.RulesRetriever { return nothing{} },
		remoteReadSamples, remoteReadAtOnce, remoteReadFrame,
		false,                    // agent
		regexp.MustCompile("^$"), // no origin: pages reach us through their own server
		s.runtimeInfo,
		&v1.PrometheusVersion{Version: libraryVersion, Revision: version.Revision, GoVersion: version.GoVersion},
		func() []notifications.Notification { return nil },
		func() (<-chan notifications.Notification, func(), bool) { return nil, nil, false },
		s.reg, s.reg,
		nil, // statistics as Prometheus renders them
		s.cfg.RemoteWriteReceiver,
		remoteapi.MessageTypes{remoteapi.WriteV1MessageType, remoteapi.WriteV2MessageType},
		false, false, false, // OTLP
		false,
		lookback,
		false, false,
		nil,
		s.features,
		v1.OpenAPIOptions{ExternalURL: "http://" + addr},
		s.parser,
	)
}

// nothing stands for the rules and the alerting that a site has none of.
type nothing struct{}

func (nothing) Alertmanagers() []*url.URL            { return nil }
func (nothing) DroppedAlertmanagers() []*url.URL     { return nil }
func (nothing) RuleGroups() []*rules.Group           { return nil }
func (nothing) AlertingRules() []*rules.AlertingRule { return nil }

// flags are what a stock Prometheus would have been started with.
func (s *Server) flags() map[string]string {
	return map[string]string{
		"storage.tsdb.path":                 s.cfg.DataDir,
		"storage.tsdb.retention.time":       s.cfg.Retention.String(),
		"web.listen-address":                s.Addr().String(),
		"web.enable-remote-write-receiver":  fmt.Sprint(s.cfg.RemoteWriteReceiver),
		"web.enable-admin-api":              "false",
		"query.timeout":                     queryTimeout.String(),
		"query.max-samples":                 fmt.Sprint(maxSamples),
		"query.max-concurrency":             fmt.Sprint(maxQueries),
		"query.lookback-delta":              lookback.String(),
		"storage.tsdb.head-stripes":         fmt.Sprint(stripes),
		"storage.tsdb.out-of-order-window":  OutOfOrderWindow.String(),
		"storage.exemplars.exemplars-limit": fmt.Sprint(MaxExemplars),
	}
}

func (s *Server) runtimeInfo() (v1.RuntimeInfo, error) {
	host, err := os.Hostname()
	if err != nil {
		return v1.RuntimeInfo{}, fmt.Errorf("host name: %w", err)
	}
	return v1.RuntimeInfo{
		StartTime: s.born, ServerTime: time.Now().UTC(), LastConfigTime: s.born, ReloadConfigSuccess: true,
		Hostname: host, GoroutineCount: runtime.NumGoroutine(), GOMAXPROCS: runtime.GOMAXPROCS(0),
		GOMEMLIMIT: debug.SetMemoryLimit(-1), GOGC: os.Getenv("GOGC"), GODEBUG: os.Getenv("GODEBUG"),
		StorageRetention: s.cfg.Retention.String(),
	}, nil
}
