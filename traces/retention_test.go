package traces

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"supersonic/traces/storetest"
)

// tracesOf counts a tenant's traces.
func tracesOf(t *testing.T, target storetest.Target, tenant string) int {
	t.Helper()
	code, body := asTenant(t, tenant, http.MethodGet, target.API+"/api/search?limit=10000&q=%7B%7D", "", nil)
	var a storetest.Answer
	if err := json.Unmarshal([]byte(body), &a); err != nil || code != http.StatusOK {
		t.Fatalf("%d: %v: %.200s", code, err, body)
	}
	return len(a.Traces)
}

func bytesIn(t *testing.T, dir string) (sum int64) {
	t.Helper()
	filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil // it went meanwhile
		}
		if info, err := d.Info(); err == nil && !d.IsDir() {
			sum += info.Size()
		}
		return nil
	})
	return sum
}

// until waits for something to be as it should, at most half a minute.
func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	end, tick := time.After(30*time.Second), time.NewTicker(20*time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}

func TestRetentionBoundsEachTenantForItself(t *testing.T) {
	cfg := testConfig(t.TempDir())
	cfg.MultiTenant, cfg.Retention, cfg.RetentionBytes, cfg.CutSpans, cfg.SegmentBytes = true, 6*time.Hour, 1<<20, 200, 64<<10
	var later atomic.Int64
	now := func() time.Time { return time.Now().Add(time.Duration(later.Load())) }
	target, _ := start(t, cfg, Deps{Log: testLog(t), Now: now})
	send := func(tenant string, traces int) {
		t.Helper()
		for i := range traces {
			td := storetest.Trace(storetest.NewID(), fmt.Sprint(tenant, i), 5, now())
			noise := make([]byte, 4<<10)
			for at := range noise {
				noise[at] = byte(rand.Uint32())
			}
			td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0).Attributes().PutEmptyBytes("noise").FromRaw(noise)
			body := protobuf(t, td)
			until(t, "an export is taken", func() bool {
				code, _ := asTenant(t, tenant, http.MethodPost, target.HTTP+"/v1/traces", "application/x-protobuf", body)
				return code == http.StatusOK // 429: blocks are being written
			})
		}
	}
	send("small", 20)
	const many = 500
	send("large", many)
	until(t, "the large one is within its bound", func() bool {
		return tracesOf(t, target, "large") < many && bytesIn(t, filepath.Join(cfg.DataDir, "large")) < 3<<20/2
	})
	if n := tracesOf(t, target, "small"); n != 20 {
		t.Errorf("of the small one, which has room, %d of 20 traces are left", n)
	}

	later.Store(int64(48 * time.Hour))
	send("small", 1)
	until(t, "what is older than the retention is gone from both", func() bool {
		return tracesOf(t, target, "large") == 0 && tracesOf(t, target, "small") == 1
	})
}
