package traceql_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"supersonic/traceql"
)

// languageSamples reach what the recorded queries do not.
var languageSamples = []string{
	`{ span.a || span.b && span.c }`, `{ parent.span.a = 1 && parent.resource."x y".z != nil }`,
	`{ parent.a = 1 && parent."span.a" = 2 && parent.span:name = "x" }`, "{ .a = `raw \\ text` }",
	`{ span.a = -1 && -span.b < 2 ^ -3 ^ 2 }`, `{ (1 + 2) * 3 = 9 && 2 - (1 - 1) = 2 }`, `{ span.x = minInt || span.x = maxInt }`,
	`{ duration > 1h30m && duration < 1.5y && duration != 3w2d }`, `{ span.f = 1e3 || span.f = .5 || span.f = 2.0 }`,
	`{ !(!span.a) && !(span.b = 1) }`, `{ span.a-b/c:d = 1 }`, `{ ."5" = 1 }`,
	`{.a} >> {.b} && {.c} << {.d} || ({.e} && {.f})`, `({.a} | count() > 1) &>> ({.b} || {.c} !~ {.d})`,
	`({} | by(name)) | coalesce() | select(name, span.a) | 10 > count()`, `{} | count() * 2 - 1 > 3`,
	`{} | sum(duration) / count() > 10ms with(scalar_math=true, most_recent=true)`, `{} | avg(span.a + 1) > -2`,
	`{} | (count() + 1) * 2 >= 4 | {span.a} | {.b = 1} && {span.c}`,
	`{} | compare({ status = error }, 5, 10, 20)`, `{} | rate() by (span.a, kind) | topk(3) | bottomk(2) > 1 <= 5s`,
	`{ link:spanID = "a" && event:timeSinceStart > 1ms && trace:rootService = "x" }`,
	`{ "a" < name && nil != span.a && 5 <= span.b }`, `{ span.arr + 1 > 2 }`,
	`{ span.a = 1 } !>> { span.b = 2 } !<< { span.c } &< { span.d } &<< { span.e }`,
}

func TestEveryConstructPrintsAndParsesToTheSameTree(t *testing.T) {
	for _, text := range languageSamples {
		q, err := traceql.Parse(text)
		if err != nil {
			t.Error(text, err)
			continue
		}
		again, err := traceql.Parse(q.String())
		if err != nil {
			t.Errorf("%s prints as %s: %v", text, q, err)
			continue
		}
		if diff := gocmp.Diff(q, again, sameTree); diff != "" {
			t.Errorf("%s prints as %s:\n%s", text, q, diff)
		}
	}
}

func TestCanonicalForm(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		q, err := traceql.Parse(text)
		if err != nil {
			t.Error(err)
			return
		}
		if q.String() != want {
			t.Errorf("%s prints as %s, want %s", text, q, want)
		}
	}
	f("{}", "{}")
	f("// before\n{ // a } | rate()\n  /* name = \"y\"\n && */ name = \"/*x*/\"\r\n} // after", `{ name = "/*x*/" }`)
	f("{span:name=`x`}", `{ name = "x" }`)
	f(`{ duration>1500us }`, `{ duration > 1500000ns }`)
	f(`{ ((span.a)) && (.b || .c) }`, `{ span.a && (.b || .c) }`)
	f(`{ (span.a && .b) || .c }`, `{ span.a && .b || .c }`)
	f(`(({.a}))>>({.b}&&{.c})`, `{ .a } >> ({ .b } && { .c })`)
	f(`{.a}&&{.b}>>{.c}`, `{ .a } && { .b } >> { .c }`)
	f(`{ span."a b" = 1 && span."plain" = 2 }`, `{ span."a b" = 1 && span.plain = 2 }`)
	f(`{}|rate()by(name)|topk(3)with(exemplars=true)`, `{} | rate() by (name) | topk(3) with(exemplars=true)`)
}

