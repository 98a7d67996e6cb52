package cli

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"supersonic/site"
	"supersonic/stack"
)

func up(ctx context.Context, e env, args []string) error {
	s, log, err := newSiteFlags(e, "up").parse(e, args, false)
	if err != nil {
		return err
	}
	k, err := build(s, stack.Options{Version: Version}, log)
	if err != nil {
		return err
	}
	announce(e.out, k)
	return k.Run(ctx)
}

// alone is the command that runs one role, as a pod does.
func alone(role string) func(context.Context, env, []string) error {
	return func(ctx context.Context, e env, args []string) error {
		s, log, err := newSiteFlags(e, role).parse(e, args, true)
		if err != nil {
			return err
		}
		k, err := build(s, stack.Options{Role: role, Version: Version}, log)
		if err != nil {
			return err
		}
		if role == stack.RoleTraces {
			ctx, stop := context.WithCancel(ctx)
			defer limitMemory(ctx, func() inUse { return inUse{live: liveBytes(), held: k.TracesHeldBytes()} })()
			defer stop()
		}
		return k.Run(ctx)
	}
}

// build makes a site's roles; what they refuse is the configuration's fault.
func build(s *site.Site, o stack.Options, log *slog.Logger) (*stack.Stack, error) {
	tellNotes(s, log)
	k, err := stack.New(s, o, log)
	if err != nil {
		return nil, refusal{err}
	}
	return k, nil
}

func tellNotes(s *site.Site, log *slog.Logger) {
	for _, n := range s.Notes {
		level := slog.LevelDebug // the chart's Kubernetes keys are not news to anybody
		if n.Why == site.ReasonUnused || n.Why == site.ReasonLeftover {
			level = slog.LevelInfo
		}
		log.Log(context.Background(), level, "a key has no effect", "key", n.Path, "at", n.Origin.String(), "why", string(n.Why), "more", n.Text)
	}
	for _, o := range s.Off() {
		log.Info("a part is off", "key", o.Key, "cost", o.Cost)
	}
}

func announce(w io.Writer, k *stack.Stack) {
	fmt.Fprintln(w, "supersonic", Version, "is up")
	for _, p := range k.Endpoints() {
		fmt.Fprintf(w, "  %-28s %s\n", p.What, p.URL)
	}
}
