package traces

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/internal/faultfs"
	"supersonic/internal/listen"
	"supersonic/traces/otlp"
)

// Config says what the store keeps and where it listens. The zero value of a
// limit means its default.
type Config struct {
	// DataDir has a directory for each tenant, "default" if there are none. It is
	// made if it is missing; each directory is locked against a second process.
	DataDir string
	// MultiTenant parts tenants by the header X-Scope-OrgID, which every export and
	// query then has to have.
	MultiTenant bool

	// OTLPGRPC and OTLPHTTP take spans, HTTP answers queries. An empty Addr of
	// one of the first two leaves that listener out.
	OTLPGRPC listen.Address
	OTLPHTTP listen.Address
	HTTP     listen.Address

	// Retention is how long traces are kept, by the time of their end; 0 keeps them
	// for ever. RetentionBytes bounds each tenant's directory: the oldest blocks are
	// dropped; 0 sets no bound.
	Retention      time.Duration
	RetentionBytes int64

	// MaxExportBytes is the largest export, decompressed. Default 64 MiB.
	MaxExportBytes int
	// MaxInFlightBytes bounds the exports that wait for the disk, all together;
	// what comes beyond is refused with RESOURCE_EXHAUSTED or 429 and a delay.
	// Default 256 MiB.
	MaxInFlightBytes int64
	// Limits bound what is kept of a span; what they cut is marked and counted.
	Limits otlp.Limits
	// MaxTraceSpans is the most spans of one trace that are taken, as far as they
	// come together. Default 100,000.
	MaxTraceSpans int
	// MaxQueryBytes is the most memory of one query; all together have twice as much.
	// Default 256 MiB.
	MaxQueryBytes int64
	// Deletion allows DELETE of traces over HTTP.
	Deletion bool

	// CacheBytes bounds the memory of indexes and pages of blocks that queries
	// share. Default 64 MiB.
	CacheBytes int64
	// SegmentBytes is the size of a segment of the log. Default 8 MiB.
	SegmentBytes int64
	// CutSpans and CutAge say when the spans in memory become a block. Defaults
	// 131,072 and 30 minutes.
	CutSpans int
	CutAge   time.Duration

	// Drain is how long open requests may finish after Run is cancelled.
	// Default 10 s.
	Drain time.Duration
}

// Consumer gets the spans of an export after they are stored, and before the
// export is acknowledged: it copies what it keeps, and must not block for long.
type Consumer interface {
	Consume(b *otlp.Batch)
}

// Deps is what the store is given to work with.
type Deps struct {
	Log *slog.Logger // nil discards
	// Sink is the metrics generator; nil means that nobody listens. With tenants it
	// gets the spans of all.
	Sink Consumer
	// Registry gets the store's metrics and is served at /metrics; nil means an
	// own one. A generator that shares it is seen at the same address.
	Registry *prometheus.Registry
	// Files is the door to the disk; nil means the real one.
	Files faultfs.FS
	// Effective is the configuration for /status/config, without secrets; nil: it is
	// not known.
	Effective func() string
	// Now tells the time of arrival, of retention and of cuts; nil means time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	c.MaxExportBytes = cmp.Or(c.MaxExportBytes, 64<<20)
	c.MaxInFlightBytes = cmp.Or(c.MaxInFlightBytes, 256<<20)
	c.MaxQueryBytes = cmp.Or(c.MaxQueryBytes, 256<<20)
	c.CacheBytes = cmp.Or(c.CacheBytes, 64<<20)
	c.Drain = cmp.Or(c.Drain, 10*time.Second)
	return c
}

func (c Config) check() error {
	if c.DataDir == "" {
		return errors.New("no data directory: set one with --data-dir")
	}
	if c.HTTP.Addr == "" {
		return errors.New("no address to answer queries on")
	}
	for name, v := range map[string]int64{
		"retention": int64(c.Retention), "retention in bytes": c.RetentionBytes, "largest export": int64(c.MaxExportBytes),
		"bytes in flight": c.MaxInFlightBytes, "cache": c.CacheBytes, "segment size": c.SegmentBytes,
		"spans of a trace": int64(c.MaxTraceSpans), "memory of a query": c.MaxQueryBytes, "spans of a cut": int64(c.CutSpans),
	} {
		if v < 0 {
			return fmt.Errorf("%s is negative (%d)", name, v)
		}
	}
	if c.SegmentBytes > 1<<31 {
		return fmt.Errorf("segment size %d is above the format's 2 GiB", c.SegmentBytes)
	}
	return nil
}
