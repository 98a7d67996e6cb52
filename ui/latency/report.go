package latency

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"

	"supersonic/ui/payload"
)

// about says what each phase is.
var about = [phases]string{
	"from the first byte at the gateway to the choice of a server, and from the server's last byte on",
	"what the gateway waited for the server less what the server took: both ways on the wire, and the receiving and decoding of the request, which Triton does not time",
	"Triton beside the other phases: scheduling, responses, an ensemble's way from step to step",
	"from the queue's entry to the start of the execution; a batcher's delay is in it, as Triton does not tell it apart",
	"tensors gathered and copied in",
	"the model's execution, with the batch that it was in",
	"tensors copied out",
	"the answer handed to the wire by the server",
}

// Phases describes the phases, in the order of Report's rows.
func Phases() []payload.LatencyPhase {
	var list []payload.LatencyPhase
	for p := range phases {
		list = append(list, payload.LatencyPhase{Name: phaseNames[p], Label: labels[p], About: about[p]})
	}
	return list
}

// maxRows bounds the rows of model by pod: the costliest are told.
const maxRows = 400

// Report splits the requests that were gathered and says what stands out.
func (c *Collector) Report() payload.Latency {
	s := newSite(c)
	out := payload.Latency{Phases: Phases(), Rests: c.rests()}
	rows := c.rows(s.total)
	out.All, out.Models, out.Pods, out.Each = rows[byAll], rows[byModel], rows[byPod], rows[byBoth]
	if n := len(out.Each); n > maxRows {
		out.Each = out.Each[:maxRows]
		out.Rests.Notes = append(out.Rests.Notes, fmt.Sprintf("%d more pairs of model and pod are not listed.", n-maxRows))
	}
	out.Steps = s.stepRows()
	found := s.findings()
	for _, f := range found {
		out.Findings = append(out.Findings, f.payload(s.total))
	}
	out.Verdict, out.Sentence, out.Next = s.verdict(c, found)
	return out
}

// FileReport is the report of a file: its range is that of its requests, and no
// counters stand beside it.
func (c *Collector) FileReport(filter string) payload.Latency {
	out := c.Report()
	out.Query, out.FromMs, out.ToMs = cmp.Or(filter, "{}"), out.Rests.FirstMs, out.Rests.LastMs
	out.Counters.Sentence = "A file has no counters beside it."
	return out
}

func (c *Collector) rests() payload.LatencyRests {
	n := c.counts
	r := payload.LatencyRests{Traces: n.Traces, Requests: n.Split, Failed: n.Failed, Silent: n.Silent, Alone: n.Alone, Estimated: n.Estimated,
		Whole: n.Beyond == 0, FirstMs: ms(float64(c.first)), LastMs: ms(float64(c.last))}
	for _, m := range sortedKeys(c.failed) {
		r.FailedOf = append(r.FailedOf, payload.LatencyFailed{Model: m, Failed: c.failed[m]})
	}
	if n.Beyond > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s requests more than the %s that are taken in at a time are left out: narrow the range or the filter.", number(n.Beyond), number(c.most)))
	}
	if n.Silent > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("Of %s the server kept no spans (not sampled and kept for being slow, or Triton lost the context): counted, not split.", count(n.Silent, "request")))
	}
	if n.Failed > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s failed: counted, not split, as in Triton's counters of time.", count(n.Failed, "request")))
	}
	if n.Alone > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("Of %s the gateway's span is missing, or they are messages of a stream: their wait in the gateway and network are not known.", count(n.Alone, "request")))
	}
	return r
}

func ms(ns float64) float64 { return ns / 1e6 }

func (f Finding) payload(all float64) payload.LatencyCause {
	out := payload.LatencyCause{Kind: f.Kind, Phase: f.Phase.String(), Pod: f.Pod, Model: f.Model, Ensemble: f.Ensemble, Step: f.Step,
		Sentence: f.Sentence, Evidence: f.Evidence, Share: f.Share, ExcessS: f.Excess / 1e9, Query: f.Query}
	if all > 0 {
		out.OfAll = min(1, f.Excess/all)
	}
	for _, e := range f.Examples {
		out.Examples = append(out.Examples, payload.LatencyExample{ID: hex.EncodeToString(e.ID[:]), StartMs: ms(float64(e.Start)), TotalMs: ms(e.TotalNs), PhaseMs: ms(e.PhaseNs)})
	}
	return out
}

