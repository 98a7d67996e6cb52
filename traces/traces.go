package traces

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc"

	"supersonic/internal/faultfs"
	"supersonic/internal/listen"
	"supersonic/traces/api"
	"supersonic/traces/block"
	"supersonic/traces/head"
	"supersonic/traces/ingest"
	"supersonic/traces/otlp"
	"supersonic/traces/query"
	"supersonic/traces/store"
)

// Store is the running role.
type Store struct {
	cfg     Config
	log     *slog.Logger
	tenants *tenants
	cache   *block.Cache // of all tenants, as is what follows
	queries *query.Memory
	metrics *metrics
	ready   atomic.Bool
	quiet   throttle

	grpc, otlp, http net.Listener
	otlpGRPC         *grpc.Server
	otlpHTTP         *http.Server
	api              *http.Server
}

// New checks cfg, opens and replays the data directory and takes the ports. If it
// fails it leaves nothing open.
func New(cfg Config, deps Deps) (*Store, error) {
	cfg = cfg.withDefaults()
	if err := cfg.check(); err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	deps = deps.withDefaults()
	s := &Store{cfg: cfg, log: deps.Log}
	if err := s.open(deps); err != nil {
		s.close()
		return nil, fmt.Errorf("traces: %w", err)
	}
	return s, nil
}

func (d Deps) withDefaults() Deps {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	if d.Registry == nil {
		d.Registry = newRegistry()
	}
	if d.Files == nil {
		d.Files = faultfs.OS{}
	}
	if d.Now == nil {
		d.Now = time.Now
	}
	return d
}

func (s *Store) open(deps Deps) error {
	var err error
	if s.metrics, err = newMetrics(deps.Registry); err != nil {
		return err
	}
	if err := s.listen(); err != nil {
		return err
	}
	s.cache = block.NewCache(s.cfg.CacheBytes)
	s.queries = query.NewMemory(2 * s.cfg.MaxQueryBytes)
	s.tenants = &tenants{
		files: deps.Files, dir: s.cfg.DataDir,
		options: func(name string) store.Options { return s.storeOptions(name, deps, s.cache) },
		query: query.EngineOptions{
			MaxBytes: s.cfg.MaxQueryBytes,
			Memory:   s.queries,
			Rows:     func(n int) { s.metrics.rows.Add(float64(n)) },
		},
		opened: s.tellOpened,
	}
	if err := openTenants(s.tenants, s.cfg.MultiTenant); err != nil {
		return err
	}
	in := ingest.New(s.ingestOptions(deps))
	if err := registerState(deps.Registry, s.tenants, in.InFlight); err != nil {
		return err
	}
	h := s.newAPI(deps)
	h.Handle("GET /metrics", promhttp.HandlerFor(deps.Registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	profiles(h)
	s.otlpGRPC, s.otlpHTTP, s.api = in.GRPCServer(), listen.HTTPServer(in.Handler()), listen.HTTPServer(h)
	s.api.Protocols = api.Protocols()
	return nil
}

// profiles serves Go's profiles, as Tempo does at its API's port.
func profiles(h *api.Handler) {
	h.Handle("GET /debug/pprof/", http.HandlerFunc(pprof.Index))
	h.Handle("GET /debug/pprof/profile", http.HandlerFunc(pprof.Profile))
	h.Handle("GET /debug/pprof/trace", http.HandlerFunc(pprof.Trace))
}

func (s *Store) tellOpened(name string, found store.Replay) {
	if found.Log.Torn > 0 || found.Log.Damaged > 0 || found.SetAside > 0 {
		s.log.Warn("what was stored was not whole", "tenant", name, "torn_bytes", found.Log.Torn, "damaged_records", found.Log.Damaged,
			"damaged_blocks", found.SetAside)
	}
	s.log.Info("trace store is open", "tenant", name, "blocks", found.Blocks, "spans_from_log", found.Spans, "took", found.Took.Round(time.Millisecond))
}

func (s *Store) newAPI(deps Deps) *api.Handler {
	opts := api.Options{Version: version(), Ready: s.ready.Load, Observe: s.metrics.observeQuery, Config: deps.Effective, Now: deps.Now}
	if s.cfg.Deletion {
		opts.Delete = func(_ context.Context, org string, ids [][16]byte) (int, error) {
			if org == "" {
				org = defaultTenant
			}
			n, err := s.tenants.delete(org, ids)
			if err == nil {
				s.log.Info("traces were deleted over HTTP", "tenant", org, "traces", n)
			}
			return n, err
		}
	}
	if s.cfg.MultiTenant {
		opts.Tenant = s.tenants.engineOf
		return api.New(nil, opts)
	}
	return api.New(s.tenants.get(defaultTenant).engine, opts)
}

func (s *Store) listen() error {
	for _, l := range []struct {
		addr listen.Address
		at   *net.Listener
	}{{s.cfg.OTLPGRPC, &s.grpc}, {s.cfg.OTLPHTTP, &s.otlp}, {s.cfg.HTTP, &s.http}} {
		if l.addr.Addr == "" {
			continue
		}
		var err error
		if *l.at, err = listen.TCP(l.addr); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) storeOptions(name string, deps Deps, cache *block.Cache) store.Options {
	return store.Options{
		Head:   head.Options{MaxRows: s.cfg.CutSpans, MaxTraceSpans: s.cfg.MaxTraceSpans},
		Limits: s.cfg.Limits, SegmentBytes: s.cfg.SegmentBytes, CutAge: s.cfg.CutAge,
		Retention: s.cfg.Retention, RetentionBytes: s.cfg.RetentionBytes,
		Cache: cache, Now: deps.Now, Events: s.storeEvents(name),
	}
}

func (s *Store) ingestOptions(deps Deps) ingest.Options {
	out := ingest.Options{
		Decoder: otlp.NewDecoder(s.cfg.Limits),
		Limits:  ingest.Limits{ExportBytes: s.cfg.MaxExportBytes, InFlightBytes: s.cfg.MaxInFlightBytes},
		Busy:    func(err error) bool { return errors.Is(err, store.ErrBusy) },
		Events:  s.ingestEvents(), Now: deps.Now,
	}
	if deps.Sink != nil {
		out.Consumer = deps.Sink
	}
	if s.cfg.MultiTenant {
		out.Tenant = func(name string) (ingest.Store, ingest.Consumer, error) {
			st, err := s.tenants.storeOf(name)
			return st, out.Consumer, err
		}
		return out
	}
	out.Store = s.tenants.get(defaultTenant).store
	return out
}

func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return info.Main.Version
	}
	return ""
}

// AddrOTLPGRPC is where OTLP over gRPC is taken, nil if it is off.
func (s *Store) AddrOTLPGRPC() net.Addr { return addr(s.grpc) }

// AddrOTLPHTTP is where OTLP over HTTP is taken, nil if it is off.
func (s *Store) AddrOTLPHTTP() net.Addr { return addr(s.otlp) }

// AddrHTTP is where Tempo's API is answered.
func (s *Store) AddrHTTP() net.Addr { return addr(s.http) }

func addr(l net.Listener) net.Addr {
	if l == nil {
		return nil
	}
	return l.Addr()
}

func (s *Store) close() error {
	var errs []error
	for _, l := range []net.Listener{s.grpc, s.otlp, s.http} {
		if l != nil {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, err)
			}
		}
	}
	if s.tenants != nil {
		errs = append(errs, s.tenants.close())
	}
	return errors.Join(errs...)
}
