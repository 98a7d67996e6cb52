package metrics

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/prometheus/config"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/scrape"
	"github.com/prometheus/prometheus/tsdb"
	"github.com/prometheus/prometheus/util/features"

	"supersonic/internal/listen"
)

// Server is the role. Make it with New.
type Server struct {
	cfg      Config
	log      *slog.Logger // of the embedded library
	reg      *prometheus.Registry
	features features.Collector
	listener net.Listener
	db       *tsdb.DB
	stats    *tsdb.DBStats
	engine   *promql.Engine
	parser   parser.Parser
	scraper  *scrape.Manager
	dialer   *dialer
	born     time.Time
	stopping atomic.Bool
	closing  sync.Once
	closed   error

	setting sync.Mutex                    // one SetJobs at a time
	known   map[string]Job                // every job there ever was, without targets
	jobs    chan jobSet                   // the newest jobs that the scraper has not seen; holds one
	current atomic.Pointer[config.Config] // what status/config tells
}

// New checks cfg, locks and opens the directory, replays its log and takes the
// port. A second process on the directory, a directory that cannot be written and
// a busy port are errors; a torn or corrupt log is cut where it breaks, with a
// warning in the log.
func New(cfg Config, deps Deps) (*Server, error) {
	s, err := open(cfg.withDefaults(), deps)
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return s, nil
}

func open(cfg Config, deps Deps) (*Server, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	s := &Server{
		cfg: cfg, log: libraryLog(deps.Log), reg: prometheus.NewRegistry(), features: features.NewRegistry(),
		stats: tsdb.NewDBStats(), parser: parser.NewParser(parser.Options{}), born: time.Now().UTC(),
		jobs: make(chan jobSet, 1), known: map[string]Job{},
		dialer: &dialer{open: map[net.Conn]struct{}{}},
	}
	s.reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	if err := s.SetJobs(cfg.Jobs); err != nil {
		return nil, err
	}
	var err error
	if s.listener, err = listen.TCP(cfg.HTTP); err != nil {
		return nil, err
	}
	if err := s.openStorage(); err != nil {
		return nil, errors.Join(err, s.listener.Close())
	}
	if err := s.openEngine(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) openEngine() error {
	running, err := promql.NewActiveQueryTracker(s.cfg.DataDir, maxQueries, s.log)
	if err != nil {
		return fmt.Errorf("file of running queries: %w", err)
	}
	step := s.cfg.EvaluationInterval.Milliseconds()
	s.engine = promql.NewEngine(promql.EngineOpts{
		Logger: s.log, Reg: s.reg, FeatureRegistry: s.features, Parser: s.parser,
		MaxSamples: maxSamples, Timeout: queryTimeout, ActiveQueryTracker: running, LookbackDelta: lookback,
		NoStepSubqueryIntervalFn: func(int64) int64 { return step },
		EnableAtModifier:         true, EnableNegativeOffset: true,
	})
	s.scraper, err = scrape.NewManager(s.scrapeOptions(), s.log, nil, nil, s.db, s.reg)
	return err
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.listener.Addr() }

// Run scrapes and serves until ctx ends and returns nil after a clean stop. It
// closes what New opened. Call it once.
func (s *Server) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var scraping sync.WaitGroup
	scraping.Go(func() { s.scrape(ctx) })

	web := listen.HTTPServer(s.routes())
	web.ErrorLog = slog.NewLogLogger(s.log.Handler(), slog.LevelDebug)
	stop := context.AfterFunc(ctx, func() { s.stopping.Store(true) })
	defer stop()
	err := listen.ServeHTTP(ctx, s.listener, web, DrainTime)
	cancel()
	scraping.Wait()
	if err := errors.Join(err, s.Close()); err != nil {
		return fmt.Errorf("metrics: %w", err)
	}
	return nil
}

// Close gives back the port and the directory, if Run is never called. After Run
// it does nothing.
func (s *Server) Close() error {
	s.closing.Do(func() {
		if err := s.listener.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
			s.closed = err
		}
		s.closed = errors.Join(s.closed, s.engine.Close())
		if err := s.db.Close(); err != nil {
			s.closed = errors.Join(s.closed, fmt.Errorf("close %s: %w", s.cfg.DataDir, err))
		}
	})
	return s.closed
}

func (s *Server) ready(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.stopping.Load() {
			http.Error(w, "metrics: the server is stopping", http.StatusServiceUnavailable)
			return
		}
		h(w, r)
	}
}
