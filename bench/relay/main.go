package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

type options struct {
	envoy   string
	repeats int
	calls   int           // a repetition of 1 KiB
	large   int           // a repetition of 1 MiB
	steady  time.Duration // of the steady rate, for latency
}

// result is a run: the medians of its repetitions, and every repetition.
type result struct {
	At, Commit, Machine, Go, Envoy, Load string
	Rows                                 []row
}

// row is one case. A ratio is the median of the repetitions' own ratios.
type row struct {
	Case           string
	Unit           string
	Gateway, Envoy float64
	Ratio          float64
	Direct         float64      `json:",omitempty"` // without a gateway, where that was measured
	Each           [][2]float64 // gateway, envoy of every repetition
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == "gateway" {
		if err := serveGateway(os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, "gateway:", err)
			os.Exit(1)
		}
		return
	}
	var o options
	flag.StringVar(&o.envoy, "envoy", "", "the binary of a real Envoy")
	flag.IntVar(&o.repeats, "repeats", 5, "repetitions of each case")
	flag.IntVar(&o.calls, "calls", 20000, "calls of 1 KiB a repetition")
	flag.IntVar(&o.large, "large", 300, "calls of 1 MiB a repetition")
	flag.DurationVar(&o.steady, "steady", 10*time.Second, "length of a repetition at 300 calls a second")
	flag.Parse()
	out, err := run(context.Background(), o)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench/relay:", err)
		os.Exit(1)
	}
	e := json.NewEncoder(os.Stdout)
	e.SetIndent("", " ")
	if err := e.Encode(out); err != nil {
		fmt.Fprintln(os.Stderr, "bench/relay:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (*result, error) {
	b, err := newBackend()
	if err != nil {
		return nil, err
	}
	defer b.stop()
	out := describe(o.envoy)
	for _, percent := range []float64{0, 1, 100} {
		rows, err := runTraced(ctx, o, b, percent)
		if err != nil {
			return nil, err
		}
		out.Rows = append(out.Rows, rows...)
	}
	out.Load += " .. " + loadNow()
	return out, nil
}

// runTraced measures both gateways at one sampling rate.
func runTraced(ctx context.Context, o options, b *backend, percent float64) ([]row, error) {
	ours, err := startOurs(b, percent)
	if err != nil {
		return nil, err
	}
	defer ours.stop()
	envoy, err := startEnvoy(o.envoy, b, percent)
	if err != nil {
		return nil, err
	}
	defer envoy.stop()
	for _, p := range []*proxy{ours, envoy} { // connections, pools, code pages
		if _, err := p.cost(ctx, 8, 16, 2000, 1<<10); err != nil {
			return nil, err
		}
	}
	name := fmt.Sprintf("1 KiB, tracing %g %%", percent)
	small, err := pairs(name, "CPU-s per 100k calls", o.repeats, ours, envoy, func(p *proxy) (float64, error) {
		used, err := p.cost(ctx, 8, 16, o.calls, 1<<10)
		return used * 1e5 / float64(o.calls), err
	})
	if err != nil {
		return nil, err
	}
	rows := []row{small}
	if percent != 1 {
		return rows, nil
	}
	large, err := pairs("1 MiB, tracing 1 %", "CPU-s per GB, both ways counted", o.repeats, ours, envoy, func(p *proxy) (float64, error) {
		used, err := p.cost(ctx, 4, 2, o.large, 1<<20)
		return used * 1e9 / (2 * float64(o.large) * (1 << 20)), err
	})
	if err != nil {
		return nil, err
	}
	times, err := latency(ctx, o, b, ours, envoy)
	return append(append(rows, large), times...), err
}

// pairs measures both in turns, who is first changing.
func pairs(name, unit string, repeats int, ours, envoy *proxy, measure func(*proxy) (float64, error)) (row, error) {
	r := row{Case: name, Unit: unit}
	for i := range repeats {
		var pair [2]float64
		for turn := range 2 {
			which := (i + turn) % 2
			value, err := measure([]*proxy{ours, envoy}[which])
			if err != nil {
				return r, fmt.Errorf("%s: %w", name, err)
			}
			pair[which] = value
		}
		r.Each = append(r.Each, pair)
	}
	r.summarise()
	return r, nil
}

func (r *row) summarise() {
	var gateway, envoy, ratio []float64
	for _, e := range r.Each {
		gateway, envoy, ratio = append(gateway, e[0]), append(envoy, e[1]), append(ratio, e[0]/e[1])
	}
	r.Gateway, r.Envoy, r.Ratio = median(gateway), median(envoy), median(ratio)
	fmt.Fprintf(os.Stderr, "%-34s %-34s gateway %8.2f  envoy %8.2f  ratio %5.2f\n", r.Case, r.Unit, r.Gateway, r.Envoy, r.Ratio)
}

// latency is the quantiles at 300 calls a second, of both gateways and of calls to
// the server itself, and what each gateway adds to the median. What it adds to the
// 99th percentile drowns in a shared machine's noise.
func latency(ctx context.Context, o options, b *backend, ours, envoy *proxy) ([]row, error) {
	p50, p99 := row{Case: "p50 at 300 calls/s", Unit: "us"}, row{Case: "p99 at 300 calls/s", Unit: "us"}
	added := row{Case: "added to p50 at 300 calls/s", Unit: "us"}
	var direct [2][]float64
	for range o.repeats {
		var at [3][2]float64
		for i, addr := range []string{b.addr, ours.addr, envoy.addr} {
			median, tail, err := steady(ctx, addr, 300, o.steady)
			if err != nil {
				return nil, fmt.Errorf("latency: %w", err)
			}
			at[i] = [2]float64{float64(median.Microseconds()), float64(tail.Microseconds())}
		}
		p50.Each = append(p50.Each, [2]float64{at[1][0], at[2][0]})
		p99.Each = append(p99.Each, [2]float64{at[1][1], at[2][1]})
		added.Each = append(added.Each, [2]float64{at[1][0] - at[0][0], at[2][0] - at[0][0]})
		direct[0], direct[1] = append(direct[0], at[0][0]), append(direct[1], at[0][1])
	}
	p50.Direct, p99.Direct = median(direct[0]), median(direct[1])
	rows := []row{p50, p99, added}
	for i := range rows {
		rows[i].summarise()
	}
	return rows, nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	if n := len(v); n%2 == 0 {
		return (v[n/2-1] + v[n/2]) / 2
	}
	return v[len(v)/2]
}

func describe(envoy string) *result {
	text := func(name string, args ...string) string {
		out, err := exec.Command(name, args...).Output()
		if err != nil {
			return "unknown"
		}
		return strings.TrimSpace(string(out))
	}
	model := "unknown CPU"
	if info, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		if _, rest, ok := strings.Cut(string(info), "model name\t: "); ok {
			model, _, _ = strings.Cut(rest, "\n")
		}
	}
	version := text(envoy, "--version")
	if _, v, ok := strings.Cut(version, "version: "); ok {
		version = v
	}
	return &result{
		At:      time.Now().UTC().Format(time.DateOnly),
		Commit:  text("git", "describe", "--always", "--dirty"),
		Machine: fmt.Sprintf("%s, %d cores, Linux %s", model, runtime.NumCPU(), kernel(text("uname", "-r"))),
		Go:      runtime.Version(), Envoy: version, Load: loadNow(),
	}
}

func kernel(release string) string { number, _, _ := strings.Cut(release, "-"); return number }

// loadNow is the machine's load average of the last minute.
func loadNow() string {
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	one, _, _ := strings.Cut(string(b), " ")
	return one
}
