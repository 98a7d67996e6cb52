package traffic

import (
	"context"
	"fmt"
	"math"
	"sort"
	"time"

	"supersonic/ui/payload"
)

// points is how many points a chart has at most.
const points = 180

// mostLines is how many lines a chart shows at most: more are told apart neither by
// colour nor in a legend.
const mostLines = 16

// lowestStep is the scrape interval: a finer step shows nothing new.
const lowestStep = 5 * time.Second

type chart struct {
	title, unit, label, query string
}

// gatewayCharts come from the gateway's counters; $w is the stretch of a rate.
func gatewayCharts(w string) []chart {
	rate := func(metric, by string) string {
		return fmt.Sprintf("sum by (%s) (rate(%s{%s}[%s]))", by, metric, inference, w)
	}
	return []chart{
		{"Requests by server", "per second", "server", rate(requests, "server")},
		{"Mean latency by server", "seconds", "server", rate(requestSum, "server") + " / " + rate(requestCount, "server")},
		{"Requests by model", "per second", "model", rate(requests, "model")},
		{"Mean latency by model", "seconds", "model", rate(requestSum, "model") + " / " + rate(requestCount, "model")},
	}
}

// graphCharts are what the service graph can tell, where no gateway counts.
func graphCharts(w string) []chart {
	rate := func(metric string) string {
		return fmt.Sprintf(`sum by (server) (rate(%s{client!="user"}[%s]))`, metric, w)
	}
	return []chart{
		{"Requests by server, estimated", "per second", "server", rate(graphTotal)},
		{"Mean time in the server", "seconds", "server", rate(graphSum) + " / " + rate(graphCount)},
	}
}

// Charts draws rates and mean latencies over w.
func Charts(ctx context.Context, q Querier, w Window) (payload.Charts, error) {
	step := max(w.length()/points, lowestStep).Truncate(time.Second)
	rateOver := duration(max(step, 4*lowestStep))
	out := payload.Charts{}
	for _, set := range [...][]chart{gatewayCharts(rateOver), graphCharts(rateOver)} {
		for _, c := range set {
			drawn, err := draw(ctx, q, c, w, step)
			if err != nil {
				return payload.Charts{}, err
			}
			if len(drawn.Series) > 0 {
				out.Charts = append(out.Charts, drawn)
			}
		}
		if len(out.Charts) > 0 {
			break
		}
	}
	return out, nil
}

func draw(ctx context.Context, q Querier, c chart, w Window, step time.Duration) (payload.Chart, error) {
	from := w.From.Truncate(step) // the same points at every refresh
	got, err := q.Range(ctx, c.query, from, w.To, step)
	if err != nil {
		return payload.Chart{}, err
	}
	out := payload.Chart{Title: c.title, Unit: c.unit}
	for at := from; !at.After(w.To); at = at.Add(step) {
		out.TimesMs = append(out.TimesMs, float64(at.UnixMilli()))
	}
	for _, s := range got {
		line := payload.ChartSeries{Label: s.Labels[c.label], Values: make([]*float64, len(out.TimesMs))}
		for _, v := range s.Samples {
			i := int(v.Time.Sub(from) / step)
			if i >= 0 && i < len(line.Values) && !math.IsNaN(v.Value) && !math.IsInf(v.Value, 0) {
				line.Values[i] = &v.Value
			}
		}
		if line.Label == "" {
			line.Label = "no server chosen"
		}
		out.Series = append(out.Series, line)
	}
	out.Series, out.Note = highest(out.Series, c.label, mostLines)
	sort.Slice(out.Series, func(i, j int) bool { return out.Series[i].Label < out.Series[j].Label })
	return out, nil
}

// highest keeps the lines that are highest in the mean, and says what it left out.
func highest(list []payload.ChartSeries, what string, most int) ([]payload.ChartSeries, string) {
	if len(list) <= most {
		return list, ""
	}
	sort.SliceStable(list, func(i, j int) bool { return level(list[i]) > level(list[j]) })
	return list[:most], fmt.Sprintf("The highest %d of %d %ss, by their mean over the time.", most, len(list), what)
}

// level is a line's mean.
func level(s payload.ChartSeries) float64 {
	sum, n := 0.0, 0.0
	for _, v := range s.Values {
		if v != nil {
			sum, n = sum+*v, n+1
		}
	}
	return sum / max(1, n)
}
