package query

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/rounds"
	"supersonic/traceql"
	"supersonic/traces/column/columntest"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/span"
	"supersonic/traces/storetest"
)

// asker makes queries at random, over what columntest.Random makes.
type asker struct{ *rand.Rand }

func (a asker) one(list ...string) string { return list[a.IntN(len(list))] }

func (a asker) query() string {
	q := a.spanset(2)
	for range a.IntN(3) {
		switch a.IntN(8) {
		case 0:
			q += " | count() " + a.one(">", "<", "=", ">=", "!=") + a.one(" 1", " 2", " 3")
		case 1:
			q += " | by(" + a.attribute() + ")"
		case 2:
			q += " | select(" + a.attribute() + ", " + a.attribute() + ")"
		case 3:
			q += " | " + a.filter()
		case 4:
			q += " | " + a.one("avg", "max", "min", "sum") + "(" + a.one("duration", "span.attr.1", "event:timeSinceStart") + ") " + a.one("> 1ms", "< 10s", ">= 0")
		case 5:
			q += " | coalesce()"
		case 6:
			q += " | " + a.spanset(1)
		}
	}
	return q
}

func (a asker) spanset(depth int) string {
	if depth == 0 || a.IntN(3) == 0 {
		return a.filter()
	}
	op := a.one("&&", "||", ">", ">>", "<", "<<", "~", "!>", "!>>", "!<", "!<<", "!~", "&>", "&>>", "&<", "&<<", "&~")
	l, r := a.spanset(depth-1), a.spanset(depth-1)
	if a.IntN(4) == 0 {
		l += " | " + a.one(a.filter(), "count() > 1", "by(name)", "select(name)")
	}
	return "(" + l + ") " + op + " (" + r + ")"
}

func (a asker) filter() string {
	if a.IntN(12) == 0 {
		return "{}"
	}
	return "{ " + a.field(2) + " }"
}

func (a asker) field(depth int) string {
	if depth > 0 && a.IntN(2) == 0 {
		return "(" + a.field(depth-1) + a.one(" && ", " && ", " || ") + a.field(depth-1) + ")"
	}
	switch a.IntN(16) {
	case 0:
		return a.one("!(", "!!(", "!!!(") + a.comparison() + ")"
	case 1:
		return a.one(a.attribute(), "duration / span.attr.1", "-(duration % (span.attr.2 - 1))", "nestedSetLeft ^ .attr.3") + a.one(" = nil", " != nil")
	case 2:
		return a.one("", "!", "!!", "!!!") + a.one("span.attr.1", ".attr.2", "resource.attr.0", "event.attr.3", "parent.attr.1")
	case 3:
		return a.attribute() + a.one(" = ", " != ", " < ") + a.attribute()
	case 4:
		return a.one("true", "false", "1 = 1", "span.attr.1 + 1 > 2", `"word-1" = name`, "1s < duration")
	}
	return a.comparison()
}

func (a asker) comparison() string {
	switch a.IntN(12) {
	case 0:
		return a.one("duration", "trace:duration", "event:timeSinceStart") + a.order() + a.one("1ms", "0s", "3s", "100ns", "1000h")
	case 1:
		return "kind" + a.one(" = ", " != ", " > ") + a.one("client", "server", "unspecified")
	case 2:
		return "status" + a.one(" = ", " != ") + a.one("error", "ok", "unset")
	case 3:
		return a.one("nestedSetLeft", "nestedSetRight", "nestedSetParent", "span:childCount") + a.order() + a.one("-1", "0", "1", "2", "5", "1.5")
	case 4:
		return a.one("span:id", "span:parentID", "trace:id", "link:spanID", "link:traceID") + a.one(" = ", " != ", " =~ ") + a.one(`""`, `"0000000000000001"`, `"0000000000000000"`, `".*1"`)
	case 5:
		return a.attribute() + a.order() + a.one("0", "1.5", "-3", "true", "1000000")
	case 6:
		return a.attribute() + a.one(" =~ ", " !~ ") + a.one(`"word-.*"`, `".*"`, `"service-[12]"`, `""`)
	case 7:
		return a.one("resource.service.name", "rootServiceName", ".service.name", "parent.service.name") + a.one(" = ", " != ") + a.one(`"service-1"`, `"service-2"`, `""`)
	}
	return a.attribute() + a.one(" = ", " = ", " != ", " > ", " <= ") + a.one(`"word-1"`, `"word-2"`, `""`, `"ingress"`, `"ü-1"`)
}

