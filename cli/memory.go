package cli

import (
	"context"
	"os"
	"runtime/debug"
	"time"
)

const (
	// storeMemory is how much memory Go uses for a trace store that runs alone before
	// it collects sooner, beside what the store cannot give back. At full speed 115 MB
	// are in use; a limit of 200 MiB takes as much CPU as none, 160 a sixth more
	// (docs/reference/measured.md). The program's own pages are another 120 MiB.
	storeMemory = 180 << 20
	// memoryEvery is how often the limit follows what the store holds.
	memoryEvery = time.Second
)

// limitMemory keeps the limit until ctx ends; the function that it returns waits for
// that and takes the limit back. held tells what the store cannot give back.
// GOMEMLIMIT in the environment overrules it. A whole site has no limit: its metrics
// may need any amount.
func limitMemory(ctx context.Context, held func() int64) (wait func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	limit := storeMemory + held()
	before := debug.SetMemoryLimit(limit)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer debug.SetMemoryLimit(before)
		tick := time.NewTicker(memoryEvery)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if now := storeMemory + held(); now != limit { // to set it stops all goroutines
				limit = now
				debug.SetMemoryLimit(limit)
			}
		}
	}()
	return func() { <-done }
}
