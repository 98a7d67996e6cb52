package traffic

import (
	"context"
	"fmt"
	"strings"
	"time"

	"supersonic/ui/source"
)

// Querier is a Prometheus; source.Prometheus is one.
type Querier interface {
	Instant(ctx context.Context, query string, at time.Time) ([]source.Series, error)
	Range(ctx context.Context, query string, from, to time.Time, step time.Duration) ([]source.Series, error)
}

// lookback is how old the last scrape before a time may be, as PromQL has it.
const lookback = 5 * time.Minute

// Window is the time that is asked about.
type Window struct{ From, To time.Time }

func (w Window) length() time.Duration { return w.To.Sub(w.From) }

// duration writes d for PromQL, in milliseconds.
func duration(d time.Duration) string { return fmt.Sprintf("%dms", d.Milliseconds()) }

// The series that are compared over a window.
const (
	requests      = "supersonic_gateway_requests_total"
	requestSum    = "supersonic_gateway_request_duration_seconds_sum"
	requestCount  = "supersonic_gateway_request_duration_seconds_count"
	upstreamSum   = "supersonic_gateway_upstream_duration_seconds_sum"
	upstreamCount = "supersonic_gateway_upstream_duration_seconds_count"
	decisions     = "supersonic_gateway_traces_total"
	graphTotal    = "traces_service_graph_request_total"
	graphFailed   = "traces_service_graph_request_failed_total"
	graphSum      = "traces_service_graph_request_server_seconds_sum"
	graphCount    = "traces_service_graph_request_server_seconds_count"
	tritonGood    = "nv_inference_request_success"
	tritonBad     = "nv_inference_request_failure"
	tritonTime    = "nv_inference_request_duration_us"
	tritonQueue   = "nv_inference_queue_duration_us"
	ready         = "supersonic_gateway_server_ready"
	inFlight      = "supersonic_gateway_requests_in_flight"
	startTime     = "supersonic_gateway_start_time_seconds"
)

// inference matches the method label of an inference call, as a bare name or as
// a full gRPC path.
const inference = `method=~"(.*/)?Model(Stream)?Infer"`

// change is how much one series grew over the window.
type change struct {
	labels map[string]string
	by     float64
}

// pod is the target that told the series.
func pod(labels map[string]string) string {
	if p := labels["pod"]; p != "" {
		return p
	}
	return labels["instance"]
}

// counted is what grew over a window.
type counted struct {
	changes map[string][]change // by metric name
	spans   map[string]Window   // by pod: the scrapes that were compared
}

// seconds is the time over which pod's counters were compared.
func (c *counted) seconds(pod string, w Window) float64 {
	if s, ok := c.spans[pod]; ok && s.length() > 0 {
		return s.length().Seconds()
	}
	return w.length().Seconds()
}

// bounds are the first and the last scrape of the pods that told metric; false
// if none is known.
func (c *counted) bounds(metric string) (Window, bool) {
	var all Window
	for _, ch := range c.changes[metric] {
		s, ok := c.spans[pod(ch.labels)]
		if !ok {
			continue
		}
		if all.From.IsZero() || s.From.Before(all.From) {
			all.From = s.From
		}
		if s.To.After(all.To) {
			all.To = s.To
		}
	}
	return all, !all.From.IsZero()
}

// count compares the counters of a selector at both ends of w.
func count(ctx context.Context, q Querier, selector string, w Window) (*counted, error) {
	length := duration(w.length())
	ends, err := q.Instant(ctx, fmt.Sprintf("last_over_time(%s[%s])", selector, length), w.To)
	if err != nil || len(ends) == 0 {
		return &counted{}, err
	}
	// Not the bare selector: after a scrape that failed it has nothing, and all that
	// was ever counted would seem to have come within the window.
	begins, err := q.Instant(ctx, fmt.Sprintf("last_over_time(%s[%s])", selector, duration(lookback)), w.From)
	if err != nil {
		return nil, err
	}
	c := &counted{changes: map[string][]change{}}
	second := map[string]time.Time{}
	if c.spans, err = scrapes(ctx, q, ends, w, second); err != nil {
		return nil, err
	}
	began, err := fromStarts(ctx, q, c.spans, w)
	if err != nil {
		return nil, err
	}
	late, err := lateBegins(ctx, q, selector, c.spans, second, began, w)
	if err != nil {
		return nil, err
	}
	base := map[string]float64{}
	for _, s := range append(begins, late...) {
		base[key(s.Labels)] = s.Last()
	}
	names := map[string]bool{}
	for _, s := range ends {
		names[s.Labels["__name__"]] = true
	}
	fallen, err := restarted(ctx, q, selector, names, base, w)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, s := range ends {
		k := key(s.Labels)
		if seen[k] {
			continue // the same pod scraped by two jobs
		}
		seen[k] = true
		by := s.Last() - base[k]
		if grown, fell := fallen[k]; fell {
			by = grown
		}
		name := s.Labels["__name__"]
		c.changes[name] = append(c.changes[name], change{s.Labels, max(by, 0)})
	}
	return c, nil
}

