package cli

import (
	"context"
	"math"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryLimitGrowsWithWhatTheStoreHolds(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	synctest.Test(t, func(t *testing.T) {
		before := debug.SetMemoryLimit(-1)
		ctx, stop := context.WithCancel(t.Context())
		var held atomic.Int64
		wait := limitMemory(ctx, held.Load)
		want := func(n int64) {
			t.Helper()
			if have := debug.SetMemoryLimit(-1); have != n {
				t.Errorf("the limit is %d, want %d", have, n)
			}
		}
		want(storeMemory)
		held.Store(5 << 30)
		<-time.After(memoryEvery)
		synctest.Wait()
		want(storeMemory + 5<<30)
		stop()
		wait()
		want(before)
	})
}

func TestMemoryLimitOfTheEnvironmentStays(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "off")
	limitMemory(t.Context(), func() int64 { return 0 })()
	if have := debug.SetMemoryLimit(-1); have != math.MaxInt64 {
		t.Errorf("the limit is %d", have)
	}
}
