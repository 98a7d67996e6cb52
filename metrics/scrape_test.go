package metrics_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"supersonic/metrics"
)

const pod = `{"app":"supersonic","instance":"%[1]s","job":"supersonic-triton","namespace":"default","pod":"supersonic-triton-0","release":"supersonic"} %[2]s`

func triton(addr string) metrics.Job {
	return metrics.Job{Name: "supersonic-triton", Targets: []metrics.Target{{Addr: addr, Labels: map[string]string{
		"app": "supersonic", "release": "supersonic", "namespace": "default", "pod": "supersonic-triton-0",
	}}}}
}

func TestAScrapedServerIsFoundUnderTheLabelsOfThePod(t *testing.T) {
	addr := exposing(t, "# TYPE nv_inference_exec_count counter\nnv_inference_exec_count 7\n")
	cfg := config(t.TempDir())
	cfg.Jobs = []metrics.Job{triton(addr)}
	w := start(t, cfg)
	w.eventually(fmt.Sprintf(pod, addr, "7"), func() string { return w.query("sum without (__name__) (nv_inference_exec_count)") })
	w.eventually(fmt.Sprintf(pod, addr, "1"), func() string { return w.query("sum without (__name__) (up)") })
}

func TestJobsChangeWhileRunning(t *testing.T) {
	first, second := exposing(t, "a 1\n"), exposing(t, "a 2\n")
	w := start(t, config(t.TempDir()))
	if err := w.srv.SetJobs([]metrics.Job{triton(first)}); err != nil {
		t.Fatal(err)
	}
	w.eventually(fmt.Sprintf(pod, first, "1"), func() string { return w.query("sum without (__name__) (a)") })
	if err := w.srv.SetJobs([]metrics.Job{triton(second)}); err != nil {
		t.Fatal(err)
	}
	// The first has ended by a stale marker, not by five minutes of silence.
	w.eventually(fmt.Sprintf(pod, second, "2"), func() string { return w.query("sum without (__name__) (a)") })
	if err := w.srv.SetJobs(nil); err != nil {
		t.Fatal(err)
	}
	w.eventually("", func() string { return w.query("a") })
}

func TestWrongJobsAreRefusedAndTheOldOnesStay(t *testing.T) {
	addr := exposing(t, "a 1\n")
	cfg := config(t.TempDir())
	cfg.Jobs = []metrics.Job{triton(addr)}
	w := start(t, cfg)
	for _, c := range []struct {
		want string
		jobs []metrics.Job
	}{
		{"has no name", []metrics.Job{{}}},
		{"named twice", []metrics.Job{{Name: "x"}, {Name: "x"}}},
		{"must begin with /", []metrics.Job{{Name: "x", Path: "metrics"}}},
		{"not host:port", []metrics.Job{{Name: "x", Targets: []metrics.Target{{Addr: "localhost"}}}}},
		{"__meta", []metrics.Job{{Name: "x", Targets: []metrics.Target{{Addr: "h:1", Labels: map[string]string{"__meta": "y"}}}}}},
	} {
		if err := w.srv.SetJobs(c.jobs); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one that says %q", err, c.want)
		}
	}
	w.eventually(fmt.Sprintf(pod, addr, "1"), func() string { return w.query("sum without (__name__) (a)") })
}

func TestATargetThatIsDownIsShownAsDown(t *testing.T) {
	cfg := config(t.TempDir())
	cfg.Jobs = []metrics.Job{triton("127.0.0.1:1")}
	w := start(t, cfg)
	w.eventually(fmt.Sprintf(pod, "127.0.0.1:1", "0"), func() string { return w.query("sum without (__name__) (up)") })
	var targets struct {
		ActiveTargets []struct {
			Health, LastError string
		}
	}
	_, a := w.api("/targets")
	if err := json.Unmarshal(a.Data, &targets); err != nil {
		t.Fatal(err)
	}
	if len(targets.ActiveTargets) != 1 || targets.ActiveTargets[0].Health != "down" || !strings.Contains(targets.ActiveTargets[0].LastError, "refused") {
		t.Errorf("targets: %s", a.Data)
	}
}
