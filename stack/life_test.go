package stack

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTwoSitesInOneProcessShareNothing(t *testing.T) {
	before := goroutines()
	func() {
		a := run(t, freePorts(t), t.TempDir(), "nameOverride: a\n")
		b := run(t, freePorts(t), t.TempDir(), "nameOverride: b\n")
		a.send(t, 3, "ot=th:0")
		a.eventually(t, "a has what was sent to it", func() error { return a.has(3) })
		if err := b.has(0); err != nil {
			t.Errorf("the other site: %v", err)
		}
		a.stop(t)
		b.send(t, 2, "ot=th:0")
		b.eventually(t, "b goes on after a's stop", func() error { return b.has(2) })
		b.stop(t)
		a.ports.free(t)
		b.ports.free(t)
	}()
	nothingRuns(t, before)
}

func TestRolesStopInTheOrderInWhichTheyMakeSpans(t *testing.T) {
	k, err := New(load(t, t.TempDir(), freePorts(t).values(), "envoy: {replicas: 2}\n"), Options{}, quiet())
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	var got []string
	for _, stage := range k.stages() {
		var names []string
		for _, r := range stage {
			names = append(names, r.Name)
		}
		got = append(got, strings.Join(names, ", "))
	}
	want := []string{"gateway, gateway", "names of the servers", "collector", "traces", "metrics generator", "metrics", "ui"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSpansSentRightBeforeAStopAreKept(t *testing.T) {
	p, dir := freePorts(t), t.TempDir()
	serve(t, p)
	const calls, spans = 25, 40
	first := run(t, p, dir)
	first.infer(t, calls)
	first.send(t, spans, "") // the collector still waits for their sampling threshold
	first.stop(t)

	again := run(t, p, dir)
	again.eventually(t, "the store has them", func() error { return again.has(spans) })
	ingress, err := again.search(`{ name = "ingress" }`)
	if err != nil || ingress != calls {
		t.Errorf("%d of %d calls have their ingress span: %v", ingress, calls, err)
	}
}

// send posts n traces of one span named "probe" to the site's collector.
func (r *running) send(t *testing.T, n int, traceState string) {
	t.Helper()
	now := time.Now().UnixNano()
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(`{"traceId":"%032x","spanId":"%016x","traceState":"%s","name":"probe","kind":2,"startTimeUnixNano":"%d","endTimeUnixNano":"%d"}`, i+1, i+1, traceState, now, now+1000))
	}
	body := `{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"probe"}}]},"scopeSpans":[{"spans":[` + strings.Join(list, ",") + `]}]}]}`
	res, err := http.Post(r.ports.url(keyOTLPHTTP, "/v1/traces"), "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Fatal(res.Status)
	}
}

// has says what is wrong if the store does not hold n probes.
func (r *running) has(n int) error {
	found, err := r.search(`{ name = "probe" }`)
	if err == nil && found != n {
		err = fmt.Errorf("%d of %d traces", found, n)
	}
	return err
}

func (r *running) search(query string) (int, error) {
	body, err := get(r.ports.url(keyTempo, "/api/search?limit=1000&q="+strings.NewReplacer(" ", "%20", `"`, "%22", "{", "%7B", "}", "%7D").Replace(query)))
	if err != nil {
		return 0, err
	}
	var answer struct{ Traces []struct{ TraceID string } }
	err = json.Unmarshal([]byte(body), &answer)
	return len(answer.Traces), err
}
