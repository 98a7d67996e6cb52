package explore

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"supersonic/traceql"
	"supersonic/ui/payload"
)

// The browser's test writes each of these forms and has to get the query.
func TestAFormIsReadBackFromTheQueryThatItWrites(t *testing.T) {
	raw, err := os.ReadFile("testdata/forms.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Query string
		Form  payload.ExploreForm
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		q, err := traceql.Parse(c.Query)
		if err != nil {
			t.Fatalf("%s: %v", c.Query, err)
		}
		if diff := cmp.Diff(&c.Form, Form(q)); diff != "" {
			t.Errorf("%s:\n%s", c.Query, diff)
		}
	}
}

func TestAFormDoesNotShowWhatItCannotSay(t *testing.T) {
	for _, text := range []string{
		`{} >> {}`, `{ name = "a" || status = error }`, `{ (name = "a" || name != "b") }`, `{ name = "a" } | count() > 2`,
		`{ !(name = "a") }`, `{ duration * 2 > 1s }`, `{} | rate()`, `{ parent.name = "a" }`, `{ span.a }`, `{ span.a = nil }`,
		`{} with(most_recent=true)`, `{ name = "a" && (status = error || duration > 1s) }`, `{} | by(name)`,
	} {
		q, err := traceql.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if got := Form(q); got != nil {
			t.Errorf("%s is shown as %+v", text, got)
		}
	}
}

func FuzzWhatFormsShowIsTheWholeQuery(f *testing.F) {
	f.Add(`{ name = "a" && (span.b = "1" || span.b = 1) } | select(span.c)`)
	f.Add(`{ duration >= 1h2m3.5s }`)
	f.Fuzz(func(t *testing.T, text string) {
		q, err := traceql.Parse(text)
		if err != nil {
			return
		}
		form := Form(q)
		if form == nil {
			return
		}
		n := 0
		for _, c := range form.Conditions {
			n += len(c.Values)
			for _, v := range c.Values {
				if v.Kind == "either" {
					n++
				}
			}
		}
		filter := q.Pipeline.Stages[0].(*traceql.Filter)
		leaves := 0
		for _, term := range terms(filter.Expr) {
			leaves += len(joined(term, traceql.OpOr))
		}
		if n != leaves {
			t.Errorf("%s: %d comparisons are shown as %d", text, leaves, n)
		}
	})
}
