package cli

import (
	"context"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	// storeMemory is how much memory Go uses for a trace store that runs alone before
	// it collects sooner, beside what the store holds. On two cores at full speed 115 MB
	// are in use; a limit of 200 MiB takes as much CPU as none, 180 a twentieth more,
	// 160 a sixth (docs/reference/measured.md). The program's own pages are another 120 MiB.
	storeMemory = 190 << 20
	// memoryEvery is how often the limit follows what is in use.
	memoryEvery = time.Second
)

// inUse is what the last collection left, in bytes: of the program, and of it what the
// store cannot give back (indexes, cache, queries at work).
type inUse struct{ live, held int64 }

// limit leaves half as much again as the work needs, where that is more than
// storeMemory: on sixteen cores 160 MB are in use at full speed, and with 180 MiB ingest
// took a quarter more CPU.
func (u inUse) limit() int64 { return u.held + max(storeMemory, (u.live-u.held)*3/2) }

// limitMemory keeps the limit until ctx ends; the function that it returns waits for
// that and takes the limit back. GOMEMLIMIT in the environment overrules it. A whole
// site has no limit: its metrics may need any amount.
func limitMemory(ctx context.Context, used func() inUse) (wait func()) {
	if os.Getenv("GOMEMLIMIT") != "" {
		return func() {}
	}
	limit := used().limit()
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
			if now := used().limit(); now != limit { // to set it stops all goroutines
				limit = now
				debug.SetMemoryLimit(limit)
			}
		}
	}()
	return func() { <-done }
}

// liveBytes is what the last collection left.
func liveBytes() int64 {
	sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	metrics.Read(sample)
	return int64(sample[0].Value.Uint64())
}
