package traces

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"google.golang.org/grpc"

	"supersonic/internal/faultfs"
	"supersonic/internal/listen"
	"supersonic/traces/api"
	"supersonic/traces/ingest"
	"supersonic/traces/query"
	"supersonic/traces/span"
	"supersonic/traces/store"
	"supersonic/traces/wal"
)

// Store is the running role.
type Store struct {
	cfg     Config
	log     *slog.Logger
	store   *store.Store
	metrics *metrics
	ready   atomic.Bool
	quiet   throttle

	grpc, otlp, http net.Listener
	otlpGRPC         *grpc.Server
	otlpHTTP         *http.Server
	api              *http.Server
}

// New checks cfg, opens and replays the data directory and takes the ports. It
// starts no goroutine. If it fails it leaves nothing open.
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
	begun := time.Now()
	var replay store.Replay
	if s.store, replay, err = store.Open(deps.Files, s.cfg.DataDir, s.storeOptions(deps)); err != nil {
		return err
	}
	took := time.Since(begun)
	if replay.Torn > 0 || replay.Damaged > 0 {
		s.log.Warn("the log was not whole", "torn_bytes", replay.Torn, "damaged", replay.Damaged)
	}
	s.log.Info("trace store is open", "segments", replay.Segments, "spans", replay.Spans, "took", took.Round(time.Millisecond))
	var consume func([]span.Span)
	if deps.Sink != nil {
		consume = deps.Sink.Consume
	}
	in := ingest.New(s.store, ingest.Limits{ExportBytes: s.cfg.MaxExportBytes, InFlightBytes: s.cfg.MaxInFlightBytes}, consume, s.ingestEvents())
	if err := registerState(deps.Registry, s.store, replay, took, in.InFlight); err != nil {
		return err
	}
	h := api.New(query.New(s.store), api.Options{Version: version(), Ready: s.ready.Load, Observe: s.metrics.observeQuery})
	h.Handle("GET /metrics", promhttp.HandlerFor(deps.Registry, promhttp.HandlerOpts{EnableOpenMetrics: true}))
	s.otlpGRPC, s.otlpHTTP, s.api = in.GRPCServer(), listen.HTTPServer(in.Handler()), listen.HTTPServer(h)
	return nil
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

func (s *Store) storeOptions(deps Deps) store.Options {
	return store.Options{
		Log: wal.Options{SegmentBytes: s.cfg.SegmentBytes, SegmentAge: s.cfg.SegmentAge, Now: deps.Now, Events: wal.Events{
			Synced: func(took time.Duration, records int) {
				s.metrics.fsync.Observe(took.Seconds())
				s.metrics.fsyncRecords.Observe(float64(records))
			},
			Abandoned: func(segment string, err error) {
				s.metrics.abandoned.Inc()
				s.log.Error("log segment given up after a disk error", "file", segment, "error", err)
			},
		}},
		Retention: s.cfg.Retention, CacheBytes: s.cfg.CacheBytes, Now: deps.Now,
		Events: store.Events{
			Damaged: func(what string, err error) {
				s.metrics.damaged.WithLabelValues(what).Inc()
				s.log.Error("damaged data left out: look at the disk", "what", what, "error", err)
			},
			SealFailed: func(segment uint64, err error) {
				s.log.Warn("cannot write the index of a segment, will try again", "segment", segment, "error", err)
			},
			Dropped: func(segment uint64, traces, spans int) {
				s.metrics.droppedSegments.Inc()
				s.metrics.droppedSpans.Add(float64(spans))
				s.log.Info("retention dropped a segment", "segment", segment, "traces", traces, "spans", spans)
			},
		},
	}
}

func (s *Store) ingestEvents() ingest.Events {
	fate := func(f, reason string, n int) { s.metrics.spans.WithLabelValues(f, reason).Add(float64(n)) }
	return ingest.Events{
		Received: func(spans, bytes int) {
			fate("received", "", spans)
			s.metrics.bytes.Add(float64(bytes))
		},
		Kept:          func(n int) { fate("kept", "", n) },
		Refused:       func(n int, reason string) { fate("refused", reason, n) },
		RefusedExport: func(reason string) { s.metrics.exportsRefused.WithLabelValues(reason).Inc() },
		Failed: func(err error) {
			if s.quiet.allow(time.Now()) {
				s.log.Error("cannot store spans, exporters are told to send again", "error", err)
			}
		},
	}
}

// throttle lets one log line through in ten seconds: a full disk refuses
// thousands of exports, and the counter tells how many.
type throttle struct{ last atomic.Int64 }

func (t *throttle) allow(now time.Time) bool {
	last := t.last.Load()
	return now.UnixNano()-last > int64(10*time.Second) && t.last.CompareAndSwap(last, now.UnixNano())
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
	if s.store != nil {
		errs = append(errs, s.store.Close())
	}
	return errors.Join(errs...)
}
