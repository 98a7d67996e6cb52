package explore

import (
	"testing"
	"time"

	"supersonic/traceql"
)

func TestABoxNarrowsTheQuery(t *testing.T) {
	f := func(query, by string, low, high time.Duration, want string) {
		t.Helper()
		got, err := Narrow(query, Box{By: by, Low: low, High: high})
		if err != nil || got != want {
			t.Errorf("%s\n  %s %v\n  want %s", query, got, err, want)
		}
		if _, err := traceql.Parse(got); err != nil {
			t.Errorf("%s does not parse: %v", got, err)
		}
	}
	ms := time.Millisecond
	f("", "duration", 12*ms, 1500*ms, "{ duration >= 12ms && duration <= 1.5s }")
	f(`{ name = "a" && duration > 1ms }`, "duration", 12345678, 20*ms, `{ name = "a" && duration >= 12.3ms && duration <= 20ms }`)
	f(`{ name = "a" && duration > 1ms }`, "traceDuration", 12345678, 20000001, `{ name = "a" && duration > 1ms && traceDuration >= 12.3ms && traceDuration <= 20.1ms }`)
	f(`{ name = "a" || status = error }`, "duration", 12*ms, 0, `{ (name = "a" || status = error) && duration >= 12ms }`)
	f(`{ name = "a" } | select(span.b)`, "duration", 0, 3*ms, `{ name = "a" && duration <= 3ms } | select(span.b)`)
	f(`{ name = "a" } >> { name = "b" } | select(span.b)`, "duration", 1*ms, 3*ms, `{ name = "a" } >> { name = "b" } | { duration >= 1ms && duration <= 3ms } | select(span.b)`)
	f(`{ name = "a" } | count() > 2`, "duration", 1*ms, 3*ms, `{ name = "a" && duration >= 1ms && duration <= 3ms } | count() > 2`)
	f(`{ name = "a" } | rate() by (status) with(exemplars=3)`, "duration", 1*ms, 3*ms, `{ name = "a" && duration >= 1ms && duration <= 3ms } | rate() by (status) with(exemplars=3)`)
}

func TestAConditionIsAddedOnce(t *testing.T) {
	f := func(query, condition, want string) {
		t.Helper()
		if got, err := Refine(query, condition); err != nil || got != want {
			t.Errorf("%s with %s: %s %v, want %s", query, condition, got, err, want)
		}
	}
	f("{}", `span.a = "b"`, `{ span.a = "b" }`)
	f(`{ span.a = "b" && duration > 1.5s }`, `span.a = "b"`, `{ duration > 1.5s && span.a = "b" }`)
	if _, err := Refine("{}", `span.a = "b" } || { true`); err == nil {
		t.Error("a condition that closes the braces is taken")
	}
	if _, err := Refine("{", "name = nil"); err == nil {
		t.Error("a broken query is taken")
	}
}

func TestValuesOfAComparisonAreWrittenAsTheirTypesAre(t *testing.T) {
	f := func(attribute, kind, value, want string) {
		t.Helper()
		got := Condition(attribute, kind, value)
		if _, err := traceql.Parse("{ " + got + " }"); err != nil || got != want {
			t.Errorf("%s (%v), want %s", got, err, want)
		}
	}
	f("span.triton.model_name", "string", `a"b`, `span.triton.model_name = "a\"b"`)
	f("span.guid:x-request-id", "string", "1", `span.guid:x-request-id = "1"`)
	f(`span."a b"`, "string", "1", `span."a b" = "1"`)
	f("span.a b", "string", "1", `span."a b" = "1"`)
	f("span.n", "int", "3", "span.n = 3")
	f("status", "string", "error", `status = error`)
	f("kind", "string", "server", `kind = server`)
	f("rootName", "string", "server", `rootName = "server"`)
	f("resource.x", "missing", "", "resource.x = nil")
}
