package traceql

// Op is an operator, of whatever level.
type Op uint8

// The operators. Between spansets OpGreater, OpLess and so on are relations.
const (
	OpNone Op = iota

	OpEqual
	OpNotEqual
	OpRegex
	OpNotRegex
	OpGreater
	OpGreaterEqual
	OpLess
	OpLessEqual

	OpAdd
	OpSub
	OpMul
	OpDiv
	OpMod
	OpPow

	OpAnd
	OpOr
	OpNot

	OpDescendant
	OpAncestor
	OpSibling
	OpNotChild
	OpNotParent
	OpNotDescendant
	OpNotAncestor
	OpNotSibling
	OpUnionChild
	OpUnionParent
	OpUnionDescendant
	OpUnionAncestor
	OpUnionSibling

	opCount
)

// A spanset relation shares its spelling with a comparison: > is child, < parent,
// !~ not sibling.
const (
	OpChild  = OpGreater
	OpParent = OpLess
)

var opText = [opCount]string{
	OpEqual: "=", OpNotEqual: "!=", OpRegex: "=~", OpNotRegex: "!~",
	OpGreater: ">", OpGreaterEqual: ">=", OpLess: "<", OpLessEqual: "<=",
	OpAdd: "+", OpSub: "-", OpMul: "*", OpDiv: "/", OpMod: "%", OpPow: "^",
	OpAnd: "&&", OpOr: "||", OpNot: "!",
	OpDescendant: ">>", OpAncestor: "<<", OpSibling: "~",
	OpNotChild: "!>", OpNotParent: "!<", OpNotDescendant: "!>>", OpNotAncestor: "!<<", OpNotSibling: "!~",
	OpUnionChild: "&>", OpUnionParent: "&<", OpUnionDescendant: "&>>", OpUnionAncestor: "&<<", OpUnionSibling: "&~",
}

func (o Op) String() string { return opText[o] }

func (o Op) comparison() bool { return o >= OpEqual && o <= OpLessEqual }
func (o Op) arithmetic() bool { return o >= OpAdd && o <= OpPow }
func (o Op) logical() bool    { return o == OpAnd || o == OpOr }
func (o Op) regex() bool      { return o == OpRegex || o == OpNotRegex }

// precedence of an operator within braces and between scalars; higher binds tighter.
func (o Op) precedence() int {
	switch {
	case o.logical():
		return 1
	case o.comparison():
		return 2
	case o == OpAdd, o == OpSub:
		return 3
	case o == OpMul, o == OpDiv, o == OpMod:
		return 4
	case o == OpPow:
		return 5
	}
	return 0
}

// relation tells whether o stands between spansets as a structural operator.
func (o Op) relation() bool {
	return o == OpChild || o == OpParent || o >= OpDescendant && o < opCount
}
