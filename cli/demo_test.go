package cli

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"supersonic/cli/load"
)

func TestADemoWhoseOutputIsKeptWritesALineAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 150*time.Second)
		defer cancel()
		var counts demoCounts
		for range 120 {
			counts.add(load.Result{Latency: 10 * time.Millisecond})
		}
		var out bytes.Buffer
		counts.show(ctx, &out)
		lines := strings.SplitAfter(out.String(), "\n")
		if len(lines) != 3 || lines[0] != "120 requests, 2/s, mean 10.0 ms, 0 failed as they should\n" || lines[2] != "" {
			t.Errorf("after two and a half minutes it wrote %q", lines)
		}
	})
}
