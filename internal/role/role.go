// Package role is the one life that every part of a site has: New checks and
// takes ports, Run serves until its context ends and returns nil on a clean stop.
// Stages start and stop a site's roles in order.
package role

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Runner is a part of a site. Run serves until ctx ends, drains in a bounded
// time and returns nil on a clean stop. It is called once.
type Runner interface {
	Run(ctx context.Context) error
}

// Named is a role with the name that logs and errors use for it.
type Named struct {
	Name string
	Runner
}

// Stages are the roles of a site in the order in which they stop: who makes
// spans first, who keeps them last. All of a stage stop together.
type Stages [][]Named

type ended struct {
	stage int
	name  string
	err   error
}

// Run starts every role, the last stage first, and serves until ctx ends or a
// role ends by itself. Then the stages stop from the first to the last, each
// after the one before it has ended. It returns the errors of all roles, nil
// after a clean stop.
func (s Stages) Run(ctx context.Context, log *slog.Logger) error {
	running := context.WithoutCancel(ctx)
	ends := make(chan ended)
	cancels := make([]context.CancelFunc, len(s))
	open := make([]int, len(s))
	for i := len(s) - 1; i >= 0; i-- {
		var stageCtx context.Context
		stageCtx, cancels[i] = context.WithCancel(running)
		open[i] = len(s[i])
		for _, r := range s[i] {
			go func() { ends <- ended{i, r.Name, r.Run(stageCtx)} }()
		}
	}
	var errs []error
	note := func(e ended) {
		open[e.stage]--
		if e.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", e.name, e.err))
		}
	}
	if n := total(open); n > 0 {
		select {
		case <-ctx.Done():
		case e := <-ends:
			note(e)
			if e.err == nil {
				errs = append(errs, fmt.Errorf("%s: ended by itself", e.name))
			}
			log.Error("a role ended, the site stops", "role", e.name, "error", e.err)
		}
	}
	for i := range s {
		begun := time.Now()
		cancels[i]()
		for open[i] > 0 {
			note(<-ends)
		}
		for _, r := range s[i] {
			log.Debug("stopped", "role", r.Name, "took", time.Since(begun).Round(time.Millisecond))
		}
	}
	return errors.Join(errs...)
}

func total(counts []int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
