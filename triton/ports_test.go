package triton

import (
	"os/exec"
	"strings"
	"sync"
	"testing"
)

func TestAChosenPortIsFreeWhileOtherServersStart(t *testing.T) {
	t.Parallel()
	stop := make(chan struct{})
	var starts sync.WaitGroup
	for range 4 {
		starts.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
					if err := exec.Command("/bin/true").Run(); err != nil {
						t.Error(err)
						return
					}
				}
			}
		})
	}
	defer starts.Wait()
	defer close(stop)
	for range 1000 {
		address := "127.0.0.1:0"
		held, err := choosePort(&address)
		if err != nil {
			t.Fatal(err)
		}
		held.Close()
		if err := portsFree(Pod{HTTP: address, GRPC: "127.0.0.1:0", Metrics: "127.0.0.1:0"}); err != nil {
			t.Fatal(err)
		}
	}
}

func TestChangesAreSaidOfTheServerThatStartsAfterItsPortWasTaken(t *testing.T) {
	t.Parallel()
	c := config(t, 1, "tritonserver --model-repository="+modelDir(t)+" --trace-config=mode=opentelemetry --trace-config=rate=100")
	c.Pods[0].HTTP = "127.0.0.1:0"
	other, err := choosePort(&c.Pods[0].HTTP)
	if err != nil {
		t.Fatal(err)
	}
	w := start(t, c)
	w.until("server whose port is taken", func(s []Server) bool { return strings.Contains(s[0].Reason, "port taken by another process") })
	other.Close()
	w.until("ready server", allReady)
	if log := w.log.String(); strings.Count(log, "trace rate set to 0") != 1 || !strings.Contains(log, "was=100") {
		t.Errorf("the log does not say once why the rate changed:\n%s", log)
	}
}
