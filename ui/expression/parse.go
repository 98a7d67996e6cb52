package expression

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Bounds of a formula.
const (
	maxFormula = 8 << 10 // bytes
	maxDepth   = 200     // brackets and signs within each other
)

// Fault says where a formula is wrong.
type Fault struct {
	At   int // byte of the formula
	Text string
}

func (f *Fault) Error() string {
	return fmt.Sprintf("the formula is not understood at character %d: %s", f.At+1, f.Text)
}

// node is a part of a formula.
type node interface{ eval(given) (Set, error) }

type (
	constant float64
	variable string
	unary    struct {
		op string
		of node
	}
	binary struct {
		op          string
		left, right node
	}
	call struct {
		name string
		of   node // nil of nan() and the like
	}
)

func readMath(formula string) (*Expression, error) {
	p := &parser{text: formula}
	if len(formula) > maxFormula {
		return nil, fmt.Errorf("the formula has more than %d characters", maxFormula)
	}
	p.next()
	root, err := p.either()
	if err == nil && p.token != "" {
		err = p.fault("nothing should stand here, but %q does", p.token)
	}
	if err != nil {
		return nil, err
	}
	return &Expression{Kind: "math", Text: strings.TrimSpace(formula), inputs: unique(p.names), run: root.eval}, nil
}

// parser reads a formula: || below &&, comparisons, sums, products, powers and
// signs, the last of which bind closest.
type parser struct {
	text  string
	at    int    // where the token begins
	end   int    // where it ends
	token string // "" at the end
	depth int
	names []string
}

func (p *parser) fault(format string, args ...any) error {
	return &Fault{p.at, fmt.Sprintf(format, args...)}
}

var operators = []string{"**", "&&", "||", "==", "!=", ">=", "<=", "+", "-", "*", "/", "%", ">", "<", "!", "(", ")", ","}

// next goes to the next token.
func (p *parser) next() {
	rest := strings.TrimLeftFunc(p.text[p.end:], unicode.IsSpace)
	p.at = len(p.text) - len(rest)
	p.token = rest[:tokenEnd(rest)]
	p.end = p.at + len(p.token)
}

func tokenEnd(rest string) int {
	if rest == "" {
		return 0
	}
	for _, op := range operators {
		if strings.HasPrefix(rest, op) {
			return len(op)
		}
	}
	switch c := rest[0]; {
	case strings.HasPrefix(rest, "${"):
		if end := strings.IndexByte(rest, '}'); end > 0 {
			return end + 1
		}
	case c == '$':
		return 1 + wordEnd(rest[1:])
	case c >= '0' && c <= '9' || c == '.':
		return numberEnd(rest)
	case wordEnd(rest) > 0:
		return wordEnd(rest)
	}
	_, n := utf8.DecodeRuneInString(rest)
	return n
}

func wordEnd(s string) int {
	for i, c := range s {
		if c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
			return i
		}
	}
	return len(s)
}

func numberEnd(s string) int {
	for i := range len(s) {
		sign := (s[i] == '+' || s[i] == '-') && (s[i-1] == 'e' || s[i-1] == 'E') && !strings.HasPrefix(s, "0x")
		if !sign && s[i] != '.' && wordEnd(s[i:i+1]) == 0 {
			return i
		}
	}
	return len(s)
}

// chain reads operands of one level between operators of it.
func (p *parser) chain(below func() (node, error), ops ...string) (node, error) {
	left, err := below()
	for err == nil {
		op := p.token
		if !contains(ops, op) {
			return left, nil
		}
		p.next()
		var right node
		right, err = below()
		left = binary{op, left, right}
	}
	return nil, err
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s && s != "" {
			return true
		}
	}
	return false
}

func (p *parser) either() (node, error) { return p.chain(p.both, "||") }

func (p *parser) both() (node, error) { return p.chain(p.compared, "&&") }

func (p *parser) compared() (node, error) {
	return p.chain(p.sum, "==", "!=", ">", ">=", "<", "<=")
}

func (p *parser) sum() (node, error) { return p.chain(p.product, "+", "-") }

func (p *parser) product() (node, error) { return p.chain(p.power, "*", "/", "%") }

func (p *parser) power() (node, error) { return p.chain(p.single, "**") }

// single is a number, a variable, a call, a bracket or one of them with a sign.
func (p *parser) single() (node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fault("brackets are nested more than %d times", maxDepth)
	}
	defer func() { p.depth-- }()
	token := p.token
	switch {
	case token == "":
		return nil, p.fault("a number or a query such as $A is missing")
	case token == "-" || token == "!":
		p.next()
		of, err := p.single()
		return unary{token, of}, err
	case token == "(":
		p.next()
		inner, err := p.either()
		if err != nil {
			return nil, err
		}
		return inner, p.closing()
	case token[0] == '$':
		return p.variable(token)
	case token[0] >= '0' && token[0] <= '9' || token[0] == '.':
		return p.number(token)
	case wordEnd(token) == len(token):
		return p.call(token)
	}
	return nil, p.fault("%q has no place here", token)
}

func (p *parser) closing() error {
	if p.token != ")" {
		return p.fault("a closing bracket is missing")
	}
	p.next()
	return nil
}

func (p *parser) variable(token string) (node, error) {
	name, err := oneInput(token, "a variable")
	if err != nil {
		return nil, p.fault("the name of a query is missing behind $")
	}
	p.names = append(p.names, name)
	p.next()
	return variable(name), nil
}

func (p *parser) number(token string) (node, error) {
	n, err := strconv.ParseFloat(token, 64)
	if len(token) > 1 && token[0] == '0' && !strings.ContainsAny(token, ".eE") || strings.HasPrefix(token, "0x") {
		var whole int64
		whole, err = strconv.ParseInt(token, 0, 64) // 0x2A, 072
		n = float64(whole)
	}
	if err != nil {
		return nil, p.fault("%q is no number", token)
	}
	p.next()
	return constant(n), nil
}

func (p *parser) call(name string) (node, error) {
	f, known := functions[name]
	if !known {
		return nil, p.fault("%q is no function; a query is written $%s", name, name)
	}
	p.next()
	if p.token != "(" {
		return nil, p.fault("an opening bracket is missing behind %s", name)
	}
	p.next()
	if f == nil {
		return call{name, nil}, p.closing()
	}
	of, err := p.either()
	if err != nil {
		return nil, err
	}
	return call{name, of}, p.closing()
}
