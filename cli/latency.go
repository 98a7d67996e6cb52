package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"supersonic/stack"
	"supersonic/ui/latency"
	"supersonic/ui/payload"
)

// latencyFlags are those of `supersonic latency`.
type latencyFlags struct {
	*siteFlags
	url, from, to, filter, by, stat, compare, file, counters string
	json, check                                              bool
}

// stands is the error of --check: something stands out.
type stands struct{ error }

const latencyAbout = `supersonic latency [flags] [FILE]
Tells where the time of requests goes, by model and pod, and who is slow: of a running
site (its page answers), or of a file of traces. Exit code 0; with --check 3 if a pod,
a model or a step stands out.

`

func newLatencyFlags(e env) *latencyFlags {
	f := &latencyFlags{siteFlags: newSiteFlags(e, "latency")}
	f.set.StringVar(&f.url, "url", "", "`address` of the page, http://host:3000; empty: that of the site's files (-f)")
	f.set.StringVar(&f.from, "from", "now-1h", "the `time` from which on, as Grafana writes it")
	f.set.StringVar(&f.to, "to", "now", "the `time` until which")
	f.set.StringVar(&f.filter, "filter", "", "`TraceQL` that selects spans: their traces count")
	f.set.StringVar(&f.by, "by", "both", "rows by `model`, pod, or both")
	f.set.StringVar(&f.stat, "stat", "mean", "what is told of each phase: `mean`, p50, p90, p99")
	f.set.StringVar(&f.compare, "compare", "", "compare with `what`: before, a range FROM..TO, or two pods POD,POD")
	f.set.StringVar(&f.file, "file", "", "traces of a `file` (OTLP as JSON, packed or not; - is the standard input) instead of a site's")
	f.set.StringVar(&f.counters, "counters", "", "with --file: Triton's counters at its end, a `file` with Prometheus's answer to {__name__=~\"nv_inference_.*\"}")
	f.set.BoolVar(&f.json, "json", false, "the whole answer as JSON")
	f.set.BoolVar(&f.check, "check", false, "exit code 3 if something stands out")
	f.set.Usage = func() {
		fmt.Fprint(f.set.Output(), latencyAbout)
		f.set.PrintDefaults()
	}
	return f
}

// runLatency prints where the time goes.
func runLatency(ctx context.Context, e env, args []string) error {
	f := newLatencyFlags(e)
	if err := f.parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return nil
		}
		return refusal{err}
	}
	if err := f.wrong(); err != nil {
		return refusal{err}
	}
	got, err := f.answer(ctx)
	if err != nil {
		return err
	}
	if f.json {
		err = writeIndented(e.out, payload.Filled(got))
	} else {
		printLatency(e.out, got, f.by, f.stat)
	}
	if err == nil && f.check && got.Verdict == "found" {
		return stands{errors.New("something stands out")}
	}
	return err
}

