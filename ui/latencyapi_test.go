package ui

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"supersonic/ui/latency"
	"supersonic/ui/payload"
)

// asked asks the page and reads the answer into one.
func askedLatency(t *testing.T, req *http.Request, status int, into any) {
	t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != status {
		t.Fatalf("%s: status %d, want %d: %s", req.URL, resp.StatusCode, status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		t.Fatal(err)
	}
}

func request(t *testing.T, method, address string, body io.Reader) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, address, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	return req
}

func TestAFileOfTracesIsAnalysedWithoutAStore(t *testing.T) {
	w := newWorld(t)
	f, err := os.Open("latency/testdata/slow-pod-one-model.otlp.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got payload.Latency
	askedLatency(t, request(t, "POST", w.url+"/api/latency/file?left=supersonic-triton-0&right=supersonic-triton-2", f), 200, &got)
	if got.Findings[0].Pod != "supersonic-triton-2" || got.Findings[0].Model != "tagger" || got.Against == nil {
		t.Errorf("%s; compared: %v", got.Sentence, got.Against)
	}
	var no payload.Failure
	askedLatency(t, request(t, "POST", w.url+"/api/latency/file", strings.NewReader("no JSON")), 400, &no)
	if !strings.Contains(no.Hint, "traces dump") {
		t.Errorf("hint %q", no.Hint)
	}
}

func TestTheLatencyOfAStoreThatIsNotOursIsReadTraceByTrace(t *testing.T) {
	w := newWorld(t)
	var got payload.Latency
	askedLatency(t, request(t, "GET", w.url+"/api/latency?from=now-30d&compare=before", nil), 200, &got)
	if got.Verdict == "" || len(got.Phases) != 8 || got.Against == nil {
		t.Errorf("%s: %s", got.Verdict, got.Sentence)
	}
}

func TestWhatIsNamedIsHeldAgainstTheTimeBefore(t *testing.T) {
	const path = "latency/testdata/slow-step.otlp.jsonl.gz"
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := latency.ReadFile(f, "", latency.Window{})
	if err != nil {
		t.Fatal(err)
	}
	rests := c.Report().Rests
	store := recordedStore(t, path)
	w := newWorld(t, func(c *Config) { c.DataSources[1].URL = store.URL })
	half := int64(rests.FirstMs+rests.LastMs) / 2
	secondHalf := fmt.Sprintf("/api/latency?from=%d&to=%d", half, 2*half-int64(rests.FirstMs)+1)
	got := ask[payload.Latency](w, secondHalf)
	if !strings.Contains(got.Sentence, "Step fit of ensemble reco is slow") || !strings.Contains(got.Sentence, "in the time before, ") {
		t.Error(got.Sentence)
	}
	if all := ask[payload.Latency](w, fmt.Sprintf("/api/latency?from=%d&to=%d", int64(rests.FirstMs), int64(rests.LastMs)+1)).Sentence; strings.Contains(all, "before") {
		t.Errorf("there is no time before: %s", all)
	}
	compared := ask[payload.Latency](w, secondHalf+"&compare=before")
	if compared.Against == nil || !strings.Contains(compared.Sentence, "in the time ") {
		t.Error(compared.Sentence)
	}
	firstHalf := fmt.Sprintf("/api/latency?from=%d&to=%d&compareFrom=%d&compareTo=%d", int64(rests.FirstMs), half, half, int64(rests.LastMs)+1)
	if later := ask[payload.Latency](w, firstHalf); later.Against == nil || len(later.Findings) == 0 || strings.Contains(later.Sentence+strings.Join(later.Findings[0].Evidence, " "), "in the time ") {
		t.Errorf("a time that came later is none before: %s %+v", later.Sentence, later.Findings)
	}
}

func TestYesterdayIsAWholeDayToCompareWith(t *testing.T) {
	w := newWorld(t)
	got := ask[payload.Latency](w, "/api/latency?compareFrom=now-1d%2Fd&compareTo=now-1d%2Fd")
	if got.Against == nil || got.Against.Kind != "time" {
		t.Errorf("compared: %+v", got.Against)
	}
}

func TestAWrongQuestionOfLatenciesIsRefusedBeforeAStoreIsAsked(t *testing.T) {
	w := newWorld(t)
	f := func(query, word string) {
		t.Helper()
		var no payload.Failure
		askedLatency(t, request(t, "GET", w.url+"/api/latency?"+query, nil), 400, &no)
		if !strings.Contains(no.Error+no.Hint, word) {
			t.Errorf("%s: %+v", query, no)
		}
	}

	f("q="+url.QueryEscape("{ duration > }"), "filter")

	f("q="+url.QueryEscape("{} | rate()"), "selects spans")

	f("compare=yesterday", "compare=before")

	f("left=nosuch&right=neither", "left and right")
}