func (a asker) order() string { return a.one(" > ", " >= ", " < ", " <= ", " = ", " != ") }

func (a asker) attribute() string {
	if a.IntN(3) == 0 {
		return a.one("name", "statusMessage", "event:name", "instrumentation:name", "instrumentation:version", "rootName", "rootServiceName", "status", "kind", "duration",
			"resource.service.name", "parent.name", "parent.duration", "event:timeSinceStart", "link:spanID", "nestedSetParent")
	}
	n := a.IntN(6)
	return a.one(fmt.Sprintf("span.attr.%d", n), fmt.Sprintf(".attr.%d", n), fmt.Sprintf("resource.attr.%d", n), fmt.Sprintf("event.attr.%d", n), fmt.Sprintf("link.attr.%d", n),
		fmt.Sprintf("instrumentation.attr.%d", n), fmt.Sprintf("parent.attr.%d", n), fmt.Sprintf("span.own1.%d", n), fmt.Sprintf("event.own2.%d", n), fmt.Sprintf("parent.resource.attr.%d", n))
}

// differ compares an engine with the evaluator over whole traces.
func differ(t *testing.T, what string, e, oracle Engine, r SearchRequest) {
	t.Helper()
	want, werr := oracle.Search(t.Context(), r)
	got, err := e.Search(t.Context(), r)
	if (err == nil) != (werr == nil) {
		t.Fatalf("%s: %+v: error %v, want %v", what, r, err, werr)
	}
	if err != nil {
		return
	}
	want.Stats, got.Stats, got.Explain = Stats{}, Stats{}, nil
	if len(want.Traces) != len(got.Traces) || want.More != got.More {
		t.Fatalf("%s: %+v: %d traces, more %v; want %d, %v", what, r, len(got.Traces), got.More, len(want.Traces), want.More)
	}
	for i := range want.Traces {
		if !reflect.DeepEqual(want.Traces[i], got.Traces[i]) {
			t.Fatalf("%s: %+v: hit %d is\n%+v, want\n%+v", what, r, i, got.Traces[i], want.Traces[i])
		}
	}
	if !reflect.DeepEqual(want.Warnings, got.Warnings) {
		t.Fatalf("%s: warnings %v, want %v", what, got.Warnings, want.Warnings)
	}
}

func TestSearchFindsWhatTheEvaluatorFinds(t *testing.T) {
	queries := rounds.Of(t, 100)
	for seed := range uint64(5) {
		src := randomSnapshot(seed, 300, 1+int(seed%4))
		oracle := scanner{newMemo(t, src)}
		ask := asker{rand.New(rand.NewPCG(seed, 77))}
		for n := range queries {
			r := SearchRequest{Query: ask.query(), Limit: []int{1, 3, 20, 1000}[ask.IntN(4)], SpansPerSet: 1 + ask.IntN(5), Range: randomRanges(seed)[ask.IntN(4)], Explain: n%2 == 0}
			if ask.IntN(8) == 0 {
				r.MinDuration, r.MaxDuration = time.Millisecond, 5*time.Second
			}
			e := NewEngine(src, EngineOptions{Workers: 1 + n%8})
			differ(t, fmt.Sprintf("seed %d, query %d", seed, n), e, oracle, r)
		}
	}
}

// memo is a Source that reads its Snapshot once.
type memo struct {
	rowSource
	traces []*Trace
}

func newMemo(t *testing.T, src *fixedSnapshot) memo {
	traces, err := allTraces(t.Context(), &Snapshot{Parts: src.Parts, Split: src.Split})
	if err != nil {
		t.Fatal(err)
	}
	return memo{rowSource{src}, traces}
}

