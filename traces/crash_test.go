package traces

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/pcommon"

	"supersonic/traces/storetest"
)

// crashDir tells a copy of the test binary to be a store on that directory until
// somebody kills it.
const (
	crashDir = "SUPERSONIC_TEST_CRASH_DIR"
	crashCut = "SUPERSONIC_TEST_CRASH_CUT" // spans of a cut; 0 for the default
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(crashDir); dir != "" {
		serveUntilKilled(dir)
	}
	os.Exit(m.Run())
}

func serveUntilKilled(dir string) {
	cfg := testConfig(dir)
	var err error
	if cfg.CutSpans, err = strconv.Atoi(os.Getenv(crashCut)); err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	s, err := New(cfg, Deps{})
	if err != nil {
		fmt.Println("error", err)
		os.Exit(1)
	}
	target := targetOf(s)
	fmt.Println("serving", target.GRPC, target.HTTP, target.API)
	fmt.Println(s.Run(context.Background()))
	os.Exit(1)
}

// child is a store in a process of its own.
func child(t testing.TB, dir string, cut int) (*exec.Cmd, storetest.Target) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDir+"="+dir, crashCut+"="+strconv.Itoa(cut))
	cmd.Stderr = t.Output()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	f := strings.Fields(line)
	if err != nil || len(f) != 4 {
		t.Fatalf("the store said %q, %v", line, err)
	}
	return cmd, storetest.Target{GRPC: f[1], HTTP: f[2], API: f[3]}
}

func found(t *testing.T, target storetest.Target, ids []pcommon.TraceID) {
	t.Helper()
	c := storetest.NewClient(t, target)
	for _, id := range ids {
		if status, _, body := c.Get("/api/traces/"+hex.EncodeToString(id[:]), ""); status != http.StatusOK {
			t.Fatalf("acknowledged trace %s: %d %s", id, status, body)
		}
	}
}

func TestStopUnderLoadAnswersWhatItTook(t *testing.T) {
	dir := t.TempDir()
	target, stop := start(t, testConfig(dir), Deps{Log: testLog(t)})
	var mu sync.Mutex
	var acked []pcommon.TraceID
	enough := make(chan struct{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			c := storetest.NewClient(t, target)
			for {
				id := storetest.NewID()
				if _, err := c.ExportGRPC(storetest.Trace(id, "stop", 2, time.Now()), false); err != nil {
					return
				}
				mu.Lock()
				if acked = append(acked, id); len(acked) == 50 {
					close(enough)
				}
				mu.Unlock()
			}
		})
	}
	<-enough
	stop()
	wg.Wait()
	again, _ := start(t, testConfig(dir), Deps{Log: testLog(t)})
	found(t, again, acked)
}

func TestSecondProcessOnOneDirectoryIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "traces")
	start(t, testConfig(dir), Deps{})
	_, err := New(testConfig(dir), Deps{})
	if err == nil || !strings.Contains(err.Error(), "locked by another process") || !strings.Contains(err.Error(), dir) {
		t.Errorf("second store: %v", err)
	}
}
