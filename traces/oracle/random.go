package oracle

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"supersonic/traceql"
	"supersonic/traces/span"
)

// RandomQuery writes a query that fits spans, or one of them: a search or a metrics
// query in any form of the language. traceql.Parse accepts it. One state of rng and
// the same spans give the same query.
func RandomQuery(rng *rand.Rand, spans []span.Span) string {
	g := newGenerator(rng, spans)
	if rng.IntN(3) == 0 {
		return g.metrics()
	}
	return g.search()
}

// generator writes queries.
type generator struct {
	*rand.Rand
	words *words
}

func newGenerator(rng *rand.Rand, spans []span.Span) *generator {
	return &generator{rng, wordsOf(spans)}
}

// accepted writes until the parser accepts: what is written fits the grammar, but
// not always the types.
func accepted(write func() string) string {
	for {
		text := write()
		if _, err := traceql.Parse(text); err == nil {
			return text
		}
	}
}

// of chooses.
func (g *generator) of(list ...string) string { return list[g.IntN(len(list))] }

// search writes a query that selects spans.
func (g *generator) search() string {
	return accepted(func() string { return g.hinted(g.pipeline(2)) })
}

// metrics writes a query that has series for an answer.
func (g *generator) metrics() string {
	return accepted(func() string {
		fn, stable := g.function()
		text := g.pipeline(1)
		if strings.HasPrefix(fn, "+") { // it needs a condition
			condition, rest, _ := strings.Cut(fn[1:], "|")
			text, fn = text+" | "+condition, rest
		}
		text += " | " + fn
		chosen := strings.HasPrefix(fn, "compare")
		for stable && g.IntN(4) == 0 {
			text += strings.Replace(g.of(" | topk(%d)", " | bottomk(%d)", " > %d", " >= %d", " < %d", " != %d", " > %dms"), "%d", fmt.Sprint(1+g.IntN(5)), 1)
			chosen = true
		}
		if g.IntN(5) == 0 && !chosen { // sums of weights depend on their order
			return text + " with(weighted=true)"
		}
		return text + g.of("", "", "", "", " with(buckets=true)", " with(exemplars=true)")
	})
}

// function writes a metrics function. stable tells that its values do not depend on
// the order in which they are added up, so that a later stage may choose by them.
func (g *generator) function() (text string, stable bool) {
	by := ""
	if g.IntN(5) < 3 {
		by = " by(" + g.names(3) + ")"
	}
	switch g.IntN(8) {
	case 0, 1:
		return g.of("rate()", "count_over_time()") + by, true
	case 2:
		return g.of("min", "max") + "_over_time(" + g.number() + ")" + by, true
	case 3:
		return g.sum() + by, false
	case 4:
		return fmt.Sprintf("quantile_over_time(%s, %s)%s", g.number(), g.of(".5", ".9, .5", "0, 1", ".99, .25, .75"), by), true
	case 5:
		return "histogram_over_time(" + g.number() + ")" + by, true
	case 6:
		return "compare(" + g.filter(1) + g.of("", ", 1", ", 3", ", 100") + ")", false
	}
	return g.of("rate()", "count_over_time()") + " by(" + g.names(2) + ")", true
}

// sum writes a sum or an average. Attributes are asked for values that do not cancel
// each other out: a sum that does has no digits that two orders agree in.
func (g *generator) sum() string {
	name := g.of("sum", "avg") + "_over_time("
	if g.IntN(3) > 0 {
		of := g.of("duration", "traceDuration", "span:childCount", "nestedSetLeft")
		return fmt.Sprintf("+{ %s >= 0 && %s < %s }|%s%s)", of, of, g.of("1000000000000", "2s", "100h"), name, of)
	}
	a := g.words.attribute(g.Rand)
	for ofItems(a.Scope) {
		a = g.words.attribute(g.Rand)
	}
	return fmt.Sprintf("+{ %s > 0 && %s < 1000000 }|%s%s)", a, a, name, a)
}

// number names something that may be a number.
func (g *generator) number() string {
	switch g.IntN(5) {
	case 0, 1:
		return "duration"
	case 2:
		return g.words.intrinsic(g.Rand, traceql.TypeInt, traceql.TypeDuration).String()
	}
	return g.words.attribute(g.Rand).String()
}

// names writes up to most attributes and intrinsics.
func (g *generator) names(most int) string {
	var list []string
	for range 1 + g.IntN(most) {
		if g.IntN(2) == 0 {
			list = append(list, g.words.intrinsic(g.Rand).String())
		} else {
			list = append(list, g.words.attribute(g.Rand).String())
		}
	}
	return strings.Join(list, ", ")
}

// hinted adds hints, mostly none.
func (g *generator) hinted(text string) string {
	switch {
	case strings.Contains(text, "scalar_math"):
	case g.IntN(12) == 0:
		text += " with(" + g.of("weighted=true", "buckets=true", "most_recent=true", "sample=0.1", "exemplars=true", "weighted=false, buckets=true") + ")"
	}
	return text
}

// pipeline writes a query up to its metrics function.
func (g *generator) pipeline(depth int) string {
	text := g.spansets(depth)
	for range g.IntN(8) / 4 * (1 + g.IntN(2)) {
		text += " | " + g.stage(depth)
	}
	return text
}

func (g *generator) stage(depth int) string {
	switch g.IntN(9) {
	case 0, 1:
		return "by(" + g.value(1) + ")"
	case 2:
		return "coalesce()"
	case 3:
		return "select(" + g.names(4) + ")"
	case 4:
		return g.spansets(depth - 1)
	case 5, 6:
		return "count() " + g.of(">", ">=", "<", "<=", "=", "!=") + fmt.Sprint(" ", g.IntN(6))
	}
	return g.scalarFilter()
}

func (g *generator) scalarFilter() string {
	aggregate := g.of("avg", "min", "max", "sum") + "(" + g.numeric(1) + ")"
	if g.IntN(4) == 0 {
		aggregate = g.of(aggregate+" * 2", "count() * 2", aggregate+" - 1", "("+aggregate+" + 3) / 2", "-1 * "+aggregate)
	}
	limit := g.of("0", "1", "2.5", "1ms", "100ns", "1s", "-1", "1000000", "3 + 4 * 2")
	if g.IntN(8) == 0 {
		return limit + " " + g.of(">", ">=", "<", "<=") + " " + aggregate
	}
	return aggregate + " " + g.of(">", ">=", "<", "<=", "=", "!=") + " " + limit
}

// relations are the operators between spansets: five ways, each plain, negated, and
// with both sides for an answer.
var relations = []string{">", "<", ">>", "<<", "~", "!>", "!<", "!>>", "!<<", "!~", "&>", "&<", "&>>", "&<<", "&~"}

func (g *generator) spansets(depth int) string {
	if depth <= 0 || g.IntN(5) < 2 {
		return g.filter(2)
	}
	switch g.IntN(8) {
	case 0:
		return "(" + g.pipeline(depth-1) + ")"
	case 1:
		return g.spansets(depth-1) + g.of(" && ", " || ") + g.spansets(depth-1)
	case 2, 3, 4, 5:
		return g.operand(depth-1) + " " + relations[g.IntN(len(relations))] + " " + g.operand(depth-1)
	}
	return g.filter(3)
}

// operand writes a side of a relation.
func (g *generator) operand(depth int) string {
	if depth > 0 && g.IntN(4) == 0 {
		return "(" + g.pipeline(depth) + ")"
	}
	return g.filter(g.IntN(3))
}

func (g *generator) filter(depth int) string {
	if g.IntN(12) == 0 {
		return "{}"
	}
	return "{ " + g.condition(depth) + " }"
}
