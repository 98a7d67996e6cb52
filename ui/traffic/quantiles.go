package traffic

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"supersonic/ui/source"
)

// durations is the gateway's histogram of whole requests.
const durations = "supersonic_gateway_request_duration_seconds_bucket"

// maxBuckets bounds how many series of buckets one answer may have: beyond, the
// map has means alone.
const maxBuckets = 30_000

// histogram is counts of requests up to a number of seconds. Counts come from
// PromQL's increase(): it stretches all buckets of a series alike, so quantiles
// are those of the traffic, while counts are taken elsewhere.
type histogram map[float64]float64

func (h histogram) add(of histogram) {
	for le, n := range of {
		h[le] += n
	}
}

// quantile interpolates within a bucket as PromQL's histogram_quantile does, in
// milliseconds; null of nothing. Beyond the last bound it is that bound.
func (h histogram) quantile(q float64) *float64 {
	bounds := slices.Sorted(maps.Keys(h))
	if len(bounds) < 2 || !math.IsInf(bounds[len(bounds)-1], 1) {
		return nil
	}
	total := h[bounds[len(bounds)-1]]
	if total <= 0 {
		return nil
	}
	rank := q * total
	below, from := 0.0, 0.0
	for _, le := range bounds {
		if h[le] >= rank && h[le] > below {
			if math.IsInf(le, 1) {
				ms := from * 1e3
				return &ms
			}
			ms := (from + (le-from)*(rank-below)/(h[le]-below)) * 1e3
			return &ms
		}
		below, from = h[le], le
	}
	return nil
}

// histograms asks for the buckets of all requests of w by the named labels and
// sums them under what name makes of these.
func histograms[K comparable](ctx context.Context, q Querier, w Window, f Filter, name func(map[string]string) (K, bool), by ...string) (map[K]histogram, error) {
	query := fmt.Sprintf("sum by (%s, le) (increase(%s{%s}[%s]))", strings.Join(by, ", "), durations, f.matchers(inference), duration(w.length()))
	got, err := q.Instant(ctx, query, w.To)
	if err != nil {
		return nil, err
	}
	out := map[K]histogram{}
	if len(got) > maxBuckets {
		return out, nil
	}
	for _, s := range got {
		le, err := strconv.ParseFloat(s.Labels["le"], 64)
		k, known := name(s.Labels)
		if err != nil || !known || math.IsNaN(s.Last()) {
			continue
		}
		if out[k] == nil {
			out[k] = histogram{}
		}
		out[k][le] += s.Last()
	}
	return out, nil
}

// queueShares tells, by model and server, which part of its requests' time in the
// servers was spent in their queues, from the servers' own counters.
func queueShares(ctx context.Context, q Querier, w Window, f Filter, server string) (map[modelAt]float64, error) {
	ask := func(metric string) ([]source.Series, error) {
		only := f.matchers()
		if server != "" {
			only = strings.TrimPrefix(only+","+target(server), ",")
		}
		return q.Instant(ctx, fmt.Sprintf("sum by (pod, instance, model) (increase(%s{%s}[%s]))", metric, only, duration(w.length())), w.To)
	}
	queued, err := ask(tritonQueue)
	if err != nil {
		return nil, err
	}
	whole, err := ask(tritonTime)
	if err != nil {
		return nil, err
	}
	sum := func(of []source.Series) map[modelAt]float64 {
		out := map[modelAt]float64{}
		for _, s := range of {
			for _, at := range [...]string{"", pod(s.Labels)} {
				out[modelAt{s.Labels["model"], at}] += s.Last()
			}
		}
		return out
	}
	parts, all := sum(queued), sum(whole)
	for k, us := range parts {
		if parts[k] = us / all[k]; all[k] <= 0 {
			delete(parts, k)
		}
	}
	return parts, nil
}
