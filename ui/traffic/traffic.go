package traffic

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"supersonic/ui/payload"
)

// Places where the numbers come from, as payload.Window.Source tells them.
const (
	fromCounters = "counters"
	fromTriton   = "server counters"
	fromTraces   = "sampled traces"
	fromNothing  = "none"
)

var sourceText = map[string]string{
	fromCounters: "exact: the gateway's counters of all inference calls",
	fromTriton:   "the servers' own counters; an ensemble counts its members too",
	fromTraces:   "estimated from sampled traces: no gateway here counts its calls",
	fromNothing:  "nothing was counted in this window",
}

const next = "Send an inference request to the gateway. It shows here after the next scrape, within 5 s."

// tally sums up what went one way.
type tally struct {
	total, failed        float64
	perSecond            float64
	time, timed          float64 // seconds, and how many they are of
	upstream, upstreamed float64
	estimate             float64
	estimated            bool
	inServer, inServerOf float64
	codes                map[string]float64
	durations            histogram
}

func (t *tally) addDurations(h histogram) {
	if t.durations == nil {
		t.durations = histogram{}
	}
	t.durations.add(h)
}

func (t *tally) addCode(code string, by float64) {
	if t.codes == nil {
		t.codes = map[string]float64{}
	}
	t.codes[code] += by
}

func (t *tally) traffic(sampledHead *float64) payload.Traffic {
	out := payload.Traffic{Requests: t.total, Failed: t.failed, PerSecond: t.perSecond,
		LatencyMs: mean(t.time, t.timed), UpstreamMs: mean(t.upstream, t.upstreamed), ServerMs: mean(t.inServer, t.inServerOf),
		P50Ms: t.durations.quantile(.5), P90Ms: t.durations.quantile(.9), P99Ms: t.durations.quantile(.99)}
	if t.estimated {
		out.Estimate = &t.estimate
		if sampledHead != nil && *sampledHead > 0 {
			// N counted at weight w each: sqrt(sum of w*(w-1)) = sqrt(N*(w-1)).
			sd := math.Sqrt(t.estimate * (1 / *sampledHead - 1))
			out.EstimateError = &sd
		}
	}
	return out
}

// mean is in milliseconds, null of nothing.
func mean(seconds, of float64) *float64 {
	if of <= 0 {
		return nil
	}
	ms := seconds / of * 1e3
	return &ms
}

// totals are tallies by some name, and what all of them share.
type totals[K comparable] map[K]*tally

func (t totals[K]) at(k K) *tally {
	if t[k] == nil {
		t[k] = &tally{}
	}
	return t[k]
}

type edge struct{ from, to string }

// gatewaySelector selects everything of the gateways that is compared, and the
// service graph.
var gatewaySelector = fmt.Sprintf(`{__name__=~"%s"}`, strings.Join([]string{requests, requestSum, requestCount,
	upstreamSum, upstreamCount, decisions, graphTotal, graphFailed, graphSum, graphCount}, "|"))

// forInference tells whether a change is of an inference call; series without a
// method are.
func forInference(labels map[string]string) bool {
	m := labels["method"]
	m = m[strings.LastIndexByte(m, '/')+1:]
	return m == "" || m == "ModelInfer" || m == "ModelStreamInfer"
}

// nowhere are the server labels of a call for which no server was chosen.
func nowhere(server string) bool { return server == "" || server == "unknown" || server == "none" }

// collect sums every change of the gateways' counters under the key that name
// gives its labels.
func collect[K comparable](c *counted, w Window, into totals[K], name func(map[string]string) (K, bool)) {
	each := func(metric string, add func(*tally, change)) {
		for _, ch := range c.changes[metric] {
			if !forInference(ch.labels) {
				continue
			}
			if k, ok := name(ch.labels); ok {
				add(into.at(k), ch)
			}
		}
	}
	each(requests, func(t *tally, ch change) {
		t.total += ch.by
		t.perSecond += ch.by / c.seconds(pod(ch.labels), w)
		t.addCode(ch.labels["code"], ch.by)
		if ch.labels["code"] != "OK" {
			t.failed += ch.by
		}
	})
	each(requestSum, func(t *tally, ch change) { t.time += ch.by })
	each(requestCount, func(t *tally, ch change) { t.timed += ch.by })
	each(upstreamSum, func(t *tally, ch change) { t.upstream += ch.by })
	each(upstreamCount, func(t *tally, ch change) { t.upstreamed += ch.by })
}

// collectGraph sums the service graph, which has no methods: its edges are
// inference calls only.
func collectGraph(c *counted, w Window, into totals[edge], alone bool, name func(from, to string) (edge, bool)) {
	each := func(metric string, add func(*tally, float64)) {
		for _, ch := range c.changes[metric] {
			e, shown := name(ch.labels["client"], ch.labels["server"])
			if ch.labels["client"] == "user" || ch.labels["client"] == "" || ch.labels["server"] == "" || !shown {
				continue
			}
			if _, known := into[e]; known || alone {
				add(into.at(e), ch.by)
			}
		}
	}
	each(graphTotal, func(t *tally, by float64) {
		t.estimate, t.estimated = t.estimate+by, true
		if alone {
			t.total += by
			t.perSecond += by / w.length().Seconds()
		}
	})
	each(graphFailed, func(t *tally, by float64) {
		if alone {
			t.failed += by
		}
	})
	each(graphSum, func(t *tally, by float64) { t.inServer += by })
	each(graphCount, func(t *tally, by float64) { t.inServerOf += by })
}

// sampled are the shares of the window's requests that were traced: of all, and
// of those that the gateways decided on.
func sampled(c *counted) (all, head *float64) {
	by := map[string]float64{}
	for _, ch := range c.changes[decisions] {
		by[ch.labels["decision"]] += ch.by
	}
	share := func(yes, no float64) *float64 {
		if yes+no <= 0 {
			return nil
		}
		s := yes / (yes + no)
		return &s
	}
	return share(by["head_sampled"]+by["caller_sampled"], by["head_not_sampled"]+by["caller_not_sampled"]),
		share(by["head_sampled"], by["head_not_sampled"])
}

func window(c *counted, w Window, metric, source string) payload.Window {
	out := payload.Window{FromMs: float64(w.From.UnixMilli()), ToMs: float64(w.To.UnixMilli()), Source: source, SourceText: sourceText[source]}
	if b, ok := c.bounds(metric); ok {
		from, to := float64(b.From.UnixMilli()), float64(b.To.UnixMilli())
		out.CountedFromMs, out.CountedToMs = &from, &to
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