func (m memo) Scan(_ context.Context, r Range, v Visitor) (stats Stats, err error) {
	for _, t := range m.traces {
		if !t.Within(r) {
			continue
		}
		if hit := v.Eval(t); hit != nil && !v.Emit(hit) {
			break
		}
	}
	return stats, nil
}

func TestSearchByTagsFindsWhatTheRowsHave(t *testing.T) {
	for seed := range uint64(6) {
		src := randomSnapshot(seed, 300, 1+int(seed%4))
		oracle := scanner{newMemo(t, src)}
		ask := asker{rand.New(rand.NewPCG(seed, 78))}
		for n := range 25 {
			r := SearchRequest{Limit: []int{1, 3, 20, 1000}[ask.IntN(4)], Range: randomRanges(seed)[ask.IntN(4)]}
			for range ask.IntN(3) {
				r.Tags = append(r.Tags, Tag{ask.one("name", "status", "status.code", "root.name", "root.service.name", "service.name", "error", fmt.Sprintf("attr.%d", ask.IntN(6))),
					ask.one("word-1", "word-2", "ORD-", "", "true", "error", "service-1", "Service", "1.5", "1", "0", "ingress", "ok")})
			}
			e := NewEngine(src, EngineOptions{Workers: 1 + n%8})
			differ(t, fmt.Sprintf("seed %d, tags %d", seed, n), e, oracle, r)
		}
	}
}

// spread puts spans into parts of so many spans each, in the order in which they
// came, as cuts of a head do, so that traces lie in pieces.
func spread(spans []span.Span, rows, pageRows int) *fixedSnapshot {
	out := &fixedSnapshot{}
	ids := make(map[span.TraceID]int)
	for at := 0; at < len(spans); at += rows {
		list := spans[at:min(at+rows, len(spans))]
		for i := range list {
			ids[list[i].TraceID] = 0
		}
		out.Parts = append(out.Parts, Part{Segment: columntest.New(list, columntest.Options{PageRows: pageRows}), Name: fmt.Sprint("part ", len(out.Parts)), Hidden: map[int][]uint32{}})
	}
	for _, id := range sortedIDs(ids) {
		out.place(id, nil)
	}
	slices.SortFunc(out.Split, func(a, b Split) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

// inHeads puts the reference traffic into heads of so many spans each, as they come,
// so that traces lie in pieces.
func inHeads(t *testing.T, rows int) *fixedSnapshot {
	out := &fixedSnapshot{}
	ids := make(map[span.TraceID]int)
	d := otlp.NewDecoder(otlp.Limits{})
	var h *head.Head
	var held []*otlp.Batch
	for i, td := range columntest.Exports(t) {
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		if err != nil {
			t.Fatal(err)
		}
		b, late := decode(t, d, raw), decode(t, d, raw)
		for i := range b.Spans {
			ids[b.Spans[i].TraceID] = 0
		}
		if i%8 == 0 { // half of it comes late
			half := len(b.Spans) / 2
			b.Spans, late.Spans = b.Spans[:half], late.Spans[half:]
		} else {
			late.Spans = nil
		}
		if h != nil && h.Rows() >= rows {
			out.Parts = append(out.Parts, Part{Segment: h.View(), Name: fmt.Sprint("head ", i), Hidden: map[int][]uint32{}})
			h = nil
		}
		if h == nil {
			h = head.New(head.Options{})
			for _, b := range held {
				if err := h.Append(b, 0); err != nil {
					t.Fatal(err)
				}
			}
			held = nil
		}
		if err := h.Append(b, 0); err != nil {
			t.Fatal(err)
		}
		held = append(held, late)
	}
	for _, b := range held {
		if err := h.Append(b, 0); err != nil {
			t.Fatal(err)
		}
	}
	out.Parts = append(out.Parts, Part{Segment: h.View(), Name: "head", Hidden: map[int][]uint32{}})
	for _, id := range sortedIDs(ids) {
		out.place(id, nil)
	}
	for i := range out.Parts {
		for page := range out.Parts[i].Hidden {
			slices.Sort(out.Parts[i].Hidden[page])
		}
	}
	slices.SortFunc(out.Split, func(a, b Split) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), slices.Compare(a.ID[:], b.ID[:]))
	})
	return out
}

