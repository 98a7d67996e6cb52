package traceql

import (
	"fmt"
	"math"
)

// MaxDepth is how deep parentheses, negations and pipelines may nest.
const MaxDepth = 200

// Parse reads and validates a query. The error is always a *SyntaxError.
func Parse(text string) (*Query, error) {
	q, err := parse(text)
	if err == nil {
		err = validate(q)
	}
	if err != nil {
		return nil, err.locate(text)
	}
	q.warnings = warnings(q)
	return q, nil
}

func parse(text string) (*Query, *SyntaxError) {
	if len(text) > MaxQueryLength {
		return nil, fault(MaxQueryLength, "the query is longer than %d bytes", MaxQueryLength)
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{tokens: tokens}
	q := &Query{text: text}
	if err := p.catch(func() { p.query(q) }); err != nil {
		return nil, err
	}
	return q, nil
}

// parser is recursive descent. A fault unwinds it by a panic of *SyntaxError
// that catch takes: it never leaves the package.
type parser struct {
	tokens []token
	at     int
	depth  int
}

func (p *parser) catch(f func()) (err *SyntaxError) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *SyntaxError:
			err = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) peekAt(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != tokenEnd {
		p.at++
	}
	return t
}

// expect takes the punctuation, which stands in the place named.
func (p *parser) expect(punct, place string) token {
	t := p.peek()
	if !t.is(punct) {
		panic(fault(t.pos, "%s %s", t.describe(), place).expecting(fmt.Sprintf("%q", punct)))
	}
	return p.next()
}

func (p *parser) word(word string) bool {
	t := p.peek()
	return t.kind == tokenWord && t.text == word
}

// enter counts nesting; the result is to be deferred.
func (p *parser) enter() func() {
	if p.depth++; p.depth > MaxDepth {
		panic(fault(p.peek().pos, "the query nests deeper than %d", MaxDepth))
	}
	return func() { p.depth-- }
}

func (p *parser) query(q *Query) {
	q.Pipeline = p.pipeline()
	if p.peek().is("|") {
		p.next()
		q.Metrics = p.metrics()
		q.Second = p.seconds()
	}
	if p.word("with") {
		q.Hints = p.hints()
	}
	if t := p.peek(); t.kind != tokenEnd {
		panic(p.trailing(t, q))
	}
}

func (p *parser) trailing(t token, q *Query) *SyntaxError {
	err := fault(t.pos, "%s after the query", t.describe())
	if q.IsMetrics() {
		return err.expecting("| topk(n), | bottomk(n), a comparison, with(...) or the end")
	}
	if t.kind == tokenPunct && t.text == "{" {
		return err.expecting("an operator between the two spansets, as && or >>")
	}
	return err.expecting("|, an operator between spansets, with(...) or the end").near(t.text, []string{"with"})
}

// hints reads with(name=value, ...).
func (p *parser) hints() []Hint {
	p.next()
	p.expect("(", "after with")
	var hints []Hint
	for {
		t := p.next()
		if t.kind != tokenWord {
			panic(fault(t.pos, "%s as a hint", t.describe()).expecting("a name"))
		}
		if eq := p.next(); eq.kind != tokenOp || eq.op != OpEqual {
			panic(fault(eq.pos, "%s after the hint %s", eq.describe(), t.text).expecting("="))
		}
		hints = append(hints, Hint{Pos: t.pos, Name: t.text, Value: p.constant("as the value of a hint")})
		if !p.peek().is(",") {
			break
		}
		p.next()
	}
	p.expect(")", "in the hints")
	return hints
}

// constant reads a literal with its sign.
func (p *parser) constant(place string) Static {
	t := p.next()
	if t.kind == tokenOp && t.op == OpSub {
		v := p.constant(place)
		if n, ok := negate(v); ok {
			return n
		}
		panic(fault(t.pos, "a minus before %s", v.Type()).expecting("a number"))
	}
	if t.kind == tokenLiteral {
		return t.val
	}
	if v, ok := namedConstants[t.text]; ok && t.kind == tokenWord {
		return v
	}
	panic(fault(t.pos, "%s %s", t.describe(), place).expecting("a value"))
}

// negate turns the sign of a number.
func negate(v Static) (Static, bool) {
	switch v.Type() {
	case TypeInt:
		if v.AsInt() == math.MinInt64 {
			return Float(-float64(math.MinInt64)), true // there is no such int
		}
		return Int(-v.AsInt()), true
	case TypeDuration:
		v.n = -v.n
		return v, true
	case TypeFloat:
		return Float(-v.float()), true
	}
	return v, false
}
