package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"supersonic/stack"
)

// Version is what `supersonic version` prints; the build sets it.
var Version = "unknown"

// Exit codes of Main.
const (
	exitOK      = 0
	exitFailed  = 1
	exitRefused = 2
	exitStands  = 3 // latency --check: something stands out
)

// env is what a command is given: its streams and how to log.
type env struct {
	out, err io.Writer
}

type command struct {
	name, args, summary string
	run                 func(ctx context.Context, e env, args []string) error
}

func commands() []command {
	list := []command{
		{"up", "[-f FILE]... [--set K=V]...", "run the whole site in this process", up},
		{"demo", "[--rate N]", "run the whole site on example models with steady requests", runDemo},
		{"check", "[-f FILE]...", "read the files, say what is derived, ignored or wrong; start nothing", check},
	}
	for _, r := range roles {
		run := alone(r.name)
		if r.name == stack.RoleTraces {
			run = runTraces
		}
		list = append(list, command{r.name, "-f FILE...", r.summary, run})
	}
	list = append(list, command{"latency", "[--url URL | --file FILE]", "tell where the time of requests goes, and who is slow", runLatency})
	return append(list, command{"version", "", "print the version", version})
}

// roles are the parts of a site that also run alone, as a pod does.
var roles = []struct{ name, summary string }{
	{"gateway", "run the gateway alone, as a pod"},
	{"triton", "run the supervisor of tritonserver alone, as a pod"},
	{"collector", "run the OpenTelemetry Collector alone, as a pod"},
	{"traces", "run the trace store alone, as a pod"},
	{"metrics", "run the metrics store alone, as a pod"},
	{"ui", "run the page alone, as a pod"},
}

// refusal marks an error as one of the command line or the configuration.
type refusal struct{ error }

func (r refusal) Unwrap() error { return r.error }

// Main runs one command and returns the process's exit code.
func Main(args []string, out, errOut io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := dispatch(ctx, env{out, errOut}, args)
	var refused refusal
	var found stands
	switch {
	case err == nil, errors.Is(err, flag.ErrHelp):
		return exitOK
	case errors.As(err, &found):
		return exitStands
	case errors.As(err, &refused):
		fmt.Fprintln(errOut, "supersonic:", err)
		return exitRefused
	default:
		fmt.Fprintln(errOut, "supersonic:", err)
		return exitFailed
	}
}

func dispatch(ctx context.Context, e env, args []string) error {
	if len(args) == 0 {
		usage(e.err)
		return refusal{errors.New("name a command")}
	}
	switch args[0] {
	case "help", "-h", "-help", "--help":
		usage(e.out)
		return nil
	}
	var names []string
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(ctx, e, args[1:])
		}
		names = append(names, c.name)
	}
	return refusal{fmt.Errorf("unknown command %q\n    the commands are %s", args[0], strings.Join(names, ", "))}
}

func usage(w io.Writer) {
	fmt.Fprint(w, "supersonic runs an inference-as-a-service site and shows where each request spends its time.\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  supersonic %-9s %-30s %s\n", c.name, c.args, c.summary)
	}
	fmt.Fprint(w, "\n`supersonic COMMAND -h` lists the flags of a command.\n")
}

func version(_ context.Context, e env, args []string) error {
	if len(args) > 0 {
		return refusal{fmt.Errorf("version takes no arguments, got %q", args)}
	}
	fmt.Fprintln(e.out, "supersonic", Version)
	return nil
}

func logger(w io.Writer, level string) (*slog.Logger, error) {
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return nil, fmt.Errorf("--log-level %q: use debug, info, warn or error", level)
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l})), nil
}
