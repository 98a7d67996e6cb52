package latency

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"supersonic/ui/payload"
	"supersonic/ui/source"
)

// Counter is how much one of Triton's counters grew over the window.
type Counter struct {
	Metric     string
	Model, Pod string
	By         float64
}

// Triton's counters. Times are microseconds, summed over requests (not over
// executions, which a batch shares).
const (
	counterGood   = "nv_inference_request_success"
	counterBad    = "nv_inference_request_failure"
	counterRuns   = "nv_inference_exec_count"
	counterQueue  = "nv_inference_queue_duration_us"
	counterInput  = "nv_inference_compute_input_duration_us"
	counterInfer  = "nv_inference_compute_infer_duration_us"
	counterOutput = "nv_inference_compute_output_duration_us"
)

var counted = [...]struct {
	phase  Phase
	metric string
}{{Queue, counterQueue}, {Input, counterInput}, {Infer, counterInfer}, {Output, counterOutput}}

// Two means agree if they differ by a tenth, by 0.2 ms, or by what chance makes of
// the number of spans.
const (
	agreeShare = 0.1
	agreeLeast = 0.2 // ms
)

// Part says why spans are of some requests only, which the counters do not know.
type Part string

// Parts: all that is stored, what a filter selects, what was read in time.
const (
	AllStored  Part = ""
	OfFilter   Part = "the filter takes some of the requests"
	OfSomeRead Part = "not all traces of this time are taken in"
)

type counterKey struct{ model, pod string }

// Counters lays Triton's counters beside the spans, model by model and pod by pod:
// all runs of a model, alone and in ensembles. part says of which requests the spans
// are, if not of all that are stored.
func (c *Collector) Counters(grown []Counter, from, to float64, part Part) payload.LatencyCounters {
	out := payload.LatencyCounters{FromMs: from, ToMs: to}
	by := map[counterKey]map[string]float64{}
	for _, g := range grown {
		k := counterKey{g.Model, g.Pod}
		if by[k] == nil {
			by[k] = map[string]float64{}
		}
		by[k][g.Metric] += g.By
	}
	if len(by) == 0 {
		out.Sentence = "Prometheus has no counters of Triton for this time, so the spans stand alone."
		return out
	}
	out.Known = true
	s := newSite(c)
	runs := s.runsByServer()
	together := tooThin(runs)
	if together {
		by, runs = overPods(by, runs)
	}
	for k, m := range by {
		if s.ensemble[place{k.model, ""}] || m[counterGood] == 0 && len(runs[k]) == 0 {
			continue // an ensemble has no execution: its steps are compared
		}
		out.Rows = append(out.Rows, c.counterRow(k, m, runs[k], part))
	}
	for k, list := range runs {
		if by[k] == nil {
			out.Rows = append(out.Rows, c.counterRow(k, nil, list, part))
		}
	}
	slices.SortFunc(out.Rows, func(a, b payload.LatencyCounter) int {
		return strings.Compare(a.Model+"\x00"+a.Pod, b.Model+"\x00"+b.Pod)
	})
	out.Agree, out.Sentence = agreement(out.Rows, together, part)
	return out
}

// fewSpans is from how many spans on a pair of model and pod is compared by itself.
const fewSpans = 10

// tooThin tells whether most pods have too few spans of a model to compare means: on a
// site of many pods, of whose requests one in a hundred is traced. Then each model is
// compared over all its pods.
func tooThin(runs map[counterKey][]runAt) bool {
	thin, pods := 0, map[string]bool{}
	for k, list := range runs {
		pods[k.pod] = true
		if len(list) < fewSpans {
			thin++
		}
	}
	return len(pods) > 1 && 2*thin > len(runs)
}

// overPods joins what is known of each model over its pods.
func overPods(by map[counterKey]map[string]float64, runs map[counterKey][]runAt) (map[counterKey]map[string]float64, map[counterKey][]runAt) {
	sums, all := map[counterKey]map[string]float64{}, map[counterKey][]runAt{}
	for k, one := range by {
		model := counterKey{model: k.model}
		if sums[model] == nil {
			sums[model] = map[string]float64{}
		}
		for metric, n := range one {
			sums[model][metric] += n
		}
	}
	for k, list := range runs {
		model := counterKey{model: k.model}
		all[model] = append(all[model], list...)
	}
	return sums, all
}

// runsByServer are the runs of models that execute, by model and pod.
func (s *site) runsByServer() map[counterKey][]runAt {
	out := map[counterKey][]runAt{}
	for at, pods := range s.runs {
		if s.ensemble[at] {
			continue
		}
		for pod, list := range pods {
			k := counterKey{at.model, pod}
			out[k] = append(out[k], list...)
		}
	}
	return out
}

func (c *Collector) counterRow(k counterKey, m map[string]float64, runs []runAt, part Part) payload.LatencyCounter {
	row := payload.LatencyCounter{Model: k.model, Pod: k.pod, Requests: m[counterGood], Failed: m[counterBad], Agree: true}
	if m[counterRuns] > 0 {
		row.PerBatch = (m[counterGood] + m[counterBad]) / m[counterRuns]
	}
	noise := 0.0
	for _, x := range runs {
		w := float64(x.request.weight)
		row.Runs += w
		noise += w * (w - 1)
	}
	row.Comparing = len(runs) > 0 && row.Requests > 0
	for _, of := range counted {
		row.Phases = append(row.Phases, counterPhase(of.phase, of.metric, m, runs, &row))
	}
	row.Reason = c.whyCounted(row, len(runs), math.Sqrt(noise), part)
	return row
}