// The groupings of rows.
const (
	byAll = iota
	byModel
	byPod
	byBoth
	groupings
)

type rowKey struct{ model, pod, podKey string }

// rows groups the requests, each grouping in the order of its time, the costliest
// first.
func (c *Collector) rows(total float64) [groupings][]payload.LatencyRow {
	var out [groupings][]payload.LatencyRow
	for g := range groupings {
		members := map[rowKey][]*request{}
		for i := range c.requests {
			r := &c.requests[i]
			k := rowKey{}
			if g == byModel || g == byBoth {
				k.model = r.model
			}
			if g == byPod || g == byBoth {
				k.pod, k.podKey = r.pod, r.podKey
			}
			members[k] = append(members[k], r)
		}
		for k, list := range members {
			out[g] = append(out[g], newRow(k, list, total))
		}
		slices.SortFunc(out[g], func(a, b payload.LatencyRow) int {
			if d := compareFloats(b.Total.TotalS, a.Total.TotalS); d != 0 {
				return d
			}
			return compareNames(a, b)
		})
	}
	return out
}

func compareNames(a, b payload.LatencyRow) int {
	return slices.Compare([]string{a.Model, a.Pod}, []string{b.Model, b.Pod})
}

func newRow(k rowKey, list []*request, total float64) payload.LatencyRow {
	row := payload.LatencyRow{Model: k.model, Pod: k.pod, Requests: len(list), Query: rowQuery(k)}
	whole := newSample(valuesOf(list, func(r *request) (float32, bool) { return r.total, true }))
	row.Estimated = whole.weight
	row.Total = timesOf(whole, whole.sum())
	if total > 0 {
		row.Share = whole.sum() / total
	}
	for p := range phases {
		s := newSample(valuesOf(list, func(r *request) (float32, bool) { return r.times[p], !r.alone || p != Gateway && p != Network }))
		t := timesOf(s, whole.sum())
		t.Query = phaseQuery(p, k, s.quantile(0.9))
		row.Phases = append(row.Phases, t)
	}
	return row
}

func valuesOf(list []*request, of func(*request) (float32, bool)) []value {
	out := make([]value, 0, len(list))
	for _, r := range list {
		if ns, known := of(r); known {
			out = append(out, value{float64(ns), float64(r.weight), r.start})
		}
	}
	return out
}

func timesOf(s *sample, whole float64) payload.LatencyTime {
	t := payload.LatencyTime{P50Ms: ms(s.quantile(0.5)), P90Ms: ms(s.quantile(0.9)), P99Ms: ms(s.quantile(0.99)), MeanMs: ms(s.mean()), TotalS: s.sum() / 1e9}
	if whole > 0 {
		t.Share = s.sum() / whole
	}
	return t
}

// stepRows are the members of ensembles: each ensemble's in the order of their time.
func (s *site) stepRows() []payload.LatencyRow {
	var rows []payload.LatencyRow
	for _, e := range s.places {
		var own []payload.LatencyRow
		for _, at := range s.places {
			if at.parent == e.model && e.parent == "" {
				own = append(own, s.stepRow(at, s.totals(e, wants{}).sum()))
			}
		}
		slices.SortFunc(own, func(a, b payload.LatencyRow) int { return compareFloats(b.Total.TotalS, a.Total.TotalS) })
		rows = append(rows, own...)
	}
	return rows
}

func (s *site) stepRow(at place, whole float64) payload.LatencyRow {
	total := s.totals(at, wants{})
	row := payload.LatencyRow{Model: at.model, Ensemble: at.parent, Requests: len(total.list), Estimated: total.weight, Total: timesOf(total, total.sum()),
		Query: fmt.Sprintf("{ span.triton.model_name = %q } > { span.triton.model_name = %q }", at.parent, at.model)}
	if whole > 0 {
		row.Share = total.sum() / whole
	}
	for p := range phases {
		var list []value
		s.each(at, wants{}, func(r *request, x *run) { list = append(list, value{float64(x.times[p]), float64(r.weight), r.start}) })
		row.Phases = append(row.Phases, timesOf(newSample(list), total.sum()))
	}
	return row
}
