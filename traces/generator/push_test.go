package generator

import (
	"log/slog"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

func TestANewSeriesBeginsWithZeros(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.pass(20 * time.Second)
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1)))
		w.pass(1500 * time.Millisecond)
		have := w.of("total" + edgeLabels)
		if len(have) < zeroSamples+1 {
			w.Fatalf("%d samples: %v", len(have), have)
		}
		for i := range zeroSamples {
			if have[i].Value != 0 || have[i+1].Timestamp-have[i].Timestamp != 1000 || have[i].Timestamp%1000 != 0 {
				w.Fatalf("samples %v", have)
			}
		}
		if have[zeroSamples].Value != 1 {
			w.Errorf("first value %v", have[zeroSamples].Value)
		}
	})
}

func TestZerosNeverReachBackBeforeTheProcess(t *testing.T) {
	for _, c := range []struct {
		birth, floor int64
		want         int
		first        int64
	}{
		{100_000, 0, 10, 90_000},
		{100_000, 97_500, 2, 98_000},
		{100_000, 97_000, 2, 98_000}, // 97,000 itself may be the last process's
		{100_000, 99_300, 1, 99_301},
		{100_000, 99_999, 0, 0},
	} {
		got := zeros(c.birth, c.floor, time.Second)
		if len(got) != c.want || (c.want > 0 && got[0] != c.first) {
			t.Errorf("born %d, floor %d: %v", c.birth, c.floor, got)
		}
	}
}

func TestARestartCountsOnFromZeroWithoutLoss(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		cfg := w.gen.cfg
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(2 * time.Second)
		w.stop()
		w.reg = prometheus.NewRegistry()
		w.begin(cfg)
		w.consume(ingress(2, "ModelInfer", time.Second, sampled(0.1)), ingress(3, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(3 * time.Second)
		w.want("total"+edgeLabels, 30)
	})
}

func TestAStopPushesWhatIsThereAndSettlesWhatWaits(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
		w.stop()
		w.want("total"+edgeLabels, 10)
		w.want("server_seconds_count"+edgeLabels, 10)
		w.consume(ingress(2, "ModelInfer", time.Second, sampled(0.1)))
		if n := w.counter("spans_total", "fate=refused", "reason=stopped"); n != 1 {
			w.Errorf("%v refused after the stop", n)
		}
	})
}

func TestAReceiverThatIsDownCostsNothingButTime(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.behave(func() int { return http.StatusServiceUnavailable })
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(2 * time.Minute)
		times, _ := w.requests()
		if n := len(times); n < 5 || n > 10 {
			w.Errorf("%d tries in two minutes, want fewer and fewer, at most each 30 s", n)
		}
		w.consume(ingress(2, "ModelInfer", time.Second, sampled(0.1)))
		w.behave(nil)
		w.pass(40 * time.Second)
		w.want("total"+edgeLabels, 20)
		if n := w.counter("pushes_total", "result=dropped"); n != 0 {
			w.Errorf("%v dropped", n)
		}
	})
}

func TestARefusalIsDroppedAndTheSeriesGoOn(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		refusals := 1
		w.behave(func() int {
			if refusals--; refusals >= 0 {
				return http.StatusBadRequest
			}
			return http.StatusNoContent
		})
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(3 * time.Second)
		w.want("total"+edgeLabels, 10)
		if n := w.counter("pushes_total", "result=dropped"); n != 1 {
			w.Errorf("%v dropped", n)
		}
	})
}

func TestUnchangedSeriesAreRepeatedAtHeartbeatsOnly(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1)), inferRequest(1, 2, time.Second))
		w.pass(20 * time.Second)
		before := len(w.of("total" + edgeLabels))
		w.pass(60 * time.Second)
		have := w.of("total" + edgeLabels)
		if n := len(have) - before; n != 4 {
			w.Errorf("%d samples in a quiet minute, want 4", n)
		}
		if last := have[len(have)-1]; last.Timestamp%15_000 != 0 {
			w.Errorf("heartbeat at %d", last.Timestamp)
		}
	})
}

func TestASeriesEndsAfterFifteenQuietMinutesAndBeginsAnew(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)), inferRequest(1, 2, time.Second))
		w.pass(16 * time.Minute)
		have := w.of("total" + edgeLabels)
		if last := have[len(have)-1].Value; math.Float64bits(last) != staleMarker {
			w.Fatalf("last sample %v is no stale marker", last)
		}
		if n := w.counter("series"); n != 0 {
			w.Errorf("%v series are left", n)
		}
		n := len(have)
		w.consume(ingress(2, "ModelInfer", time.Second, sampled(0.1)))
		w.pass(2 * time.Second)
		again := w.of("total" + edgeLabels)[n:]
		if again[0].Value != 0 || math.Abs(again[len(again)-1].Value-10) > 1e-9 {
			w.Errorf("after the end: %v", again)
		}
	})
}

