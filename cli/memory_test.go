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

func TestMemoryLimitGrowsWithTheIndexes(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	synctest.Test(t, func(t *testing.T) {
		before := debug.SetMemoryLimit(-1)
		ctx, stop := context.WithCancel(t.Context())
		var index atomic.Int64
		wait := limitMemory(ctx, index.Load, time.Minute)
		want := func(n int64) {
			t.Helper()
			if have := debug.SetMemoryLimit(-1); have != n {
				t.Errorf("the limit is %d, want %d", have, n)
			}
		}
		want(storeMemory)
		index.Store(5 << 30)
		<-time.After(time.Minute)
		synctest.Wait()
		want(storeMemory + 5<<30)
		stop()
		wait()
		want(before)
	})
}

func TestMemoryLimitOfTheEnvironmentStays(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "off")
	limitMemory(t.Context(), func() int64 { return 0 }, time.Minute)()
	if have := debug.SetMemoryLimit(-1); have != math.MaxInt64 {
		t.Errorf("the limit is %d", have)
	}
}