func counterPhase(p Phase, metric string, m map[string]float64, runs []runAt, row *payload.LatencyCounter) payload.LatencyCounterOne {
	var list []value
	for _, x := range runs {
		list = append(list, value{float64(x.run.times[p]), float64(x.request.weight), x.request.start})
	}
	s := newSample(list)
	one := payload.LatencyCounterOne{Name: p.String(), SpansMs: ms(s.mean()), Agree: true}
	if e := s.error(); !math.IsInf(e, 0) {
		one.ErrorMs = 2 * ms(e)
	}
	if !row.Comparing {
		return one
	}
	one.CountersMs = m[metric] / row.Requests / 1e3
	one.Agree = math.Abs(one.SpansMs-one.CountersMs) <= max(agreeShare*one.CountersMs, one.ErrorMs, agreeLeast)
	row.Agree = row.Agree && one.Agree
	return one
}

// whyCounted says why the two routes may differ; "" where they agree in all.
func (c *Collector) whyCounted(row payload.LatencyCounter, n int, noise float64, part Part) string {
	more := row.Requests - row.Runs
	many := math.Abs(more) > max(0.1*row.Requests, 3*noise, 3)
	switch {
	case part != "" && row.Requests > 0 && (many || !row.Agree):
		return string(part) + ", the counters are of all"
	case n == 0:
		return "no span of it is stored: not sampled, or left out by the filter"
	case row.Requests == 0:
		return "Prometheus has no count of it in this time: not scraped yet, or the server began anew"
	case many && more > 0:
		why := "requests that did not come through the gateway, contexts that Triton lost, or requests at the edges of the time"
		return fmt.Sprintf("the server counted %s requests, the spans stand for %s: %s", number(int(row.Requests)), number(int(row.Runs)), why)
	case many:
		return fmt.Sprintf("the server counted %s requests, the spans stand for %s: the counters were first read after some of them, or the server began anew", number(int(row.Requests)), number(int(row.Runs)))
	case row.Agree:
		return ""
	case more >= 1:
		return fmt.Sprintf("the spans lack %s of %s requests that were counted (Triton lost their context, or they are at the edges of the time), and few slow ones change a mean", number(int(more)), number(int(row.Requests)))
	case n < 100 && noise > 0:
		return fmt.Sprintf("few requests are sampled: the mean of %d spans has an error of its own", n)
	}
	return "requests at the edges of the time, which one of the two has and the other not, or failed ones, whose time Triton counts in part"
}

// agreement is the sentence on all rows, of models over all their pods or of pairs. It
// names what was compared and differs; why other rows were not is theirs to say.
func agreement(rows []payload.LatencyCounter, together bool, part Part) (agree bool, sentence string) {
	pairs, also := pairs, ""
	if together {
		pairs, also = overAll, fmt.Sprintf(" Most pods have less than %d spans of a model: too few to compare them one by one.", fewSpans)
	}
	if part != "" {
		also = fmt.Sprintf(" %s%s, the counters are of all: the two count different requests.", strings.ToUpper(string(part[:1])), part[1:]) + also
	}
	compared, fine := 0, 0
	differ := map[string]bool{}
	for _, r := range rows {
		switch {
		case !r.Comparing:
			continue
		case r.Agree:
			fine++
		case part != "":
			differ[rowName(r)] = true
		default:
			differ[rowName(r)+": "+r.Reason] = true
		}
		compared++
	}
	switch {
	case compared == 0:
		return false, "Triton's counters and the spans have no model in common at this time." + also
	case fine == compared:
		return true, fmt.Sprintf("Triton's counters agree with the spans: queue, input, compute and output of %s.", pairs(compared)) + also
	case part != "":
		return false, fmt.Sprintf("Triton's counters agree with the spans for %d of %s and differ for %s.", fine, pairs(compared), strings.Join(firstOf(differ, 3), ", ")) + also
	}
	return false, fmt.Sprintf("Triton's counters agree with the spans for %d of %s; for the others: %s.", fine, pairs(compared), strings.Join(firstOf(differ, 3), "; ")) + also
}

func rowName(r payload.LatencyCounter) string {
	if r.Pod == "" {
		return r.Model
	}
	return r.Model + " on " + r.Pod
}

func overAll(n int) string { return count(n, "model") + ", each over all its pods" }

func pairs(n int) string { return count(n, "pair") + " of model and pod" }

func firstOf(set map[string]bool, most int) []string {
	list := sortedKeys(set)
	if len(list) > most {
		list = append(list[:most], fmt.Sprintf("and %d more", len(list)-most))
	}
	return list
}

// maxCounters bounds a file of counters.
const maxCounters = 64 << 20

// ReadCounters reads counters as they stood at the end, from zero: Prometheus's
// answer to an instant query for nv_inference_* with the label pod.
func ReadCounters(from io.Reader) ([]Counter, error) {
	body, err := io.ReadAll(io.LimitReader(from, maxCounters))
	if err != nil {
		return nil, err
	}
	series, err := source.DecodePrometheus(body)
	if err != nil {
		return nil, fmt.Errorf("not an answer of Prometheus: %w", err)
	}
	var list []Counter
	for _, s := range series {
		list = append(list, Counter{s.Labels["__name__"], s.Labels["model"], s.Labels["pod"], s.Last()})
	}
	return list, nil
}
