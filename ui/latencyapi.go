package ui

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"supersonic/traceql"
	"supersonic/ui/latency"
	"supersonic/ui/payload"
	"supersonic/ui/source"
	"supersonic/ui/traffic"
)

const (
	// latencyTime is how long traces are read for one answer; what is left out then is
	// said.
	latencyTime = 20 * time.Second
	// countersTime is how long Triton's counters may take: what the spans tell waits for
	// no slow Prometheus.
	countersTime = 4 * time.Second
	// beforeTime is how long the time before is read where something stands out: the
	// newest of it is enough to tell whether it was so.
	beforeTime = 2 * time.Second
	// maxTraceFile bounds a file of traces that is sent to be analysed, as it is sent.
	maxTraceFile = 64 << 20
)

func (u *UI) latencyRoutes(a asks) {
	a.get("/api/latency", u.latency)
	a.post("/api/latency/file", u.latencyOfFile)
}

// latency answers where the time of the requests of a range goes, and compares if
// asked: compare=before (the time before, as long), compareFrom and compareTo, or
// left and right, two pods.
func (u *UI) latency(r *http.Request) (any, error) {
	from, to, err := timeRange(r, time.Hour)
	if err != nil {
		return nil, err
	}
	query := strings.TrimSpace(r.FormValue("q"))
	if err := searchable(query); err != nil {
		return nil, err
	}
	until := time.Now().Add(latencyTime)
	taken, err := u.gather(r, query, from, to, until)
	if err != nil {
		return nil, err
	}
	out := taken.Report()
	out.FromMs, out.ToMs, out.Query = float64(from.UnixMilli()), float64(to.UnixMilli()), cmp.Or(query, "{}")
	out.Rests.Whole = out.Rests.Whole && taken.Whole
	out.Rests.Notes = append(slices.Clone(taken.Notes), out.Rests.Notes...)
	out.Counters = u.counters(r.Context(), taken, from, to, query != "")
	against, earlier, err := u.against(r, taken.Collector, query, from, to, until)
	out.Against = against
	if err == nil && len(out.Findings) > 0 {
		u.tellBefore(r, taken.Collector, earlier, query, from, to, &out)
	}
	return out, err
}

// earlier is a time that findings are held against.
type earlier struct {
	*latency.Collector
	name string
}

// tellBefore holds the findings against the time compared with, or the time before,
// as long, as far as it is read in a moment. That it cannot be read is no failure of
// the page.
func (u *UI) tellBefore(r *http.Request, c *latency.Collector, e *earlier, query string, from, to time.Time, out *payload.Latency) {
	if e == nil {
		before := from.Add(from.Sub(to))
		taken, err := u.gather(r, query, before, from, time.Now().Add(beforeTime))
		if err != nil {
			out.Rests.Notes = append(out.Rests.Notes, "The time before, to hold findings against, could not be read: "+err.Error())
			return
		}
		e = &earlier{taken.Collector, "the time before, " + clock(before, from)}
	}
	c.Before(e.Collector, e.name, out)
}

// searchable refuses a filter that is wrong before a store is asked.
func searchable(query string) error {
	if query == "" {
		return nil
	}
	q, err := traceql.Parse(query)
	if err == nil {
		_, err = traceql.NewSearch(q)
	}
	if err != nil {
		return reject(http.StatusBadRequest, "the filter: "+err.Error(), `a filter is TraceQL that selects spans, as { span.triton.model_name = "resnet" }`)
	}
	return nil
}

func (u *UI) gather(r *http.Request, query string, from, to, until time.Time) (latency.Taken, error) {
	_, tempo, err := u.tempoOf(r)
	if err != nil {
		return latency.Taken{}, err
	}
	return latency.Gather(r.Context(), tempo, query, latency.Window{From: uint64(from.UnixNano()), To: uint64(to.UnixNano())}, until)
}

