package query_test

import (
	"os"
	"strings"
	"testing"

	"supersonic/traceql"
	"supersonic/traces/storetest"
)

const reference = "../../docs/reference/traceql.md"

func TestTheReferenceNamesEachDifferenceFromTempo(t *testing.T) {
	text := readReference(t)
	for q, why := range storetest.Differences() {
		if !strings.Contains(text, "`"+strings.ReplaceAll(q, "|", `\|`)+"`") {
			t.Errorf("%s lacks `%s`: %s", reference, q, why)
		}
	}
	for _, r := range storetest.ReadAnswers(t, "../../traceql/testdata/answers.jsonl.gz") {
		if r.Doubt && !strings.Contains(text, "`"+strings.ReplaceAll(r.Query, "|", `\|`)+"`") {
			t.Errorf("%s lacks `%s`, where Tempo answers against its documentation", reference, r.Query)
		}
	}
	for _, in := range traceql.Intrinsics() {
		if !strings.Contains(text, "`"+in.String()+"`") {
			t.Errorf("%s lacks the intrinsic %s", reference, in)
		}
	}
}

func TestQueriesOfTheReferenceAreValid(t *testing.T) {
	queries := 0
	inside := false
	for line := range strings.Lines(readReference(t)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "```") {
			inside = line == "```traceql"
			continue
		}
		if !inside {
			continue
		}
		queries++
		q, err := traceql.Parse(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		} else if w := q.Warnings(); len(w) > 0 {
			t.Errorf("%s: %v", line, w)
		}
	}
	if queries < 30 {
		t.Errorf("only %d queries", queries)
	}
}

func readReference(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(reference)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
