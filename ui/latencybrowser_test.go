package ui

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// recordedTraces are those of a recording.
func recordedTraces(t *testing.T, path string) ptrace.Traces {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	all := ptrace.NewTraces()
	for line := range strings.Lines(string(text)) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
	}
	return all
}

// recordedStore answers every query for whole traces with those of a recording; one
// that names a model "nosuch" finds none.
func recordedStore(t *testing.T, path string) *httptest.Server {
	t.Helper()
	body, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(recordedTraces(t, path))
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/traces", func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.FormValue("q"), "nosuch") {
			w.Write(body)
		}
	})
	s := httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

func TestAnOperatorSeesWhoIsSlowInChromium(t *testing.T) {
	const from, hour = 1795959800000, 3_600_000 // of the recording
	const name = "latency/testdata/slow-pod-one-model.otlp.jsonl.gz"
	store := recordedStore(t, name)
	w := newWorld(t, func(c *Config) { c.DataSources[1].URL = store.URL })
	w.reader("latency.mjs", "FILE=../"+name, "CULPRIT=supersonic-triton-2", "MODEL=tagger", fmt.Sprintf("RANGE=from=%d&to=%d", from, from+hour))
}
