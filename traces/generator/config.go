package generator

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/internal/faultfs"
)

// Config says which series are made and where they go. The zero value of a
// number, duration or list means its default.
type Config struct {
	ServiceGraphs bool // traces_service_graph_*
	SpanMetrics   bool // traces_spanmetrics_*
	HostInfo      bool // traces_host_info

	Graph GraphConfig
	Spans SpanConfig
	Hosts HostConfig

	RemoteWriteURL string            // http(s)://[user:password@]host:port/api/v1/write
	Headers        map[string]string // added to each push: a tenant, a token
	ExternalLabels map[string]string // added to every series
	// InstanceLabel is the value of the label __metrics_gen_instance that Tempo
	// adds to tell several generators apart; "" leaves it out, as a site has one.
	InstanceLabel string
	// Histograms is classic, native (Prometheus's exponential ones, without
	// buckets to choose) or both; "" is classic.
	Histograms string
	// TraceLabel is the exemplars' label with the trace id; trace_id.
	TraceLabel string

	// QueueDir keeps the pushes that the receiver has not taken yet, over a restart
	// as well; "" keeps them in memory alone.
	QueueDir   string
	QueueBytes int64 // of all that waits: past it the oldest go, counted; 256 MiB

	FlushInterval time.Duration // changed series are pushed at multiples of it; 1 s
	Heartbeat     time.Duration // unchanged series are pushed at multiples of it; 15 s, Tempo's collection interval
	Wait          time.Duration // for a span's peer, and for a trace's head threshold; 10 s
	StaleAfter    time.Duration // a series without change is ended; 15 min
	// Slack is how far a span's end may be from now: what ended longer ago, or ends
	// later than that, is left out and counted; 1 h. Tempo's default is 30 s, which
	// leaves out what a collector kept while its peer was restarted.
	Slack time.Duration

	MaxPending    int // calls, sides of edges, traces and spans that wait for their other half; each 250,000
	MaxSeries     int // series of Prometheus; 100,000. Past it observations go to an overflow series
	MaxRecent     int // spans that are remembered, so that one that is sent again counts once; 2,000,000
	MaxLabelBytes int // of a label's value, which is cut; 2,048
}

// GraphConfig are the choices of the service graph, named as Tempo's.
type GraphConfig struct {
	Buckets []float64 // seconds; 0.1 .. 12.8, each twice the last
	// Dimensions are span or resource attributes that become labels. With
	// ClientServerPrefix there are two of each, of the client's and the server's
	// span; without, the server's is taken, else the client's.
	Dimensions         []string
	ClientServerPrefix bool
	MessagingLatency   bool // traces_service_graph_request_messaging_system_seconds
	VirtualNodeLabel   bool // label virtual_node says which side is virtual
	// PeerAttributes name the called side of a span whose peer never shows; the
	// first there is. peer.service, db.name, db.system.
	PeerAttributes []string
	// DatabaseAttributes name the database of a client span, which makes its edge at
	// once; the first there is. db.namespace, db.name, db.system.name, db.system.
	DatabaseAttributes []string
	Filters            []FilterPolicy
	MultiplierKey      string // attribute with a span's sampling ratio, for spans without a `th`
}

// SpanConfig are the choices of the span metrics, named as Tempo's.
type SpanConfig struct {
	Buckets []float64 // seconds; 0.002 .. 16.384, each twice the last
	// Dimensions are span or resource attributes that become labels, dots and other
	// foreign signs replaced by _.
	Dimensions []string
	Mappings   []DimensionMapping
	// NoService .. NoStatusCode leave a label out, StatusMessage adds one.
	NoService, NoSpanName, NoSpanKind, NoStatusCode bool
	StatusMessage                                   bool
	// NoCalls, NoLatency and NoSize leave a metric out.
	NoCalls, NoLatency, NoSize bool
	// TargetInfo makes traces_target_info, and the labels job and instance.
	TargetInfo         bool
	TargetInfoExcluded []string // resource attributes that do not become its labels
	NoInstanceLabel    bool
	Filters            []FilterPolicy
	MultiplierKey      string // attribute with a span's sampling ratio, for spans without a `th`
}

// DimensionMapping makes a label of several attributes.
type DimensionMapping struct {
	Name   string   // of the label
	Source []string // attributes; those that are absent are passed over
	Join   string   // between their values
}

// HostConfig are the choices of host-info.
type HostConfig struct {
	Identifiers []string // resource attributes that name a host, the first there is; k8s.node.name, host.id
	MetricName  string   // traces_host_info
}

// Deps are what the generator is given.
type Deps struct {
	Log     *slog.Logger          // lifecycle of the remote write: first failure, refusals, recovery
	Metrics prometheus.Registerer // supersonic_generator_*; nil keeps them unregistered
	Client  *http.Client          // nil: one of its own
	Files   faultfs.FS            // nil: the real one
}