func TestErrorsSayWhereWhatAndTheNearestName(t *testing.T) {
	f := func(text, want string) {
		t.Helper()
		_, err := traceql.Parse(text)
		var syntax *traceql.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: %v is no syntax error", text, err)
			return
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", text, err, want)
		}
	}
	f(`{ naem = "x" }`, `1:3: unknown name "naem", expected an intrinsic, an attribute (.a, span.a, resource.a) or a value; did you mean "name"?`)
	f("{\n  statusmessage = \"x\" }", `2:3: unknown name "statusmessage"`)
	f(`{ statusmessage = "x" }`, `did you mean "statusMessage"?`)
	f(`{ spam.a = 1 }`, `1:3: unknown scope "spam", expected a scope or a leading dot; did you mean "span"?`)
	f(`{ span:nam = "x" }`, `unknown intrinsic "span:nam"; did you mean "span:name"?`)
	f(`{ childCount = 2 }`, `did you mean "span:childCount"?`)
	f(`{} | ratee()`, `did you mean "rate"?`)
	f(`{} | rate() | topq(3)`, `did you mean "topk"?`)
	f(`{} with(most_recentt=true)`, `did you mean "most_recent"?`)
	f(`{ name == "x" }`, `did you mean "="?`)
	f(`{ name = "x`, `1:10: a string is not closed, expected a closing "`)
	f(`{ duration > 5min }`, `"5min" is no duration, expected a unit of time (ns us ms s m h d w y)`)
	f(`{ span.a = 99999999999999999999 }`, `is too large for an int`)
	f(`{ .a } { .b }`, `expected an operator between the two spansets`)
	f("{ // name\n} /* open", `2:3: a comment is not closed, expected a closing */`)
	f(`{ span.a + 1 }`, `1:10: the braces hold a value of type float, expected a condition`)
	f(`{ span.a * 2 || name = "x" }`, `joins conditions, not a value of type float`)
	f(`{ span.a - 1 = "x" }`, `float never compares with string`)
	f(`{ span. = 1 }`, `1:8: a name is missing after the scope`)
	f(strings.Repeat("(", 100_000)+"{}", `nests deeper than 200`)
	f("{ "+strings.Repeat("!", 100_000)+".a }", `nests deeper than 200`)
	f(strings.Repeat(" ", traceql.MaxQueryLength)+"{}", `longer than 131072 bytes`)
}

func TestWhatIsLikelyNotMeantIsWarnedOf(t *testing.T) {
	f := func(text string, want int) {
		t.Helper()
		q, err := traceql.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if len(q.Warnings()) != want {
			t.Errorf("%s: warnings %v, want %d", text, q.Warnings(), want)
		}
	}
	f(`{ .a || .b && .c }`, 1)
	f(`{ (.a || .b) && .c }`, 0)
	f(`{ .a || (.b && .c) }`, 0)
	f(`{ .a && .b || .c }`, 0)
	f(`{} with(sample=0.1)`, 1)
	f(`{} with(most_recent=true)`, 0)
}

func TestAQueryThatIsWrittenAnewGetsNoWarningThatItDidNotHave(t *testing.T) {
	const text = `{ (span.a = "x" || span.b = "x") && status = error }`
	q, err := traceql.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	again, err := traceql.Parse(q.String())
	if err != nil || q.String() != text || len(again.Warnings()) > 0 {
		t.Errorf("%s: %v, %v", q, again.Warnings(), err)
	}
}

func TestTheLongestQueriesStayCheap(t *testing.T) {
	f := func(part, join string) {
		t.Helper()
		n := (traceql.MaxQueryLength - 10) / (len(part) + len(join))
		text := "{ " + strings.Repeat(part+join, n-1) + part + " }"
		if strings.HasPrefix(part, "{") {
			text = text[2 : len(text)-2]
		}
		begin := time.Now()
		q, err := traceql.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := traceql.NewSearch(q)
		if err != nil {
			t.Fatal(err)
		}
		s.Eval(smallTrace())
		if again, err := traceql.Parse(q.String()); err == nil && again.String() != q.String() {
			t.Error("prints differently the second time")
		}
		q.Conditions()
		if spent := time.Since(begin); spent > time.Minute {
			t.Errorf("%s repeated took %v", part, spent)
		}
	}
	f(".a=1", "&&")
	f(".a", "||")
	f("{}", "&&")
	f("{}", "|")
	f("{.a}", ">>")
}