func writeIndented(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// parse takes flags before and after a file, which is --file without the word.
func (f *latencyFlags) parse(args []string) error {
	err := f.set.Parse(args)
	if err == nil && f.file == "" && f.set.NArg() > 0 {
		f.file = f.set.Arg(0)
		err = f.set.Parse(f.set.Args()[1:])
	}
	return err
}

// wrong says what is wrong with the flags.
func (f *latencyFlags) wrong() error {
	switch {
	case f.set.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", f.set.Arg(0))
	case f.by != "model" && f.by != "pod" && f.by != "both":
		return fmt.Errorf("--by %q: use model, pod or both", f.by)
	case statOf(f.stat) == nil:
		return fmt.Errorf("--stat %q: use mean, p50, p90 or p99", f.stat)
	case f.file != "" && f.url != "":
		return errors.New("--file and --url: use one of the two")
	case f.file == "" && f.counters != "":
		return errors.New("--counters belongs to --file: a site has its own")
	case f.file != "" && f.compare != "" && !strings.Contains(f.compare, ","):
		return errors.New("--compare with --file takes two pods: POD,POD")
	}
	return nil
}

func (f *latencyFlags) answer(ctx context.Context) (payload.Latency, error) {
	if f.file != "" {
		return f.ofFile()
	}
	base := f.url
	if base == "" {
		s, err := f.load(false)
		if err != nil {
			return payload.Latency{}, err
		}
		base = stack.PageURL(s)
	}
	return askPage(ctx, strings.TrimRight(base, "/")+"/api/latency?"+f.params().Encode())
}

func (f *latencyFlags) params() url.Values {
	v := url.Values{"from": {f.from}, "to": {f.to}}
	if f.filter != "" {
		v.Set("q", f.filter)
	}
	switch from, to, isRange := strings.Cut(f.compare, ".."); {
	case isRange:
		v.Set("compareFrom", from)
		v.Set("compareTo", to)
	case strings.Contains(f.compare, ","):
		left, right, _ := strings.Cut(f.compare, ",")
		v.Set("left", left)
		v.Set("right", right)
	case f.compare != "":
		v.Set("compare", f.compare)
	}
	return v
}

// pageTimeout is how long a page may take: it gives up itself before.
const pageTimeout = 60 * time.Second

// maxLatency bounds the page's answer.
const maxLatency = 64 << 20

func askPage(ctx context.Context, address string) (out payload.Latency, err error) {
	ctx, cancel := context.WithTimeout(ctx, pageTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return out, refusal{fmt.Errorf("--url: %w", err)}
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return out, fmt.Errorf("ask the page: %w\n    is the site running? --url http://host:port names its page", err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxLatency))
	if err != nil {
		return out, fmt.Errorf("read the page's answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		var no payload.Failure
		if json.Unmarshal(body, &no) != nil || no.Error == "" {
			return out, fmt.Errorf("ask the page at %s: %s\n    is this a page of supersonic?", req.URL.Host, resp.Status)
		}
		err := fmt.Errorf("%s\n    %s", no.Error, no.Hint)
		if resp.StatusCode == http.StatusBadRequest {
			return out, refusal{err}
		}
		return out, err
	}
	if err := json.Unmarshal(body, &out); err != nil {
		return out, fmt.Errorf("read the page's answer: %w", err)
	}
	return out, nil
}

// ofFile analyses a file in this process.
func (f *latencyFlags) ofFile() (payload.Latency, error) {
	in, err := open(f.file)
	if err != nil {
		return payload.Latency{}, err
	}
	defer in.Close()
	c, err := latency.ReadFile(in, f.filter, latency.Window{})
	if err != nil {
		return payload.Latency{}, fmt.Errorf("%s: %w\n    it has to be OTLP as JSON, as `supersonic traces dump` writes it", f.file, err)
	}
	out := c.FileReport(f.filter)
	out.Counters.Sentence = "A file has no counters beside it (--counters)."
	if f.counters != "" {
		if out.Counters, err = f.countersOf(c, out.FromMs, out.ToMs); err != nil {
			return out, err
		}
	}
	if left, right, two := strings.Cut(f.compare, ","); two {
		out.Against, err = c.AgainstPods(left, right)
	}
	var no *latency.NoSuchPod
	if errors.As(err, &no) {
		return out, refusal{fmt.Errorf("--compare: %w\n    %s", no, no.Hint())}
	}
	return out, err
}

func (f *latencyFlags) countersOf(c *latency.Collector, from, to float64) (payload.LatencyCounters, error) {
	file, err := os.Open(f.counters)
	if err != nil {
		return payload.LatencyCounters{}, err
	}
	defer file.Close()
	list, err := latency.ReadCounters(file)
	if err != nil {
		return payload.LatencyCounters{}, fmt.Errorf("%s: %w", f.counters, err)
	}
	part := latency.AllStored
	if f.filter != "" {
		part = latency.OfFilter
	}
	return c.Counters(list, from, to, part), nil
}