func decode(t *testing.T, d *otlp.Decoder, raw []byte) *otlp.Batch {
	t.Helper()
	b, err := d.Decode(raw, 1)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRecordedQueriesFindWhatTheEvaluatorFinds(t *testing.T) {
	src := inHeads(t, 500)
	if len(src.Parts) < 3 || len(src.Split) < 3 {
		t.Fatalf("%d parts, %d split traces", len(src.Parts), len(src.Split))
	}
	oracle := scanner{newMemo(t, src)}
	e := NewEngine(src, EngineOptions{Workers: 2})
	exact, n := 0, 0
	for _, r := range storetest.ReadAnswers(t, filepath.Join("..", "..", "traceql", "testdata", "answers.jsonl.gz")) {
		if r.Kind != "S" {
			continue
		}
		n++
		if q, err := traceql.Parse(r.Query); err == nil && newPlan(q).exact {
			exact++
		}
		differ(t, "recorded", e, oracle, SearchRequest{Query: r.Query, Limit: 20 + n%2*100_000, SpansPerSet: 100})
	}
	if 2*exact < n {
		t.Errorf("only %d of %d recorded queries are answered by columns alone", exact, n)
	}
}

func FuzzSearch(f *testing.F) {
	for _, q := range []string{`{}`, `{ .attr.1 = "word-1" || !(parent.attr.2 > 3) } &>> { event:name =~ "w.*" } | count() > 1`,
		`({ nestedSetParent < 0 } | by(name)) ~ { link:spanID != "" } | avg(duration) > 1ms`, `{ resource.attr.0 = nil } !> { status = error } | select(.a)`,
		`{ event:name != "" && event.attr.1 = nil }`, `{ event:name != "" && !(event.attr.2 != nil) && !(event:timeSinceStart > 1ms) }`} {
		f.Add(q, uint8(100))
	}
	src := randomSnapshot(4, 120, 3)
	traces, err := allTraces(f.Context(), &Snapshot{Parts: src.Parts, Split: src.Split})
	if err != nil {
		f.Fatal(err)
	}
	oracle := scanner{memo{rowSource{src}, traces}}
	f.Fuzz(func(t *testing.T, q string, limit uint8) {
		differ(t, "fuzz", NewEngine(src, EngineOptions{Workers: 2}), oracle, SearchRequest{Query: q, Limit: 1 + int(limit), SpansPerSet: 2})
	})
}

func TestNegationsOfWhatIsNoTruth(t *testing.T) {
	bools := columntest.Random(rand.New(rand.NewPCG(5, 78)), 300)
	for i := range bools {
		switch i % 4 {
		case 0:
			bools[i].Attrs.PutBool("attr.1", true)
		case 1:
			bools[i].Attrs.PutBool("attr.1", false)
		}
	}
	src := spread(bools, 100, 50)
	oracle := scanner{newMemo(t, src)}
	e := NewEngine(src, EngineOptions{})
	for _, of := range []string{"span.attr.1", ".attr.1", ".attr.2", "resource.attr.0", "event.attr.3", "link.attr.0", "parent.attr.1", "span.nowhere",
		"(span.attr.1 > 3)", "(span.attr.1 = nil)", `(.attr.1 =~ "word.*")`, "(.attr.1 && .attr.2)", `(.attr.1 != "word-1" && .attr.1 != "word-2")`, `(.attr.2 != "word-1" && .attr.2 != "x" && .attr.2 !~ "a" && .attr.2 !~ "word-[13]")`,
		"(.attr.3 != 1 && kind != client && .attr.3 != 2.5 && .attr.3 != 3)", `(parent.attr.0 != "word-2" && parent.attr.0 != "word-0")`, `(span.attr.1 != 2 && span.attr.1 != "word-1")`,
		"(.attr.2 != true && .attr.2 != false)", "(span.attr.1 = span.attr.2)", "true"} {
		for range rounds.Of(t, 6) {
			for _, q := range []string{"{ %s }", "{ %s } | count() > 1", "{ %s && kind != server }", "{ %s } >> {}"} {
				selectAlike(t, e, oracle, fmt.Sprintf(q, of))
			}
			of = "!(" + of + ")"
		}
	}
}

// selectAlike compares what a query finds and what it counts: a search evaluates its
// hits again, series are of the rows that the plan selects.
func selectAlike(t *testing.T, e Engine, oracle scanner, q string) {
	t.Helper()
	differ(t, "selection", e, oracle, SearchRequest{Query: q, Limit: 1000, SpansPerSet: 10})
	r := MetricsRequest{Query: q + " | count_over_time()", Range: metricsRanges[0]}
	want, werr := oracle.Metrics(t.Context(), r)
	got, err := e.Metrics(t.Context(), r)
	if err != nil || werr != nil {
		t.Fatalf("%s: %v, %v", r.Query, err, werr)
	}
	wantSeries(t, r.Query, want, got)
}

func TestGroupsThatAnInnerPipelineMakesAreGroupsToWhatFollows(t *testing.T) {
	src := randomSnapshot(4, 120, 3)
	oracle, e := scanner{newMemo(t, src)}, NewEngine(src, EngineOptions{Workers: 2})
	for _, groups := range []string{`({ } | by(name))`, `(({ } | by(name)) && { })`, `({ } >> ({ } | by(kind)))`, `({ } | ({ } | by(name)))`} {
		for _, of := range []string{" | count() = 1", " | count() <= 2", " | max(duration) < 2s", " | sum(duration) < 5s"} {
			selectAlike(t, e, oracle, groups+of)
		}
	}
}

func TestPlansAreExact(t *testing.T) {
	for query, want := range map[string]bool{
		`{ resource.service.name = "a" && duration > 1s }`:       true,
		`{ .a = "b" || !(span.c > 3) }`:                          true,
		`{ parent.a = 1 } >> { kind = server } | count() > 2`:    true,
		`({ name = "a" } &>> { status = error }) || { true }`:    true,
		`{ nestedSetParent < 0 } | by(name)`:                     true,
		`{ span.a != nil } | select(span.b) | { event.x = "y" }`: true,
		`{ span.a = span.b }`:                                    false,
		`{ span.a != "x" && kind = server && span.a != "y" }`:    true,
		`{ .b != 1 && .b != 2.5 && (.a !~ "x" && .a !~ "y") }`:   true,
		`{ !(!(!span.a)) && !(!(span.b > 1)) }`:                  true,
		`{ true } | avg(duration) > 1s`:                          false,
		`{ true } | by(name) | count() > 1`:                      false,
	} {
		q, err := traceql.Parse(query)
		if err != nil {
			t.Fatal(err)
		}
		if pl := newPlan(q); pl.exact != want {
			t.Errorf("%s: exact %v, plan %v", query, pl.exact, pl.root)
		}
	}
}

func TestASearchExplainsItself(t *testing.T) {
	src := spread(columntest.Load(t)[:1500], 500, 100)
	e := NewEngine(src, EngineOptions{})
	out, err := e.Search(t.Context(), SearchRequest{Query: `{name="compute"  && duration>1h}`, Limit: 5, SpansPerSet: 3, Explain: true})
	if err != nil {
		t.Fatal(err)
	}
	x := out.Explain
	if x.Query != `{ name = "compute" && duration > 1h0m0s }` || x.End != "all read" || len(x.Parts) != 3 || !strings.Contains(strings.Join(x.Plan, "\n"), "duration > 1h0m0s") {
		t.Errorf("%+v", x)
	}
	out, err = e.Search(t.Context(), SearchRequest{Query: `{}`, Limit: 5, SpansPerSet: 3, Explain: true})
	if err != nil || out.Explain.End != "limit reached" || out.Explain.Rows == 0 || out.Explain.Rows > 600 || len(out.Explain.Parts[0].Columns) == 0 {
		t.Errorf("%v %+v", err, out.Explain)
	}
}
