package latency

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/internal/rounds"
	"supersonic/ui/source"
)

// right is the right answer for a recording: kind, phase, and the names that the
// sentence has to say; kind "none" for a healthy one.
type right struct {
	recording, kind, phase string
	names                  []string
}

// rightAnswers reads right.txt of a directory of recordings: made before the
// recordings were first looked at.
func rightAnswers(t *testing.T, dir string) (list []right) {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "right.txt"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		switch {
		case len(words) == 2:
			list = append(list, right{recording: words[0], kind: words[1]})
		case len(words) > 2:
			list = append(list, right{words[0], words[1], words[2], words[3:]})
		default:
			t.Fatalf("right.txt: %q", lines.Text())
		}
	}
	return list
}

// wrong tells what is wrong with the page's answer, "" if nothing is.
func (w right) wrong(c *Collector) string {
	got := c.Report()
	if w.kind == "none" {
		if got.Verdict != "none" && (got.Verdict != "few" || got.Rests.Requests >= few) {
			return fmt.Sprintf("a healthy site: %s: %s", got.Verdict, got.Sentence)
		}
		return ""
	}
	if len(got.Findings) == 0 {
		return fmt.Sprintf("nobody is named: %s: %s", got.Verdict, got.Sentence)
	}
	first := got.Findings[0]
	if first.Kind != w.kind || first.Phase != w.phase {
		return fmt.Sprintf("not a %s's %s: %s", w.kind, w.phase, got.Sentence)
	}
	for _, name := range w.names {
		if !strings.Contains(got.Sentence, name) {
			return fmt.Sprintf("not %s: %s", name, got.Sentence)
		}
	}
	if len(got.Findings) > 1 {
		return fmt.Sprintf("also accused: %s", got.Findings[1].Sentence)
	}
	if len(first.Examples) != 3 || first.Query == "" || len(first.Evidence) == 0 {
		return fmt.Sprintf("%d examples, query %q, evidence %q", len(first.Examples), first.Query, first.Evidence)
	}
	return ""
}

func readRecording(t *testing.T, path string) ptrace.Traces {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	plain, err := unpacked(f)
	if err != nil {
		t.Fatal(err)
	}
	all := ptrace.NewTraces()
	for lines := bufio.NewReader(plain); ; {
		line, err := lines.ReadBytes('\n')
		if len(line) > 1 {
			td, err := source.DecodeJSON(line)
			if err != nil {
				t.Fatal(err)
			}
			td.ResourceSpans().MoveAndAppendTo(all.ResourceSpans())
		}
		if err == io.EOF {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// asOthersRecord makes of a recording what Envoy and Triton alone would have told of the
// same requests: no events and no names of the gateway's own, no sampling in the
// trace state, one service.name for all servers, clocks of the pods that differ by
// milliseconds, and one in twelve requests whose context the server lost.
func asOthersRecord(td ptrace.Traces) {
	r := rand.New(rand.NewPCG(1, 2))
	offsets := map[string]int64{}
	for _, rs := range td.ResourceSpans().All() {
		_, pod := podOf(rs.Resource())
		if _, known := offsets[pod]; !known {
			offsets[pod] = int64(r.IntN(40e6)) - 20e6
		}
		server := !strings.Contains(pod, "envoy")
		if server {
			rs.Resource().Attributes().PutStr("service.name", anyServer)
		}
		for _, ss := range rs.ScopeSpans().All() {
			for _, s := range ss.Spans().All() {
				shift(s, offsets[pod])
				s.TraceState().FromRaw("")
				if server && s.Name() == attr.InferRequest && r.IntN(12) == 0 {
					s.SetParentSpanID([8]byte{})
				}
				if !server {
					s.Events().RemoveIf(func(ptrace.SpanEvent) bool { return true })
					s.Attributes().RemoveIf(func(k string, _ pcommon.Value) bool {
						return k == attr.PeerService || k == attr.ModelName || k == attr.ModelVersion || strings.HasPrefix(k, "supersonic.")
					})
				}
			}
		}
	}
}

func shift(s ptrace.Span, by int64) {
	moved := func(at pcommon.Timestamp) pcommon.Timestamp { return pcommon.Timestamp(int64(at) + by) }
	s.SetStartTimestamp(moved(s.StartTimestamp()))
	s.SetEndTimestamp(moved(s.EndTimestamp()))
	for _, e := range s.Events().All() {
		e.SetTimestamp(moved(e.Timestamp()))
	}
}

// Only our own gateway's spans tell that it is the clients who are slow.
func TestAnUploadThatTakesLongIsToldAsTheClients(t *testing.T) {
	if got := recorded(t, "u-gateway-late", "").Report().Sentence; !strings.Contains(got, "clients send slowly") {
		t.Error(got)
	}
}

// TestRecordedSitesNameTheirCulpritAndNobodyElse holds the sentence against all recordings, and against
// the same as others would have recorded them. RECORDINGS names another directory, of
// recordings that the rules have not seen.
func TestRecordedSitesNameTheirCulpritAndNobodyElse(t *testing.T) {
	dir := "testdata"
	if other := os.Getenv("RECORDINGS"); other != "" {
		dir = other
	}
	count, good, foreign := 0, 0, 0
	all := rightAnswers(t, dir)
	every := len(all) / rounds.Of(t, len(all))
	for i, w := range all {
		if i%every != 0 {
			continue
		}
		count++
		td := readRecording(t, filepath.Join(dir, w.recording+".otlp.jsonl.gz"))
		c := NewCollector(Window{})
		c.Add(td)
		if wrong := w.wrong(c); wrong != "" {
			t.Errorf("%s: %s", w.recording, wrong)
		} else {
			good++
		}
		if w.kind == KindGateway {
			foreign++
			continue // Envoy's spans do not tell the gateway from the network
		}
		asOthersRecord(td)
		c = NewCollector(Window{})
		c.Add(td)
		if wrong := w.wrong(c); wrong != "" {
			t.Errorf("%s, as others record it: %s", w.recording, wrong)
		} else {
			foreign++
		}
	}
	t.Logf("%d of %d right, %d as others record them", good, count, foreign)
}
