package traceql

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxQueryLength is the longest query that Parse reads, in bytes: what Tempo
// takes by default.
const MaxQueryLength = 128 << 10

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenAttr
	tokenLiteral
	tokenOp
	tokenPunct // one of { } ( ) | ,
)

type token struct {
	kind tokenKind
	pos  Pos
	text string // as written
	attr Attribute
	val  Static
	op   Op
}

func (t token) is(punct string) bool { return t.kind == tokenPunct && t.text == punct }

// describe names the token in an error.
func (t token) describe() string {
	switch {
	case t.kind == tokenEnd:
		return "end of the query"
	case len(t.text) > 40:
		return strconv.Quote(t.text[:40] + "...")
	}
	return strconv.Quote(t.text)
}

type lexer struct {
	text string
	at   int
}

// lex cuts the text into tokens, the last of which is tokenEnd.
func lex(text string) ([]token, *SyntaxError) {
	l := lexer{text: text}
	var tokens []token
	for {
		t, err := l.next()
		if err != nil {
			return nil, err
		}
		t.text = text[t.pos:l.at]
		tokens = append(tokens, t)
		if t.kind == tokenEnd {
			return tokens, nil
		}
	}
}

func (l *lexer) rest() string { return l.text[l.at:] }

func (l *lexer) peek() rune {
	r, _ := utf8.DecodeRuneInString(l.rest())
	if l.at >= len(l.text) {
		return 0
	}
	return r
}

func (l *lexer) next() (token, *SyntaxError) {
	if err := l.skip(); err != nil {
		return token{pos: err.Pos}, err
	}
	t := token{pos: Pos(l.at)}
	if l.at >= len(l.text) {
		return t, nil
	}
	r := l.peek()
	switch {
	case r >= '0' && r <= '9' || r == '.' && startsDigit(l.text[l.at+1:]):
		return l.number(t)
	case r == '.':
		l.at++
		return l.attribute(t, Attribute{})
	case r == '"' || r == '`':
		s, err := l.quoted()
		t.kind, t.val = tokenLiteral, String(s)
		return t, err
	case isLetter(r):
		return l.word(t)
	}
	return l.operator(t)
}

// skip goes over white space and comments: // to the end of the line, and /* */.
func (l *lexer) skip() *SyntaxError {
	for l.at < len(l.text) {
		switch rest := l.rest(); {
		case unicode.IsSpace(l.peek()):
			l.at += utf8.RuneLen(l.peek())
		case strings.HasPrefix(rest, "//"):
			line, _, _ := strings.Cut(rest, "\n")
			l.at += len(line)
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				return fault(Pos(l.at), "a comment is not closed").expecting("a closing */")
			}
			l.at += 2 + end + 2
		default:
			return nil
		}
	}
	return nil
}

func startsDigit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

func isLetter(r rune) bool { return r == '_' || unicode.IsLetter(r) }

// word reads a word, and the attribute or scoped intrinsic that it may begin.
func (l *lexer) word(t token) (token, *SyntaxError) {
	word := l.letters()
	t.kind = tokenWord
	switch l.peek() {
	case '.':
		if word == "parent" {
			l.at++
			return l.parent(t)
		}
		if scope, ok := scopeByName(word); ok {
			l.at++
			return l.attribute(t, Attribute{Scope: scope})
		}
		return t, fault(t.pos, "unknown scope %q", word).
			expecting("a scope or a leading dot").near(word, append(scopeNames[1:], "parent"))
	case ':':
		return l.scoped(t, word, false)
	}
	return t, nil
}

func (l *lexer) letters() string {
	start := l.at
	for l.at < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.rest())
		if !isLetter(r) && !unicode.IsDigit(r) {
			break
		}
		l.at += n
	}
	return l.text[start:l.at]
}

// parent reads what follows "parent.".
func (l *lexer) parent(t token) (token, *SyntaxError) {
	attr := Attribute{Parent: true}
	start := l.at
	word := l.letters()
	switch scope, ok := scopeByName(word); {
	case ok && l.peek() == '.':
		l.at++
		attr.Scope = scope
	case l.peek() == ':' && (ok || word == "trace"):
		return l.scoped(t, word, true)
	default:
		if in, ok := intrinsicByName[word]; ok && !l.inName() {
			t.kind, t.attr = tokenAttr, Attribute{Intrinsic: in, Parent: true}
			return t, nil
		}
		l.at = start
	}
	return l.attribute(t, attr)
}

// inName tells whether a name goes on.
func (l *lexer) inName() bool {
	r, _ := utf8.DecodeRuneInString(l.rest())
	return r == '"' || l.rest() != "" && isNameRune(r)
}

