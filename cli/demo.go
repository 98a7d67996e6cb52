package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/term"
	"google.golang.org/grpc/codes"

	"supersonic/cli/load"
	"supersonic/deploy/models"
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
local:
  triton:
    modelRepository: models
`

// demoRate is how many requests a second the demo sends in all: a third of what
// two servers of the example models can do on two cores.
const demoRate = 40

// maxDemoRate bounds --rate: beyond it one client on a laptop measures itself.
const maxDemoRate = 10000

// runDemo is up on example models, with a client beside it.
func runDemo(ctx context.Context, e env, args []string) error {
	f := newSiteFlags(e, "demo")
	rate := f.set.Float64("rate", demoRate, "requests a second, all models together")
	f.logLevel = "warn"
	f.set.Lookup("log-level").DefValue = "warn"
	log, err := f.read(e, args)
	if err != nil {
		return err
	}
	if !(*rate >= 0 && *rate <= maxDemoRate) {
		return refusal{fmt.Errorf("--rate %v: use a number of requests a second, 0 to %d", *rate, maxDemoRate)}
	}
	// What is wrong with the user's own files is told before a file is written.
	plain, err := f.load(false)
	if err != nil {
		return err
	}
	made := firstMissing(filepath.Join(plain.DataDir, "demo"))
	k, err := buildDemo(f, plain.DataDir, log)
	if err != nil {
		if made != "" {
			err = errors.Join(err, os.RemoveAll(made))
		}
		return err
	}
	announce(e.out, k)
	if k.InferenceAddr() == "" {
		fmt.Fprintln(e.out, "\nthe gateway is off, so no requests are sent; Ctrl-C stops it all")
	} else {
		fmt.Fprintln(e.out, "\nthe servers load their models; Ctrl-C stops it all")
	}
	return demoRun(ctx, e.out, k, *rate, log)
}

// buildDemo writes the demo's files and builds a site of them and the user's.
func buildDemo(f *siteFlags, dataDir string, log *slog.Logger) (*stack.Stack, error) {
	values, err := demoFiles(dataDir)
	if err != nil {
		return nil, err
	}
	s, err := f.load(false, values)
	if err != nil {
		return nil, err
	}
	return build(s, stack.Options{Version: Version}, log)
}

// firstMissing is the topmost directory on the way to path that is not there, ""
// if path is.
func firstMissing(path string) string {
	missing := ""
	for {
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			return missing
		}
		missing = path
		if path = filepath.Dir(path); path == missing {
			return missing
		}
	}
}

// demoFiles writes the example models and values below the data directory and
// returns the path of the values.
func demoFiles(dataDir string) (string, error) {
	demo := filepath.Join(dataDir, "demo")
	if err := models.Write(filepath.Join(demo, "models")); err != nil {
		return "", refusal{fmt.Errorf("%w (--data-dir names another place)", err)}
	}
	values := filepath.Join(demo, "values.yaml")
	if err := os.WriteFile(values, []byte(demoValues), 0o644); err != nil {
		return "", refusal{fmt.Errorf("write the demo's values: %w (--data-dir names another place)", err)}
	}
	return values, nil
}

// demoRun runs the site and the client until ctx ends. The client stops first, so
// that the stop of the site fails none of its requests.
func demoRun(ctx context.Context, out io.Writer, k *stack.Stack, rate float64, log *slog.Logger) error {
	sending, stopSending := context.WithCancel(ctx)
	defer stopSending()
	running, stopSite := context.WithCancel(context.WithoutCancel(ctx))
	defer stopSite()
	counts := &demoCounts{}
	var client sync.WaitGroup
	client.Go(func() {
		defer stopSite()
		demoClient(sending, out, k, rate, counts, log)
		<-sending.Done()
	})
	err := k.Run(running)
	stopSending()
	client.Wait()
	return err
}

// demoClient sends requests once the servers are ready, until ctx ends, and says
// how many.
func demoClient(ctx context.Context, out io.Writer, k *stack.Stack, rate float64, counts *demoCounts, log *slog.Logger) {
	if k.InferenceAddr() == "" || !k.AwaitReady(ctx) {
		return
	}
	var line sync.WaitGroup
	line.Go(func() { counts.show(ctx, out) })
	err := load.Run(ctx, load.Config{Target: k.InferenceAddr(), Connections: 4, Streams: demoStreams(rate), Each: counts.add})
	if err != nil {
		log.Error("the demo's client ended", "error", err)
	}
	line.Wait()
	fmt.Fprintln(out)
}

// demoCounts are what the client saw.
type demoCounts struct {
	mu     sync.Mutex // guards what follows
	total  int
	failed int           // of flaky_id, which is made to fail
	other  int           // failed otherwise
	last   string        // the last of these
	recent int           // since the last line
	took   time.Duration // of those
}

func (c *demoCounts) add(r load.Result) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.total++
	c.recent++
	c.took += r.Latency
	switch {
	case r.Code == codes.OK:
	case r.Model == flaky && r.Code == codes.Internal:
		c.failed++
	default:
		c.other++
		c.last = fmt.Sprintf("%s: %v: %s", r.Model, r.Code, r.Message)
	}
}

// show keeps one line of a terminal up to date; elsewhere, as in a file, it writes a line a minute.
func (c *demoCounts) show(ctx context.Context, out io.Writer) {
	every, format := time.Minute, "%s\n"
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		every, format = time.Second, "\r%s  "
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fmt.Fprintf(out, format, c.line(every))
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
	line := fmt.Sprintf("%d requests, %.0f/s, mean %.1f ms, %d failed as they should", c.total, float64(c.recent)/since.Seconds(), float64(mean.Microseconds())/1000, c.failed)
	if c.other > 0 {
		line = fmt.Sprintf("%s, %d failed otherwise, the last with %.120q", line, c.other, c.last)
	}
	c.recent, c.took = 0, 0
	return line
}
