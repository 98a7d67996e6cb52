package traffic

import (
	"context"
	"fmt"
	"sort"

	"supersonic/ui/payload"
)

type modelAt struct{ model, server string }

var tritonSelector = fmt.Sprintf(`{__name__=~"%s|%s|%s"}`, tritonGood, tritonBad, tritonTime)

// Models makes the table of models over w: for each a row of all servers and one
// of each server. A server other than "" leaves only its rows.
func Models(ctx context.Context, q Querier, w Window, f Filter, server string) (payload.Models, error) {
	c, err := count(ctx, q, f.selector(gatewaySelector), w)
	if err != nil {
		return payload.Models{}, err
	}
	rows := modelTotals{totals[modelAt]{}}
	source, metric := fromCounters, requests
	if len(c.changes[requests]) == 0 {
		source, metric = fromTriton, tritonGood
		if c, err = count(ctx, q, f.selector(tritonSelector), w); err != nil {
			return payload.Models{}, err
		}
		collectTriton(c, w, rows.totals, server)
	} else {
		for _, everywhere := range [...]bool{true, false} {
			collect(c, w, rows.totals, func(l map[string]string) (modelAt, bool) { return row(l["model"], l["server"], server, everywhere) })
		}
	}
	if source == fromCounters {
		err = rows.quantiles(ctx, q, w, f, server)
	}
	if err != nil {
		return payload.Models{}, err
	}
	queued, err := queueShares(ctx, q, w, f, server)
	if err != nil {
		return payload.Models{}, err
	}
	if len(rows.totals) == 0 {
		source = fromNothing
	}
	out := payload.Models{Window: window(c, w, metric, source), Server: server}
	out.Window.SampledShare, _ = sampled(c)
	for k, t := range rows.totals {
		if t.total == 0 && t.timed == 0 {
			continue
		}
		line := payload.ModelRow{Model: k.model, Server: k.server, Traffic: t.traffic(nil), Codes: codes(t.codes)}
		if share, known := queued[k]; known {
			line.QueueShare = &share
		}
		out.Models = append(out.Models, line)
	}
	sort.Slice(out.Models, func(i, j int) bool {
		a, b := out.Models[i], out.Models[j]
		return a.Model < b.Model || a.Model == b.Model && a.Server < b.Server
	})
	if len(out.Models) == 0 {
		out.Next = next
	}
	return out, nil
}

// modelTotals are the tallies of models.
type modelTotals struct{ totals[modelAt] }

// quantiles adds the histograms of requests to the rows that are there.
func (m modelTotals) quantiles(ctx context.Context, q Querier, w Window, f Filter, server string) error {
	found, err := histograms(ctx, q, w, f, func(l map[string]string) (modelAt, bool) { return modelAt{l["model"], l["server"]}, true }, "model", "server")
	if err != nil {
		return err
	}
	for k, h := range found {
		for _, everywhere := range [...]bool{true, false} {
			at, shown := row(k.model, k.server, server, everywhere)
			if t, has := m.totals[at]; shown && has {
				t.addDurations(h)
			}
		}
	}
	return nil
}

// row is where a series counts: in its model's row of all servers, or in that of
// its server.
func row(model, at, only string, everywhere bool) (modelAt, bool) {
	if only != "" && at != only {
		return modelAt{}, false
	}
	if everywhere && only == "" {
		return modelAt{model, ""}, true
	}
	return modelAt{model, at}, !everywhere && !nowhere(at)
}

// collectTriton sums the servers' own counters, which know no code.
func collectTriton(c *counted, w Window, rows totals[modelAt], only string) {
	each := func(metric string, add func(*tally, change)) {
		for _, ch := range c.changes[metric] {
			for _, everywhere := range [...]bool{true, false} {
				if k, ok := row(ch.labels["model"], pod(ch.labels), only, everywhere); ok {
					add(rows.at(k), ch)
				}
			}
		}
	}
	tell := func(t *tally, ch change) {
		t.total += ch.by
		t.perSecond += ch.by / c.seconds(pod(ch.labels), w)
	}
	each(tritonGood, func(t *tally, ch change) { tell(t, ch); t.timed += ch.by })
	each(tritonBad, func(t *tally, ch change) { tell(t, ch); t.failed += ch.by })
	each(tritonTime, func(t *tally, ch change) { t.time += ch.by / 1e6 })
}

func codes(by map[string]float64) []payload.CodeRow {
	var list []payload.CodeRow
	for _, code := range sortedKeys(by) {
		if by[code] > 0 {
			list = append(list, payload.CodeRow{Code: code, Requests: by[code]})
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].Requests > list[j].Requests })
	return list
}