// scoped reads what follows a scope and stands at the colon.
func (l *lexer) scoped(t token, scope string, parent bool) (token, *SyntaxError) {
	l.at++
	name := scope + ":" + l.letters()
	in, ok := intrinsicByName[name]
	if !ok {
		return t, fault(t.pos, "unknown intrinsic %q", name).near(name, scopedIntrinsics())
	}
	t.kind, t.attr = tokenAttr, Attribute{Intrinsic: in, Parent: parent}
	return t, nil
}

// attribute reads a name: plain and quoted parts in any order.
func (l *lexer) attribute(t token, attr Attribute) (token, *SyntaxError) {
	var name strings.Builder
	for l.at < len(l.text) {
		r, n := utf8.DecodeRuneInString(l.rest())
		switch {
		case r == '"':
			part, err := l.quoted()
			if err != nil {
				return t, err
			}
			name.WriteString(part)
			continue
		case isNameRune(r):
			name.WriteString(l.text[l.at : l.at+n])
			l.at += n
			continue
		}
		break
	}
	if name.Len() == 0 {
		return t, fault(Pos(l.at), "a name is missing after the scope").expecting("the name of an attribute")
	}
	attr.Name = name.String()
	t.kind, t.attr = tokenAttr, attr
	return t, nil
}

// isNameRune tells what an unquoted attribute name is made of. Minus, slash and
// colon belong to names, so arithmetic with them needs spaces around.
func isNameRune(r rune) bool {
	if r == utf8.RuneError || unicode.IsSpace(r) || !unicode.IsPrint(r) {
		return false
	}
	return !strings.ContainsRune("{}()=~!<>&|^,+*%\"`'\\", r)
}

func (l *lexer) quoted() (string, *SyntaxError) {
	start, quote := l.at, l.text[l.at]
	l.at++
	for l.at < len(l.text) {
		c := l.text[l.at]
		l.at++
		switch {
		case c == quote:
			return unquote(l.text[start:l.at], Pos(start))
		case c == '\\' && quote == '"':
			l.at++
		}
	}
	l.at = len(l.text)
	return "", fault(Pos(start), "a string is not closed").expecting("a closing " + string(quote))
}

// Unquote reads what stands between a pair of quotes or backticks, as queries write it;
// ok is false for a bad escape or a line break. The text begins and ends with the same
// of the two.
func Unquote(text string) (name string, ok bool) {
	if text[0] == '`' {
		return text[1 : len(text)-1], true
	}
	name, err := strconv.Unquote(text)
	return name, err == nil
}

func unquote(text string, pos Pos) (string, *SyntaxError) {
	if s, ok := Unquote(text); ok {
		return s, nil
	}
	return "", fault(pos, "a string with a bad escape or a line break").
		expecting(`escapes as \n \t \" \\ \xHH \uHHHH, or backticks around the text`)
}

func scopeByName(word string) (Scope, bool) {
	for s := ScopeSpan; int(s) < len(scopeNames); s++ {
		if scopeNames[s] == word {
			return s, true
		}
	}
	return ScopeNone, false
}

func scopedIntrinsics() []string {
	var names []string
	for _, info := range intrinsics {
		if info.scoped != "" {
			names = append(names, info.scoped)
		}
	}
	return names
}

// operators, longest first.
var operators = []struct {
	text string
	op   Op
}{
	{"!>>", OpNotDescendant}, {"!<<", OpNotAncestor}, {"&>>", OpUnionDescendant}, {"&<<", OpUnionAncestor},
	{"&&", OpAnd}, {"||", OpOr}, {"=~", OpRegex}, {"!~", OpNotRegex}, {"!=", OpNotEqual},
	{">=", OpGreaterEqual}, {"<=", OpLessEqual}, {">>", OpDescendant}, {"<<", OpAncestor},
	{"!>", OpNotChild}, {"!<", OpNotParent}, {"&>", OpUnionChild}, {"&<", OpUnionParent}, {"&~", OpUnionSibling},
	{"=", OpEqual}, {">", OpGreater}, {"<", OpLess}, {"~", OpSibling}, {"!", OpNot},
	{"+", OpAdd}, {"-", OpSub}, {"*", OpMul}, {"/", OpDiv}, {"%", OpMod}, {"^", OpPow},
}

func (l *lexer) operator(t token) (token, *SyntaxError) {
	rest := l.rest()
	for _, o := range operators {
		if strings.HasPrefix(rest, o.text) {
			l.at += len(o.text)
			t.kind, t.op = tokenOp, o.op
			return t, nil
		}
	}
	r, n := utf8.DecodeRuneInString(rest)
	if strings.ContainsRune("{}()|,", r) {
		l.at += n
		t.kind = tokenPunct
		return t, nil
	}
	if r == '&' {
		return t, fault(t.pos, "a single &").expecting("&& or a union operator as &>")
	}
	return t, fault(t.pos, "a character that has no meaning here: %q", rest[:n])
}
