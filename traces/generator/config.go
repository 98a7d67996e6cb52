package generator

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Config says which series are made and where they go. The zero value of a
// number or duration means its default.
type Config struct {
	ServiceGraphs bool // traces_service_graph_*
	SpanMetrics   bool // traces_spanmetrics_*

	RemoteWriteURL string            // http(s)://host:port/api/v1/write
	Headers        map[string]string // added to each push: a tenant, a token
	ExternalLabels map[string]string // added to every series
	// InstanceLabel is the value of the label __metrics_gen_instance that Tempo
	// adds to tell several generators apart; "" leaves it out, as a site has one.
	InstanceLabel string

	FlushInterval time.Duration // changed series are pushed at multiples of it; 1 s
	Heartbeat     time.Duration // unchanged series are pushed at multiples of it; 15 s, Tempo's collection interval
	Wait          time.Duration // for a span's peer, and for a trace's head threshold; 10 s
	StaleAfter    time.Duration // a series without change is ended; 15 min
	MaxAge        time.Duration // spans that ended longer ago are left out, counted; 1 h
	MaxQueue      int           // spans waiting to be read; 50,000
	MaxPending    int           // calls, sides of edges and spans that wait for their other half; each 100,000
	MaxSeries     int           // series of Prometheus; 100,000

	EdgeBuckets []float64 // seconds; 0.1 .. 12.8, each twice the last
	SpanBuckets []float64 // seconds; 0.002 .. 16.384, each twice the last
	// Dimensions are span or resource attributes that become labels of the
	// spanmetrics, dots and other foreign signs replaced by _.
	Dimensions []string
}

// Deps are what the generator is given.
type Deps struct {
	Log     *slog.Logger          // lifecycle of the remote write: first failure, refusals, recovery
	Metrics prometheus.Registerer // supersonic_generator_*; nil keeps them unregistered
	Client  *http.Client          // nil: one of its own
}

func (c Config) withDefaults() Config {
	setDuration(&c.FlushInterval, time.Second)
	setDuration(&c.Heartbeat, 15*time.Second)
	setDuration(&c.Wait, 10*time.Second)
	setDuration(&c.StaleAfter, 15*time.Minute)
	setDuration(&c.MaxAge, time.Hour)
	setInt(&c.MaxQueue, 50_000)
	setInt(&c.MaxPending, 100_000)
	setInt(&c.MaxSeries, 100_000)
	if len(c.EdgeBuckets) == 0 {
		c.EdgeBuckets = prometheus.ExponentialBuckets(0.1, 2, 8)
	}
	if len(c.SpanBuckets) == 0 {
		c.SpanBuckets = prometheus.ExponentialBuckets(0.002, 2, 14)
	}
	return c
}

func setDuration(d *time.Duration, to time.Duration) {
	if *d == 0 {
		*d = to
	}
}

func setInt(n *int, to int) {
	if *n == 0 {
		*n = to
	}
}

func (c Config) check() error {
	u, err := url.Parse(c.RemoteWriteURL)
	switch {
	case err != nil:
		return fmt.Errorf("remote-write URL: %w", err)
	case c.RemoteWriteURL == "":
		return errors.New("no remote-write URL: set metricsGenerator.remoteWriteUrl, http://host:9090/api/v1/write for a Prometheus")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return fmt.Errorf("remote-write URL %q: expected http://host:port/api/v1/write", u.Redacted())
	case !c.ServiceGraphs && !c.SpanMetrics:
		return errors.New("no processor is on: switch on service-graphs or span-metrics, or leave the generator out")
	case c.FlushInterval < time.Millisecond || c.Heartbeat < c.FlushInterval || c.StaleAfter < c.Heartbeat:
		return fmt.Errorf("flush interval %v, heartbeat %v and stale time %v must each be at least the one before, and 1ms",
			c.FlushInterval, c.Heartbeat, c.StaleAfter)
	case c.Wait < 0 || c.MaxAge < 0 || c.MaxQueue < 0 || c.MaxPending < 0 || c.MaxSeries < 0:
		return errors.New("waits and limits must not be negative")
	}
	for _, b := range [][]float64{c.EdgeBuckets, c.SpanBuckets} {
		if !slices.IsSorted(b) || len(slices.Compact(slices.Clone(b))) != len(b) {
			return fmt.Errorf("histogram buckets %v must rise", b)
		}
	}
	return nil
}
