package cli

import (
	"context"
	"os"
	"runtime/debug"
	"time"
)

// storeMemory is how much memory Go uses for a trace store that runs alone before it
// collects sooner, beside the indexes of its blocks, which it cannot give back. With
// GOMEMLIMIT=300MiB 5 million spans at full speed peaked at 383 MB, 100 of which are
// pages of the program (docs/reference/measured.md). GOMEMLIMIT in the environment overrules it. A whole
// site has no limit: its metrics may need any amount.
const storeMemory = 300 << 20

// limitMemory keeps the limit until ctx ends; the function that it returns waits for
// that and takes the limit back. index tells what the indexes take.
func limitMemory(ctx context.Context, index func() int64, every time.Duration) (wait func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	before := debug.SetMemoryLimit(storeMemory + index())
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer debug.SetMemoryLimit(before)
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				debug.SetMemoryLimit(storeMemory + index())
			}
		}
	}()
	return func() { <-done }
}