// counters reads Triton's counters; that there are none is no failure of the page.
func (u *UI) counters(ctx context.Context, taken latency.Taken, from, to time.Time, filtered bool) payload.LatencyCounters {
	prometheus, err := u.prometheus()
	if err != nil {
		return payload.LatencyCounters{Sentence: "This site has no Prometheus, so Triton's counters are not beside."}
	}
	ctx, cancel := context.WithTimeout(ctx, countersTime)
	defer cancel()
	grown, between, err := traffic.TritonTimes(ctx, prometheus, traffic.Window{From: from, To: to})
	if err != nil {
		return payload.LatencyCounters{Sentence: "Triton's counters could not be read: " + err.Error() + ": " + source.Hint(err) + "."}
	}
	list := make([]latency.Counter, len(grown))
	for i, g := range grown {
		list[i] = latency.Counter(g)
	}
	part := latency.AllStored
	switch {
	case filtered:
		part = latency.OfFilter
	case !taken.Whole || taken.Counts().Beyond > 0:
		part = latency.OfSomeRead
	}
	return taken.Counters(list, float64(between.From.UnixMilli()), float64(between.To.UnixMilli()), part)
}

// against is the comparison that is asked for, and if it is with an earlier time, that.
func (u *UI) against(r *http.Request, c *latency.Collector, query string, from, to, until time.Time) (*payload.LatencyAgainst, *earlier, error) {
	left, right := r.FormValue("left"), r.FormValue("right")
	if left != "" || right != "" {
		out, err := againstPods(c, left, right)
		return out, nil, err
	}
	before, after, err := comparedTime(r, from, to)
	if err != nil || before.IsZero() {
		return nil, nil, err
	}
	other, err := u.gather(r, query, before, after, until.Add(latencyTime/4))
	if err != nil {
		return nil, nil, err
	}
	name := "the time " + clock(before, after)
	out := latency.Against(other.Collector, c, "time", name, "the time "+clock(from, to))
	if after.After(from) { // it tells nothing of what was before
		return &out, nil, nil
	}
	return &out, &earlier{other.Collector, name}, nil
}

func againstPods(c *latency.Collector, left, right string) (*payload.LatencyAgainst, error) {
	out, err := c.AgainstPods(left, right)
	var no *latency.NoSuchPod
	if errors.As(err, &no) {
		return nil, reject(http.StatusBadRequest, no.Error(), no.Hint())
	}
	return out, err
}

// comparedTime is the range to compare with, zero if none is asked for.
func comparedTime(r *http.Request, from, to time.Time) (before, after time.Time, err error) {
	switch text := r.FormValue("compare"); {
	case text == "before":
		return from.Add(from.Sub(to)), from, nil
	case text != "":
		return before, after, reject(http.StatusBadRequest, fmt.Sprintf("compare %q is not understood", text), "compare=before, or compareFrom and compareTo, or left and right")
	}
	if r.FormValue("compareFrom") == "" {
		return before, after, nil
	}
	now := time.Now()
	if before, err = instant("compareFrom", r.FormValue("compareFrom"), now); err != nil {
		return before, after, err
	}
	if after, err = instant("compareTo", r.FormValue("compareTo"), now); err != nil {
		return before, after, err
	}
	if !before.Before(after) || after.Sub(before) > longest {
		return before, after, reject(http.StatusBadRequest, "the range to compare with is empty or longer than ten years", "give compareFrom before compareTo")
	}
	return before, after, nil
}

// clock writes a range in UTC, the day once.
func clock(from, to time.Time) string {
	from, to = from.UTC(), to.UTC()
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		return from.Format("2006-01-02 15:04:05") + " to " + to.Format("15:04:05") + " UTC"
	}
	return from.Format("2006-01-02 15:04:05") + " to " + to.Format("2006-01-02 15:04:05") + " UTC"
}

// latencyOfFile analyses the traces of a file, which needs no store.
func (u *UI) latencyOfFile(r *http.Request) (any, error) {
	query := strings.TrimSpace(r.FormValue("q"))
	if err := searchable(query); err != nil {
		return nil, err
	}
	c, err := latency.ReadFile(http.MaxBytesReader(nil, r.Body, maxTraceFile), query, latency.Window{})
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, reject(http.StatusRequestEntityTooLarge, "the file is larger than 64 MiB", "pack it by gzip, or ask on the command line: supersonic latency --file FILE")
	case err != nil:
		return nil, reject(http.StatusBadRequest, "read the file: "+err.Error(), "it has to be OTLP as JSON, as `supersonic traces dump` writes it, packed by gzip or not")
	}
	out := c.FileReport(query)
	if left, right := r.FormValue("left"), r.FormValue("right"); left != "" || right != "" {
		out.Against, err = againstPods(c, left, right)
	}
	return out, err
}
