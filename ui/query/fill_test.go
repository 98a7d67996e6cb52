package query

import (
	"testing"
	"time"

	"supersonic/ui/grafana"
	"supersonic/ui/payload"
	"supersonic/ui/steps"
)

func testEnv() *Env {
	to := time.UnixMilli(1_700_000_000_000)
	e := NewEnv(to.Add(-3*time.Hour), to, to)
	e.Set("one", Value{Values: []string{"a.b"}, Texts: []string{"A"}})
	e.Set("two", Value{Values: []string{"a.b", `c"d`}, Texts: []string{"A", "C"}})
	e.Set("all", Value{Values: []string{"x", "y"}, Texts: []string{"x", "y"}, All: true})
	e.Set("custom", Value{Values: []string{"x", "y"}, Texts: []string{"x", "y"}, All: true, Custom: ".*"})
	e.Set("metric", Value{Values: []string{`rate(x{a="b"}[1m])`}, Texts: []string{"m"}, Single: true})
	return e
}

func TestAVariableIsWrittenAsItsPlaceOrItsFormatSays(t *testing.T) {
	e := testEnv()
	e.Dashboard.UID, e.Dashboard.Title = "u", "Title"
	f := func(style Style, text, want string) {
		t.Helper()
		if got := e.Fill(text, style); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
	f(ForPromQL, `x{a=~"$one"}`, `x{a=~"a\\.b"}`)
	f(ForPromQL, `x{a=~"$two"}`, `x{a=~"(a\\.b|c"d)"}`)
	f(ForPromQL, `x{a=~"${all}"}`, `x{a=~"(x|y)"}`)
	f(ForPromQL, `x{a=~"[[all]]"}`, `x{a=~"(x|y)"}`)
	f(ForPromQL, `x{a=~"$custom"}`, `x{a=~".*"}`)
	f(ForPromQL, `sum($metric)`, `sum(rate(x{a="b"}[1m]))`)
	f(ForPromQL, `$unknown ${unknown:csv} [[unknown]]`, `$unknown ${unknown:csv} [[unknown]]`)
	f(ForTraceQL, `{a=~"$all"}`, `{a=~"x|y"}`)
	f(ForTitle, "of $two, $all", "of A + C, All")
	f(ForText, "$all", "x, y")
	f(ForURL, "?var-a=${two:percentencode}", "?var-a=%7Ba.b%2Cc%22d%7D")

	f(ForText, "${all:csv} ${all:pipe} ${all:glob} ${one:glob} ${all:raw}", "x,y x|y {x,y} a.b x,y")
	f(ForText, "${two:regex} ${one:regex}", `(a\.b|c"d) a\.b`)
	f(ForText, "${two:json} ${one:json}", `["a.b","c\"d"] "a.b"`)
	f(ForText, "${two:doublequote} ${two:singlequote} ${two:sqlstring}", `"a.b","c\"d" 'a.b','c"d' 'a.b','c"d'`)
	f(ForText, "${all:queryparam} ${two:queryparam}", "var-all=%24__all var-two=a.b&var-two=c%22d")
	f(ForText, "${two:lucene} ${two:text} ${two:distributed}", `("a.b" OR "c\"d") A + C a.b,two=c"d`)
	f(ForText, "${two.text} ${all:join:-}", "A + C x-y")
	f(ForText, "${two:customqueryparam} ${two:customqueryparam:v-s} ${one:customqueryparam:v:x-}", "two=a.b&two=c%22d v-s=a.b&v-s=c%22d v=x-a.b")
	f(ForText, "${all:customqueryparam:v} ${all:text} ${custom:raw} ${custom:percentencode} ${two:percentencode}", "v=%24__all All .* .%2A %7Ba.b%2Cc%22d%7D")
	f(ForText, "[[two:csv]] [[one]] ${two:unheard}", `a.b,c"d a.b {a.b,c"d}`)

	f(ForText, "$__from ${__to:date:seconds} ${__from:date:YYYY-MM-DD}", "1699989200000 1700000000 2023-11-14")
	f(ForText, "${__to:date} ${__to:date:iso}", "2023-11-14T22:13:20.000Z 2023-11-14T22:13:20.000Z")
	f(ForText, "$__range $__range_s $__range_ms", "10800s 10800 10800000")
	f(ForText, "${__dashboard} ${__dashboard.uid} ${__org} ${__org.name}", "Title u 1 Main Org.")
	f(ForText, "${__url_time_range}", "from=1699989200000&to=1700000000000")
	f(ForText, "${__field.labels.pod} ${__value.raw}", "${__field.labels.pod} ${__value.raw}")
}

func TestARepeatFixesAVariable(t *testing.T) {
	e := testEnv().Scope(map[string]string{"two": `c"d`})
	if got := e.Fill("$two: $one", ForTitle); got != "C: A" {
		t.Errorf("got %q", got)
	}
}

func TestStepsFollowTheRangeAndTheLowestOnes(t *testing.T) {
	f := func(a asks, length time.Duration, step, rate time.Duration) {
		t.Helper()
		got, err := a.steps(length)
		if err != nil || got.Step != step || got.Rate != rate {
			t.Errorf("%+v over %v: %v, rate %v, %v; want %v, %v", a, length, got.Step, got.Rate, err, step, rate)
		}
	}
	const s = time.Second
	f(asks{points: 600, source: "5s"}, 3*time.Hour, 20*s, 25*s)
	f(asks{points: 1000, source: "5s"}, 5*time.Minute, 5*s, 20*s)
	f(asks{points: 1000}, 5*time.Minute, 15*s, 60*s)
	f(asks{points: 1000, source: "5s", panel: "1m"}, time.Hour, 60*s, 65*s)
	f(asks{points: 1000, source: "5s", panel: "1m", lowest: "30s"}, time.Hour, 30*s, 120*s)
	f(asks{points: 1000, source: "5s", factor: 2}, 3*time.Hour, 20*s, 20*s)
	f(asks{points: 1000, source: "5s", rateStep: true}, 3*time.Hour, 20*s, 20*s)
	f(asks{points: 1_000_000, source: "1s"}, 24*time.Hour, 10*s, 11*s)
	f(asks{points: 0, source: ">10s"}, time.Hour, 10*s, 40*s)
	if _, err := (asks{points: 1, source: "five"}).steps(time.Hour); err == nil {
		t.Error("a data source with timeInterval five has steps")
	}
	from, to := align(time.UnixMilli(12_345), time.UnixMilli(99_999), 5*s)
	if from.UnixMilli() != 10_000 || to.UnixMilli() != 95_000 {
		t.Errorf("aligned to %d, %d", from.UnixMilli(), to.UnixMilli())
	}
}

func TestIntervalsAreReadAndWritten(t *testing.T) {
	for text, want := range map[string]time.Duration{"5s": 5 * time.Second, ">10s": 10 * time.Second, "1h30m": 90 * time.Minute, "500ms": 500 * time.Millisecond,
		"15": 15 * time.Second, "1d": 24 * time.Hour, "1w": 7 * 24 * time.Hour} {
		if got, err := steps.Parse(text); err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	for d, want := range map[time.Duration]string{5 * time.Second: "5s", 90 * time.Second: "90s", time.Hour: "1h", 500 * time.Millisecond: "500ms", 1500 * time.Millisecond: "1500ms"} {
		if got := steps.Write(d); got != want {
			t.Errorf("%v is written %s, want %s", d, got, want)
		}
	}
	for _, bad := range []string{"", "x", "5x", "-5s"} {
		if _, err := steps.Parse(bad); err == nil {
			t.Errorf("%q is an interval", bad)
		}
	}
}

func TestMatchersGoIntoEverySelectorAndNowhereElse(t *testing.T) {
	more := []string{`pod="a"`}
	f := func(expr, want string) {
		t.Helper()
		if got := Narrow(expr, more); got != want {
			t.Errorf("%s\n got %s\nwant %s", expr, got, want)
		}
	}
	f(`up`, `up{pod="a"}`)
	f(`up{}`, `up{pod="a"}`)
	f(`up{job="x",}`, `up{job="x",pod="a"}`)
	f(`{__name__=~"a|b"}`, `{__name__=~"a|b",pod="a"}`)
	f(`sum by (pod) (rate(x{a="}"}[5m])) / sum(rate(y[5m])) by (pod)`, `sum by (pod) (rate(x{a="}",pod="a"}[5m])) / sum(rate(y{pod="a"}[5m])) by (pod)`)
	f(`sum(x) without (a, b) > bool 1e5`, `sum(x{pod="a"}) without (a, b) > bool 1e5`)
	f(`a * on (x) group_left (y) b offset 5m`, `a{pod="a"} * on (x) group_left (y) b{pod="a"} offset 5m`)
	f(`histogram_quantile(.9, sum by (le) (rate(x_bucket[1m])))`, `histogram_quantile(.9, sum by (le) (rate(x_bucket{pod="a"}[1m])))`)
	f(`label_replace(up, "a", "$1", "b", "up")`, `label_replace(up{pod="a"}, "a", "$1", "b", "up")`)
	f("x # a comment on up\n+ y", "x{pod=\"a\"} # a comment on up\n+ y{pod=\"a\"}")
	f(`job:x:rate5m unless y and z or w`, `job:x:rate5m{pod="a"} unless y{pod="a"} and z{pod="a"} or w{pod="a"}`)
	f(`topk(5, x) or vector(0)`, `topk(5, x{pod="a"}) or vector(0)`)
	f(`max_over_time(x[1h:5m] @ end())`, `max_over_time(x{pod="a"}[1h:5m] @ end())`)
	if got := Narrow("up", nil); got != "up" {
		t.Error(got)
	}
	got, err := matchers([]payload.AdHocFilter{{Key: "a", Operator: "=~", Value: `x"y`}, {Key: "service.name", Operator: "!=", Value: "z"}})
	if err != nil || len(got) != 2 || got[0] != `a=~"x\"y"` || got[1] != `"service.name"!="z"` {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := matchers([]payload.AdHocFilter{{Key: "a", Operator: "<", Value: "1"}}); err == nil {
		t.Error("PromQL has no < for labels")
	}
}

func FuzzNarrow(f *testing.F) {
	for _, s := range []string{`up`, `sum by (a) (rate(x{b="c"}[5m]))`, "`", `{`, `"\`, `x{a="`, "by (", "[", "a#"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) { Narrow(s, []string{`a="b"`}) })
}

func FuzzFill(f *testing.F) {
	for _, s := range []string{"$one", "${two:csv}", "[[all:x]]", "${__from:date:YYYY}", "${", "$$", "${a.b:c:d}"} {
		f.Add(s)
	}
	e := testEnv()
	f.Fuzz(func(_ *testing.T, s string) {
		for style := ForTitle; style <= ForVariable; style++ {
			e.Fill(s, style)
		}
	})
}

func TestSearchFormsBecomeTraceQL(t *testing.T) {
	e := testEnv()
	if got := fromFilters(e, readFields([]byte(`{"filters":[{"tag":"code","scope":"span","operator":"=","value":["200"],"valueType":"either"}]}`)).list("filters")); got != `{(span.code="200" || span.code=200)}` {
		t.Errorf("a number that may be kept as text is asked for by %s", got)
	}
	if got := fromFilters(e, readFields([]byte(`{"filters":[
		{"id":"a","operator":"=","scope":"span"},
		{"tag":"service.name","scope":"resource","operator":"=","value":["pod-0","pod-1"],"valueType":"string"},
		{"tag":"http.status_code","scope":"span","operator":">","value":"400","valueType":"int"},
		{"tag":"duration","operator":">","value":"10ms","valueType":"duration"},
		{"tag":"status","scope":"intrinsic","operator":"=","value":"error","valueType":"keyword"},
		{"tag":"name","operator":"=~","value":["a","b"]}]}`)).list("filters")); got !=
		`{(resource.service.name="pod-0" || resource.service.name="pod-1") && span.http.status_code>400 && duration>10ms && status=error && name=~"a|b"}` {
		t.Error(got)
	}
	if got := fromFilters(e, nil); got != "{}" {
		t.Error(got)
	}
	if got := fromOldSearch(e, readFields([]byte(`{"serviceName":"pod","spanName":"ingress","search":"http.status=500 error=true","minDuration":"1s"}`))); got !=
		`{resource.service.name="pod" && name="ingress" && .http.status=500 && .error=true && traceDuration>=1s}` {
		t.Error(got)
	}
	if got := narrowTraces(`{ name = "x" } | rate()`, `.pod = "a"`); got != `{ .pod = "a" && name = "x" } | rate()` {
		t.Error(got)
	}
	if got := narrowTraces(`{}`, `.pod = "a"`); got != `{ .pod = "a" }` {
		t.Error(got)
	}
}

func TestAPanelMayHaveATimeOfItsOwn(t *testing.T) {
	e := testEnv()
	e.Relative = true
	for _, c := range []struct {
		from, shift, info string
		length, back      time.Duration
	}{
		{"", "", "", 3 * time.Hour, 0},
		{"1h", "", "Last 1 hour", time.Hour, 0},
		{"2d", "", "Last 2 days", 48 * time.Hour, 0},
		{"", "1d", "timeshift -1d", 3 * time.Hour, 24 * time.Hour},
		{"30m", "1h", "Last 30 minutes timeshift -1h", 30 * time.Minute, time.Hour},
	} {
		own, info, err := ownRange(e, &grafana.Panel{TimeFrom: c.from, TimeShift: c.shift})
		if err != nil || info != c.info || own.To.Sub(own.From) != c.length || e.To.Sub(own.To) != c.back {
			t.Errorf("%+v: %q, %v to %v, %v", c, info, own.From, own.To, err)
		}
	}
	e.Relative = false
	if own, info, _ := ownRange(e, &grafana.Panel{TimeFrom: "1h"}); info != "" || own.From != e.From {
		t.Error("a range of two moments is overruled by the panel's own length")
	}
	if _, _, err := ownRange(testEnv(), &grafana.Panel{TimeShift: "soon"}); err == nil {
		t.Error("a shift by soon is no shift")
	}
}