// key is the identity of a series but for how it was scraped.
func key(labels map[string]string) string {
	var b strings.Builder
	for _, name := range [...]string{"__name__", "server", "model", "version", "method", "code", "decision", "client", "connection_type", "gpu_uuid", "reason"} {
		b.WriteString(labels[name])
		b.WriteByte(0)
	}
	b.WriteString(pod(labels))
	return b.String()
}

// scrapes finds, for the pods of series, the scrapes that bound the window. A pod
// that was not known before the window is bounded by its first scrape within; the one
// after that goes into second.
func scrapes(ctx context.Context, q Querier, series []source.Series, w Window, second map[string]time.Time) (map[string]Window, error) {
	look := fmt.Sprintf("up[%s]", duration(lookback))
	last, err := q.Instant(ctx, look, w.To)
	if err != nil {
		return nil, err
	}
	first, err := q.Instant(ctx, look, w.From)
	if err != nil {
		return nil, err
	}
	wanted := map[string]bool{}
	for _, s := range series {
		wanted[pod(s.Labels)] = true
	}
	spans := map[string]Window{}
	for _, s := range last {
		if good := succeeded(s); wanted[pod(s.Labels)] && len(good) > 0 {
			spans[pod(s.Labels)] = Window{To: good[len(good)-1]}
		}
	}
	for _, s := range first {
		if at, known := spans[pod(s.Labels)]; known {
			if good := succeeded(s); len(good) > 0 {
				at.From = good[len(good)-1]
			}
			spans[pod(s.Labels)] = at
		}
	}
	return spans, firstScrapes(ctx, q, spans, second, w)
}

// succeeded are the times of the scrapes that a series of `up` says went well.
func succeeded(up source.Series) []time.Time {
	var list []time.Time
	for _, s := range up.Samples {
		if s.Value == 1 {
			list = append(list, s.Time)
		}
	}
	return list
}

// fromStarts finds the pods that say they began within the window, before their
// first scrape: they count from their beginning, at zero.
func fromStarts(ctx context.Context, q Querier, spans map[string]Window, w Window) (map[string]bool, error) {
	told, err := q.Instant(ctx, fmt.Sprintf("{__name__=%q}", startTime), w.To)
	if err != nil {
		return nil, err
	}
	began := map[string]bool{}
	for _, s := range told {
		name := pod(s.Labels)
		at, known := spans[name]
		start := time.UnixMilli(int64(s.Last() * 1000))
		if known && start.After(w.From) && start.Before(at.From) {
			spans[name] = Window{From: start, To: at.To}
			began[name] = true
		}
	}
	return began, nil
}

// narrow adds a pod to a selector that ends in "}".
func narrow(selector, name string) string {
	return strings.TrimSuffix(selector, "}") + "," + target(name) + "}"
}

func label(name string) string {
	if strings.Contains(name, ":") {
		return "instance"
	}
	return "pod"
}

func target(name string) string { return fmt.Sprintf("%s=%q", label(name), name) }

// anchors are the counters by which a restart is seen: they grow with every call.
var anchors = [...]string{requests, graphTotal, tritonGood}

// restarted counts, scrape by scrape, the series of the pods whose counters fell
// within the window, or since the scrape before it.
func restarted(ctx context.Context, q Querier, selector string, names map[string]bool, base map[string]float64, w Window) (map[string]float64, error) {
	length := duration(w.length())
	pods := map[string]bool{}
	for _, name := range anchors {
		if !names[name] {
			continue
		}
		fell, err := q.Instant(ctx, fmt.Sprintf("resets(%s[%s]) > 0", name, duration(w.length()+lookback)), w.To)
		if err != nil {
			return nil, err
		}
		for _, s := range fell {
			pods[pod(s.Labels)] = true
		}
	}
	grown := map[string]float64{}
	for name := range pods {
		raw, err := q.Instant(ctx, narrow(selector, name)+"["+length+"]", w.To)
		if err != nil {
			return nil, err
		}
		for _, s := range raw {
			k := key(s.Labels)
			grown[k] = growth(base[k], s.Samples)
		}
	}
	return grown, nil
}

// growth is how much a counter grew from before on: a fall is a new beginning.
func growth(before float64, samples []source.Sample) float64 {
	sum := 0.0
	for _, s := range samples {
		if s.Value < before {
			before = 0
		}
		sum += s.Value - before
		before = s.Value
	}
	return sum
}