func (c Config) withDefaults() Config {
	c.FlushInterval = cmp.Or(c.FlushInterval, time.Second)
	c.Heartbeat = cmp.Or(c.Heartbeat, 15*time.Second)
	c.Wait = cmp.Or(c.Wait, 10*time.Second)
	c.StaleAfter = cmp.Or(c.StaleAfter, 15*time.Minute)
	c.Slack = cmp.Or(c.Slack, time.Hour)
	c.QueueBytes = cmp.Or(c.QueueBytes, 256<<20)
	c.MaxPending = cmp.Or(c.MaxPending, 250_000)
	c.MaxSeries = cmp.Or(c.MaxSeries, 100_000)
	c.MaxRecent = cmp.Or(c.MaxRecent, 2_000_000)
	c.MaxLabelBytes = cmp.Or(c.MaxLabelBytes, 2048)
	c.Histograms = cmp.Or(c.Histograms, classic)
	c.TraceLabel = cmp.Or(c.TraceLabel, "trace_id")
	c.Hosts.MetricName = cmp.Or(c.Hosts.MetricName, "traces_host_info")
	setList(&c.Graph.Buckets, prometheus.ExponentialBuckets(0.1, 2, 8))
	setList(&c.Spans.Buckets, prometheus.ExponentialBuckets(0.002, 2, 14))
	setList(&c.Graph.PeerAttributes, []string{"peer.service", "db.name", "db.system"})
	setList(&c.Graph.DatabaseAttributes, []string{"db.namespace", "db.name", "db.system.name", "db.system"})
	setList(&c.Hosts.Identifiers, []string{"k8s.node.name", "host.id"})
	return c
}

func setList[T any](l *[]T, to []T) {
	if len(*l) == 0 {
		*l = to
	}
}

func (c Config) check() error {
	u, err := url.Parse(c.RemoteWriteURL)
	switch {
	case err != nil:
		return errors.New("the remote-write URL cannot be read: expected http://host:port/api/v1/write") // the error would show a password
	case c.RemoteWriteURL == "":
		return errors.New("no remote-write URL: set metricsGenerator.remoteWriteUrl, http://host:9090/api/v1/write for a Prometheus")
	case (u.Scheme != "http" && u.Scheme != "https") || u.Host == "":
		return fmt.Errorf("remote-write URL %q: expected http://host:port/api/v1/write", u.Redacted())
	case !c.ServiceGraphs && !c.SpanMetrics && !c.HostInfo:
		return errors.New("no processor is on: switch on service-graphs, span-metrics or host-info, or leave the generator out")
	case c.Histograms != classic && c.Histograms != native && c.Histograms != both:
		return fmt.Errorf("generate_native_histograms is %q: expected classic, native or both", c.Histograms)
	case c.FlushInterval < time.Millisecond || c.Heartbeat < c.FlushInterval || c.StaleAfter < c.Heartbeat:
		return fmt.Errorf("flush interval %v, heartbeat %v and stale time %v must each be at least the one before, and 1ms",
			c.FlushInterval, c.Heartbeat, c.StaleAfter)
	case c.StaleAfter <= c.Wait:
		return fmt.Errorf("series end after %v (stale_duration), while a span waits %v for its peer (wait): the first must be longer", c.StaleAfter, c.Wait)
	case c.Wait < 0 || c.Slack < 0 || c.MaxPending < 0 || c.MaxSeries < 0 || c.MaxRecent < 0 || c.MaxLabelBytes < 0 || c.QueueBytes < 0:
		return errors.New("waits and limits must not be negative")
	}
	for _, b := range [][]float64{c.Graph.Buckets, c.Spans.Buckets} {
		if !slices.IsSorted(b) || len(slices.Compact(slices.Clone(b))) != len(b) {
			return fmt.Errorf("histogram buckets %v must rise", b)
		}
	}
	return c.checkLabels()
}

// checkLabels refuses what would give two series the same labels.
func (c Config) checkLabels() error {
	for name := range c.ExternalLabels {
		if name != labelName(name) || name == "le" || name == "__name__" {
			return fmt.Errorf("external label %q is no name of a label: letters, digits and _", name)
		}
	}
	distinct := func(key string, names []string) error {
		seen := map[string]string{}
		for _, n := range names {
			label := dimensionLabel(n)
			if other, ok := seen[label]; ok {
				return fmt.Errorf("%s: %q and %q make the same label %s: leave one out", key, other, n, label)
			}
			seen[label] = n
		}
		return nil
	}
	names := slices.Clone(c.Spans.Dimensions)
	for _, m := range c.Spans.Mappings {
		if m.Name == "" || len(m.Source) == 0 {
			return errors.New("span_metrics.dimension_mappings: each needs a name and source_labels")
		}
		names = append(names, m.Name)
	}
	return errors.Join(distinct("span_metrics.dimensions", names), distinct("service_graphs.dimensions", c.Graph.Dimensions))
}
