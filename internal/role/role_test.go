package role

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

type part struct {
	mu     *sync.Mutex
	events *[]string
	name   string
	fails  error
	ends   chan struct{}
}

func (p part) Run(ctx context.Context) error {
	select {
	case <-ctx.Done():
	case <-p.ends:
	}
	p.mu.Lock()
	*p.events = append(*p.events, p.name)
	p.mu.Unlock()
	return p.fails
}

func site(names ...string) (Stages, map[string]chan struct{}, *[]string, func(string, error)) {
	var mu sync.Mutex
	events := &[]string{}
	ends := map[string]chan struct{}{}
	stages := make(Stages, len(names))
	for i, n := range names {
		ends[n] = make(chan struct{})
		stages[i] = []Named{{n, part{&mu, events, n, nil, ends[n]}}}
	}
	fail := func(name string, err error) {
		for i := range stages {
			if stages[i][0].Name == name {
				p := stages[i][0].Runner.(part)
				p.fails = err
				stages[i][0].Runner = p
			}
		}
	}
	return stages, ends, events, fail
}

func TestStagesStopFromTheFirstToTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stages, _, events, _ := site("gateway", "triton", "collector", "traces")
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error)
		go func() { done <- stages.Run(ctx, slog.New(slog.DiscardHandler)) }()
		synctest.Wait()
		cancel()
		if err := <-done; err != nil {
			t.Errorf("a clean stop gave %v", err)
		}
		if diff := cmp.Diff([]string{"gateway", "triton", "collector", "traces"}, *events); diff != "" {
			t.Error(diff)
		}
	})
}

func TestARoleThatEndsStopsTheSiteAndIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stages, ends, events, fail := site("gateway", "collector", "traces")
		fail("collector", errors.New("the disk is gone"))
		done := make(chan error)
		go func() { done <- stages.Run(t.Context(), slog.New(slog.DiscardHandler)) }()
		synctest.Wait()
		close(ends["collector"])
		err := <-done
		if err == nil || !strings.Contains(err.Error(), "collector: the disk is gone") {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"collector", "gateway", "traces"}, *events); diff != "" {
			t.Error(diff)
		}
	})
}