func TestASeriesThatChangesWhileItEndsBeginsAnew(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(0.1)), inferRequest(1, 2, time.Second))
		w.pass(14*time.Minute + 50*time.Second)
		w.behave(func() int {
			<-time.After(300 * time.Millisecond) // a slow receiver
			return http.StatusNoContent
		})
		w.pass(10500 * time.Millisecond)
		for range 20 { // hits the moments before, during and after the last push
			w.consume(ingress(2, "ModelInfer", time.Second, sampled(0.1)), inferRequest(2, 2, time.Second))
			w.pass(90 * time.Millisecond)
		}
		w.pass(3 * time.Second)
		samples := w.of("total" + edgeLabels)
		var sum, last float64
		for _, s := range samples {
			if math.IsNaN(s.Value) {
				last = 0
				continue
			}
			if s.Value < last {
				last = 0
			}
			sum, last = sum+s.Value-last, s.Value
		}
		if math.Abs(sum-210) > 1e-9 {
			w.Errorf("counted %v, want 210", sum)
		}
	})
}

func TestBucketsCarryTheTraceOfTheirNewestObservationOnce(t *testing.T) {
	inWorld(t, nil, func(w *world) {
		w.consume(ingress(7, "ModelInfer", 300*time.Millisecond, sampled(1)))
		w.pass(5 * time.Second)
		got := w.exemplarsOf(`client_seconds_bucket{client="gateway-0",le="0.4",server="triton-0"}`)
		if len(got) != 1 || got[0].Value != 0.3 || got[0].Labels[0].Name != "trace_id" ||
			got[0].Labels[0].Value != "01"+strings.Repeat("0", 28)+"07" {
			w.Errorf("exemplars %v", got)
		}
	})
}

func TestPushesSayWhatTheyAre(t *testing.T) {
	inWorld(t, func(c *Config) { c.Headers = map[string]string{"X-Scope-OrgID": "cms"} }, func(w *world) {
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1)))
		w.pass(2 * time.Second)
		_, header := w.requests()
		for name, want := range map[string]string{
			"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy",
			"X-Prometheus-Remote-Write-Version": "0.1.0", "X-Scope-Orgid": "cms",
		} {
			if got := header.Get(name); got != want {
				w.Errorf("%s: %q, want %q", name, got, want)
			}
		}
	})
}

func TestSpansFarFromNowAreLeftOutAndCounted(t *testing.T) {
	inWorld(t, func(c *Config) { c.Slack = time.Minute }, func(w *world) {
		w.consume(
			ingress(1, "ModelInfer", time.Second, sampled(1), began(2*time.Minute)),
			ingress(2, "ModelInfer", time.Second, sampled(1), began(-2*time.Minute)),
			ingress(3, "ModelInfer", time.Second, sampled(1), began(30*time.Second)))
		w.pass(2 * time.Second)
		w.want("total"+edgeLabels, 1)
		for _, reason := range []string{"too_old", "in_future"} {
			if n := w.counter("spans_total", "reason="+reason); n != 1 {
				w.Errorf("%s: %v", reason, n)
			}
		}
	})
}

func TestWrongConfigurationIsRefused(t *testing.T) {
	good := Config{ServiceGraphs: true, RemoteWriteURL: "http://h:9090/api/v1/write"}
	for want, change := range map[string]func(*Config){
		"no remote-write URL": func(c *Config) { c.RemoteWriteURL = "" },
		"expected http":       func(c *Config) { c.RemoteWriteURL = "h:9090" },
		"no processor is on":  func(c *Config) { c.ServiceGraphs = false },
		"must rise":           func(c *Config) { c.Graph.Buckets = []float64{1, 1} },
		"heartbeat":           func(c *Config) { c.FlushInterval = time.Minute },
		"negative":            func(c *Config) { c.MaxSeries = -1 },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg, Deps{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want one that says %q", err, want)
		}
	}
	if _, err := New(good, Deps{}); err != nil {
		t.Error(err)
	}
}

func TestAUserInTheURLLogsInAndIsNotLogged(t *testing.T) {
	var log strings.Builder
	inWorld(t, nil, func(w *world) {
		cfg := w.gen.cfg
		cfg.RemoteWriteURL = "http://cms:geheim@prometheus:9090/api/v1/write"
		w.stop()
		w.reg = prometheus.NewRegistry()
		w.logger = slog.New(slog.NewTextHandler(&log, nil))
		w.begin(cfg)
		w.behave(down)
		w.consume(ingress(1, "ModelInfer", time.Second, sampled(1)))
		w.pass(20 * time.Second)
		w.behave(func() int { return http.StatusUnauthorized })
		w.pass(20 * time.Second)
		_, header := w.requests()
		if got := header.Get("Authorization"); got != "Basic Y21zOmdlaGVpbQ==" {
			w.Errorf("Authorization %q", got)
		}
	})
	if text := log.String(); strings.Contains(text, "geheim") || strings.Count(text, "was refused") != 1 || !strings.Contains(text, "cms:xxxxx@") {
		t.Errorf("the log says\n%s", text)
	}
}
