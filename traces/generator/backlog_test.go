package generator

import (
	"bytes"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"supersonic/internal/faultfs"
)

func down() int { return http.StatusServiceUnavailable }

// files counts the pushes in a directory.
func files(t testing.TB, dir string) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

// restart ends the process and begins it anew with the same configuration.
func (w *world) restart() {
	w.Helper()
	cfg := w.gen.cfg
	w.stop()
	w.reg = prometheus.NewRegistry()
	w.begin(cfg)
}

func TestPushesOutliveARestartWhileTheReceiverIsDown(t *testing.T) {
	dir := t.TempDir()
	inWorld(t, func(c *Config) { c.QueueDir = dir }, func(w *world) {
		w.behave(down)
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(40 * time.Second)
		w.restart()
		w.consume(ingress(2, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(40 * time.Second)
		if n := files(w, dir); n < 3 {
			w.Fatalf("%d pushes wait, want some of each process", n)
		}
		w.behave(nil)
		w.pass(time.Minute)
		w.want("total"+edgeLabels, 20)
		if n := files(w, dir); n != 0 {
			w.Errorf("%d files are left", n)
		}
		if n := w.counter("lost_samples_total"); n != 0 {
			w.Errorf("%v samples are lost", n)
		}
	})
}

func TestAFullQueueGivesUpItsOldestAndCountsThem(t *testing.T) {
	dir := t.TempDir()
	inWorld(t, func(c *Config) { c.QueueDir, c.QueueBytes = dir, 4000 }, func(w *world) {
		w.behave(down)
		for i := range byte(60) {
			w.consume(ingress(i, "ModelInfer", time.Second, sampled(1)))
			w.pass(15 * time.Second)
		}
		if b := w.counter("queue_bytes"); b > 4000 || b < 1000 {
			w.Errorf("%v bytes wait", b)
		}
		if n := w.counter("lost_samples_total", "reason=queue_full"); n == 0 {
			w.Error("nothing was given up")
		}
		w.restart()
		w.behave(nil)
		w.pass(time.Minute)
		last := 0.0
		for _, s := range w.of("total" + edgeLabels) {
			if !math.IsNaN(s.Value) {
				last = s.Value
			}
		}
		if last != 60 {
			w.Errorf("the newest push says %v, want all 60: it is never given up", last)
		}
	})
}

func TestADiskThatFailsLosesNoPushWhileTheProcessLives(t *testing.T) {
	for n := range 12 {
		dir := t.TempDir()
		inWorld(t, nil, func(w *world) {
			cfg := w.gen.cfg
			w.stop()
			w.files, w.reg = faultfs.FailNth(faultfs.OS{}, n, n%2 == 0), prometheus.NewRegistry()
			cfg.QueueDir = dir
			w.begin(cfg)
			w.behave(down)
			w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
			w.pass(20 * time.Second)
			w.behave(nil)
			w.pass(time.Minute)
			w.want("total"+edgeLabels, 10)
		})
	}
}

func TestADamagedFileIsLeftOutAndTheRestIsSent(t *testing.T) {
	dir := t.TempDir()
	inWorld(t, func(c *Config) { c.QueueDir = dir }, func(w *world) {
		cfg := w.gen.cfg
		w.behave(down)
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(time.Minute)
		w.stop()
		names, _ := filepath.Glob(filepath.Join(dir, "*"+segmentSuffix))
		data, err := os.ReadFile(names[1])
		if err != nil {
			w.Fatal(err)
		}
		data[len(data)-5] ^= 1
		if err := os.WriteFile(names[1], data, 0o600); err != nil {
			w.Fatal(err)
		}
		w.behave(nil)
		w.reg = prometheus.NewRegistry()
		w.begin(cfg)
		w.pass(5 * time.Second)
		w.want("total"+edgeLabels, 10)
		if n := w.counter("lost_samples_total", "reason=damaged"); n == 0 {
			w.Error("the loss is not counted")
		}
	})
}

func TestTheReceiverSaysHowLongItWantsToRest(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.retryAfter = "120"
		w.behave(func() int { return http.StatusTooManyRequests })
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1)))
		w.pass(100 * time.Second)
		if times, _ := w.requests(); len(times) != 1 {
			w.Errorf("%d requests within the rest", len(times))
		}
		w.behave(nil)
		w.pass(30 * time.Second)
		w.want("total"+edgeLabels, 1)
	})
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, "soon": 0, "-1": 0, "99999999": maxRest,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := retryAfter(header, now); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}

func TestACleanStopEndsEachSeries(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1)))
		w.pass(2 * time.Second)
		w.stop()
		for _, name := range w.names() {
			have := w.of(name)
			if last := have[len(have)-1].Value; math.Float64bits(last) != staleMarker {
				w.Errorf("%s ends with %v", name, last)
			}
		}
	})
}

func FuzzDecodeSegment(f *testing.F) {
	good := encodeSegment([]*request{{body: []byte("one"), samples: 3}, {body: nil}, {body: []byte("three")}})
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(good[:segmentHead])
	f.Add([]byte(nil))
	flipped := bytes.Clone(good)
	flipped[segmentHead] = 0xff
	f.Add(flipped)
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := decodeSegment(data)
		if len(got) == 0 {
			return
		}
		again := encodeSegment(got)
		if !bytes.HasPrefix(data, again) || err == nil && len(again) != len(data) {
			t.Errorf("%d requests of %d bytes are %d bytes: %v", len(got), len(data), len(again), err)
		}
	})
}

func TestADamagedSegmentGivesWhatIsBeforeTheDamage(t *testing.T) {
	requests := []*request{{body: []byte("one"), samples: 3}, {body: []byte("two"), samples: 5}}
	data := encodeSegment(requests)
	for i := range data {
		bad := bytes.Clone(data)
		bad[i] ^= 0x10
		got, err := decodeSegment(bad)
		if err == nil || len(got) > 1 {
			t.Errorf("byte %d: %d requests, error %v", i, len(got), err)
		}
		got, err = decodeSegment(data[:i])
		if whole := i == segmentHead || i == segmentHead+recordHead+3; whole != (err == nil) || len(got) > 1 {
			t.Errorf("cut at %d: %d requests, error %v", i, len(got), err)
		}
	}
}
