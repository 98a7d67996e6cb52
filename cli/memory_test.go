package cli

import (
	"context"
	"math"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestMemoryLimitGrowsWithWhatTheStoreHoldsAndItsWorkNeeds(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	synctest.Test(t, func(t *testing.T) {
		before := debug.SetMemoryLimit(-1)
		ctx, stop := context.WithCancel(t.Context())
		var live, held atomic.Int64
		wait := limitMemory(ctx, func() inUse { return inUse{live.Load(), held.Load()} })
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
		live.Store(5<<30 + storeMemory)
		<-time.After(memoryEvery)
		synctest.Wait()
		want(5<<30 + storeMemory*3/2)
		stop()
		wait()
		want(before)
	})
}

func TestMemoryLimitOfTheEnvironmentStays(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "off")
	limitMemory(t.Context(), func() inUse { return inUse{} })()
	if have := debug.SetMemoryLimit(-1); have != math.MaxInt64 {
		t.Errorf("the limit is %d", have)
	}
}

func TestWhatTheLastCollectionLeftIsKnown(t *testing.T) {
	much := make([]byte, 50<<20)
	runtime.GC()
	if live := liveBytes(); live < 50<<20 || live > 500<<20 {
		t.Errorf("%d bytes are in use", live)
	}
	runtime.KeepAlive(much)
}
