package cli

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"supersonic/ui/payload"
)

const recordings = "../ui/latency/testdata/"

// latencyOf runs `supersonic latency` with arguments.
func latencyOf(t *testing.T, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Main(append([]string{"latency"}, args...), &o, &e)
	return code, o.String(), e.String()
}

func TestTheTableOfAFileNamesTheCulpritAndAlignsItsColumns(t *testing.T) {
	code, out, errOut := latencyOf(t, "--file", recordings+"slow-pod.otlp.jsonl.gz", "--counters", recordings+"slow-pod.counters.json", "--by", "pod")
	if code != exitOK || errOut != "" {
		t.Fatalf("exit code %d: %s", code, errOut)
	}
	first, _, _ := strings.Cut(out, "\n")
	if !strings.HasPrefix(first, "Pod supersonic-triton-1 is slow") {
		t.Error(first)
	}
	for _, w := range []string{"Time of a request, and of its phases the mean:", "All requests by phase:", "Triton's counters agree", "trace "} {
		if !strings.Contains(out, w) {
			t.Errorf("the output lacks %q", w)
		}
	}
	_, table, _ := strings.Cut(out, "phases the mean:\n")
	table, _, _ = strings.Cut(table, "\n\n")
	lines := strings.Split(table, "\n")
	if len(lines) != 7 { // heading, all, three pods, two steps
		t.Fatalf("%d lines: %s", len(lines), table)
	}
	for _, l := range lines {
		if utf8.RuneCountInString(l) != utf8.RuneCountInString(lines[0]) {
			t.Errorf("a line of another length: %q", l)
		}
	}
	if !regexp.MustCompile(`(?m)^\(all\) +supersonic-triton-2 +1\d\d `).MatchString(table) {
		t.Error(table)
	}
}

func TestCheckTellsByItsExitCodeWhetherSomethingStandsOut(t *testing.T) {
	if code, _, _ := latencyOf(t, recordings+"long-queue.otlp.jsonl.gz", "--check"); code != exitStands {
		t.Errorf("exit code %d of a long queue", code)
	}
	if code, out, _ := latencyOf(t, "--check", "--file", recordings+"healthy.otlp.jsonl.gz"); code != exitOK || !strings.HasPrefix(out, "No pod, model or step stands out") {
		t.Errorf("exit code %d of a healthy site: %s", code, out)
	}
}

func TestJSONOnTheCommandLineIsTheAnswerOfThePage(t *testing.T) {
	_, out, _ := latencyOf(t, "--json", "--file", recordings+"slow-step.otlp.jsonl.gz", "--filter", `{ span.triton.model_name = "reco" }`)
	var got payload.Latency
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if _, out, _ = latencyOf(t, "--json", recordings+"healthy.otlp.jsonl.gz"); !strings.Contains(out, `"findings": []`) {
		t.Errorf("no list where nobody is named: %.400s", out)
	}
	if got.Findings[0].Step != "fit" || len(got.Models) != 1 || got.Models[0].Model != "reco" || len(got.Steps) != 2 {
		t.Errorf("%+v", got.Findings)
	}
}

func TestAWrongQuestionIsRefusedWithAHint(t *testing.T) {
	f := func(word string, args ...string) {
		t.Helper()
		code, _, errOut := latencyOf(t, args...)
		if code != exitRefused || !strings.Contains(errOut, word) {
			t.Errorf("%q: exit code %d: %s", args, code, errOut)
		}
	}

	f("--by", "--by", "node")

	f("--stat", "--stat", "p42")

	f("one of the two", "--file", "x", "--url", "http://y")

	f("unexpected argument", "traces.jsonl", "more.jsonl")

	f("left and right are two of: ", "--file", recordings+"healthy.otlp.jsonl.gz", "--compare", "nobody,no-one")

	code, _, errOut := latencyOf(t, "--file", "latency_test.go")
	if code != exitFailed || !strings.Contains(errOut, "traces dump") {
		t.Errorf("a file of another kind: exit code %d: %s", code, errOut)
	}
	if _, err := os.Stat("nosuch"); err == nil {
		t.Fatal("there is a file nosuch")
	}
	if code, _, _ = latencyOf(t, "--file", "nosuch"); code != exitFailed {
		t.Errorf("no file: exit code %d", code)
	}
}
