package cli

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"google.golang.org/grpc/codes"

	"supersonic/cli/load"
	"supersonic/deploy/models"
	"supersonic/site"
	"supersonic/stack"
)

// demoValues is the demo's values.yaml: two gateways, two servers, a fifth of the
// requests traced.
const demoValues = `
triton:
  replicas: 2
envoy:
  replicas: 2
  tracing_sampling_rate: 0.2
`

// demoRate is how many requests a second the demo sends in all: a third of what
// two servers of the example models can do on two cores.
const demoRate = 40

// runDemo is up on example models, with a client beside it.
func runDemo(ctx context.Context, e env, args []string) error {
	f := newSiteFlags(e, "demo")
	rate := f.set.Float64("rate", demoRate, "requests a second, all models together")
	f.logLevel = "warn"
	f.set.Lookup("log-level").DefValue = "warn"
	dir, err := demoFiles(f, args)
	if err != nil {
		return err
	}
	s, log, err := f.parse(e, append([]string{"-f", filepath.Join(dir, "values.yaml")}, args...), false)
	if err != nil {
		return err
	}
	if *rate < 0 {
		return refusal{fmt.Errorf("--rate %v: use a number of requests a second, 0 or more", *rate)}
	}
	k, err := build(s, stack.Options{Version: Version}, log)
	if err != nil {
		return err
	}
	announce(e.out, k)
	fmt.Fprintln(e.out, "\nthe servers load their models; Ctrl-C stops it all")
	return demoRun(ctx, e.out, k, s, *rate, log)
}

// demoFiles writes the example models and values below the data directory, which
// it reads from args before they are parsed as a whole.
func demoFiles(f *siteFlags, args []string) (string, error) {
	early := flag.NewFlagSet("", flag.ContinueOnError)
	early.SetOutput(io.Discard)
	f.set.VisitAll(func(fl *flag.Flag) {
		if fl.Name != "data-dir" {
			early.Var(new(listFlag), fl.Name, "")
		}
	})
	dir := early.String("data-dir", "", "")
	if early.Parse(args); *dir == "" {
		*dir = site.DefaultDataDir
	}
	demo := filepath.Join(*dir, "demo")
	repository := filepath.Join(demo, "models")
	if err := models.Write(repository); err != nil {
		return "", refusal{fmt.Errorf("write the example models: %w (--data-dir names another place)", err)}
	}
	values := demoValues + fmt.Sprintf("local:\n  triton:\n    modelRepository: models\n")
	if err := os.WriteFile(filepath.Join(demo, "values.yaml"), []byte(values), 0o644); err != nil {
		return "", refusal{fmt.Errorf("write the demo's values: %w", err)}
	}
	return demo, nil
}

// demoRun runs the site and the client until ctx ends.
func demoRun(ctx context.Context, out io.Writer, k *stack.Stack, s *site.Site, rate float64, log *slog.Logger) error {
	sending, stopSending := context.WithCancel(ctx)
	defer stopSending()
	counts := &demoCounts{}
	var client sync.WaitGroup
	client.Go(func() {
		if !k.AwaitReady(sending) {
			return
		}
		client.Go(func() { counts.show(sending, out) })
		err := load.Run(sending, load.Config{Target: k.InferenceAddr(), Connections: 4, Streams: demoStreams(rate), Each: counts.add})
		if err != nil {
			log.Error("the demo's client ended", "error", err)
		}
	})
	err := k.Run(sending)
	stopSending()
	client.Wait()
	fmt.Fprintln(out)
	return err
}

// demoCounts are what the client saw.
type demoCounts struct {
	mu     sync.Mutex // guards what follows
	total  int
	failed int
	recent int           // since the last line
	took   time.Duration // of those
}

func (c *demoCounts) add(r load.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total++
	c.recent++
	c.took += r.Latency
	if r.Code != codes.OK {
		c.failed++
	}
}

// show keeps one line up to date.
func (c *demoCounts) show(ctx context.Context, out io.Writer) {
	const every = time.Second
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fmt.Fprint(out, "\r", c.line(every))
		}
	}
}

func (c *demoCounts) line(since time.Duration) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	mean := time.Duration(0)
	if c.recent > 0 {
		mean = c.took / time.Duration(c.recent)
	}
	line := fmt.Sprintf("%d requests, %.0f/s, mean %.1f ms, %d failed as they should  ", c.total, float64(c.recent)/since.Seconds(), float64(mean.Microseconds())/1000, c.failed)
	c.recent, c.took = 0, 0
	return line
}
