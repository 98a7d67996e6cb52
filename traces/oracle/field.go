package oracle

import (
	"fmt"
	"strconv"
	"strings"

	"supersonic/traceql"
)

// condition writes what is true or false of a span.
func (g *generator) condition(depth int) string {
	if depth > 0 && g.IntN(5) < 3 {
		switch g.IntN(8) {
		case 0:
			return "!(" + g.condition(depth-1) + ")"
		case 1:
			return "(" + g.condition(depth-1) + ")"
		case 2, 3, 4:
			return g.condition(depth-1) + " && " + g.condition(depth-1)
		}
		return g.condition(depth-1) + " || " + g.condition(depth-1)
	}
	switch g.IntN(17) {
	case 0:
		return g.words.attribute(g.Rand).String() // which may be a truth
	case 1:
		return "!" + g.words.attribute(g.Rand).String()
	case 2:
		return g.words.attribute(g.Rand).String() + g.of(" = nil", " != nil")
	case 3:
		return g.regex()
	case 4:
		return g.numeric(2) + g.comparison() + g.numeric(1)
	case 5:
		return g.value(0) + g.comparison() + g.value(0)
	case 6:
		a := g.name()
		return g.words.of(g.Rand, a) + g.comparison() + a.String() // the constant first
	case 7:
		return g.of("true", "false", "1 < 2", "duration != duration", "!true", `"a" = "b"`)
	case 8:
		a := g.words.attribute(g.Rand) // of an array one part has to be neither
		return fmt.Sprintf("%v != %s && %v != %s", a, g.words.of(g.Rand, a), a, g.words.of(g.Rand, a))
	}
	a := g.name()
	return a.String() + g.comparison() + g.words.of(g.Rand, a)
}

// name is an attribute or an intrinsic.
func (g *generator) name() traceql.Attribute {
	if g.IntN(5) < 2 {
		return g.words.intrinsic(g.Rand)
	}
	return g.words.attribute(g.Rand)
}

func (g *generator) comparison() string {
	return " " + g.of("=", "=", "=", "!=", "!=", ">", ">=", "<", "<=") + " "
}

// value writes something that has a value of any type.
func (g *generator) value(depth int) string {
	if depth > 0 && g.IntN(5) == 0 {
		return g.numeric(depth)
	}
	return g.name().String()
}

// numeric writes an expression of numbers.
func (g *generator) numeric(depth int) string {
	if depth > 0 && g.IntN(2) == 0 {
		switch g.IntN(8) {
		case 0:
			return "-" + g.numeric(0)
		case 1:
			return "(" + g.numeric(depth-1) + ")"
		}
		return g.numeric(depth-1) + " " + g.of("+", "-", "*", "/", "%", "^") + " " + g.of("1", "2", "3", "0", "0.5", "2ns", "1ms", g.numeric(depth-1))
	}
	if g.IntN(2) == 0 {
		return g.words.intrinsic(g.Rand, traceql.TypeInt, traceql.TypeDuration).String()
	}
	return g.words.attribute(g.Rand).String()
}

// regex writes a match of a text.
func (g *generator) regex() string {
	a := g.words.attribute(g.Rand)
	if g.IntN(3) == 0 {
		a = g.words.intrinsic(g.Rand, traceql.TypeString)
	}
	pattern := g.of(".*", ".+", "", "word-.*", "(word|service)-[12]", "service-.", "[a-m].*", "WORD-1", "(?i)WORD-1", ".*e.*|x", "ü.*", "ingress")
	if text, err := strconv.Unquote(g.words.of(g.Rand, a)); err == nil && g.IntN(2) == 0 && !strings.ContainsAny(text, `\.+*?()|[]{}^$`) {
		pattern = text
		if n := len(text); n > 2 && g.IntN(2) == 0 {
			pattern = text[:n/2] + ".*"
		}
	}
	return a.String() + g.of(" =~ ", " !~ ") + strconv.Quote(pattern)
}
