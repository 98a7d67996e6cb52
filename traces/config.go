package traces

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/internal/faultfs"
	"supersonic/internal/listen"
	"supersonic/traces/span"
)

// Config says what the store keeps and where it listens. The zero value of a
// limit means its default.
type Config struct {
	// DataDir is the directory of the one tenant, "…/traces/default". It is made
	// if it is missing and locked against a second process.
	DataDir string

	// OTLPGRPC and OTLPHTTP take spans, HTTP answers queries. An empty Addr of
	// one of the first two leaves that listener out.
	OTLPGRPC listen.Address
	OTLPHTTP listen.Address
	HTTP     listen.Address

	// Retention is how long spans are kept, by the time of their end; segments are
	// dropped as a whole. 0 keeps them for ever.
	Retention time.Duration

	// MaxExportBytes is the largest export, decompressed. Default 64 MiB.
	MaxExportBytes int
	// MaxInFlightBytes bounds the exports that wait for the disk, all together;
	// what comes beyond is refused with RESOURCE_EXHAUSTED or 429 and a delay.
	// Default 256 MiB.
	MaxInFlightBytes int64
	// CacheBytes bounds the memory of decoded records that queries share, an
	// estimate. Default 64 MiB.
	CacheBytes int64

	// SegmentBytes and SegmentAge say when a segment of the log is closed and a
	// new one begun. Defaults 16 MiB and one hour.
	SegmentBytes int64
	SegmentAge   time.Duration

	// Drain is how long open requests may finish after Run is cancelled.
	// Default 10 s.
	Drain time.Duration
}

// Consumer gets the spans of an export after they are stored, and before the
// export is acknowledged: it must not block for long. The spans are shared and
// must not be changed, nor kept in a way that holds much memory for long.
type Consumer interface {
	Consume(spans []span.Span)
}

// Deps is what the store is given to work with.
type Deps struct {
	Log *slog.Logger // nil discards
	// Sink is the metrics generator; nil means that nobody listens.
	Sink Consumer
	// Registry gets the store's metrics and is served at /metrics; nil means an
	// own one. A generator that shares it is seen at the same address.
	Registry *prometheus.Registry
	// Files is the door to the disk; nil means the real one.
	Files faultfs.FS
	// Now tells the time of retention and segment age; nil means time.Now.
	Now func() time.Time
}

func (c Config) withDefaults() Config {
	set := func(p *int64, v int64) {
		if *p == 0 {
			*p = v
		}
	}
	if c.MaxExportBytes == 0 {
		c.MaxExportBytes = 64 << 20
	}
	set(&c.MaxInFlightBytes, 256<<20)
	set(&c.CacheBytes, 64<<20)
	set(&c.SegmentBytes, 16<<20)
	set((*int64)(&c.SegmentAge), int64(time.Hour))
	set((*int64)(&c.Drain), int64(10*time.Second))
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
		"retention": int64(c.Retention), "largest export": int64(c.MaxExportBytes),
		"bytes in flight": c.MaxInFlightBytes, "cache": c.CacheBytes,
		"segment size": c.SegmentBytes, "segment age": int64(c.SegmentAge),
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
