package traceql

import (
	"math"
	"slices"
	"strconv"
	"time"
)

// Type is the type of a Static.
type Type uint8

// The types of the language. TypeNil is "no such attribute".
const (
	TypeNil Type = iota
	TypeInt
	TypeFloat
	TypeDuration
	TypeString
	TypeBool
	TypeStatus
	TypeKind
	TypeArray
)

var typeNames = [...]string{"nil", "int", "float", "duration", "string", "bool", "status", "kind", "array"}

func (t Type) String() string { return typeNames[t] }

func (t Type) numeric() bool { return t == TypeInt || t == TypeFloat || t == TypeDuration }

// Status is a span's status, numbered as OTLP numbers it.
type Status uint8

// The three states.
const (
	StatusUnset Status = iota
	StatusOk
	StatusError
)

var statusNames = [...]string{"unset", "ok", "error"}

// Kind is a span's kind, numbered as OTLP numbers it.
type Kind uint8

// The kinds.
const (
	KindUnspecified Kind = iota
	KindInternal
	KindServer
	KindClient
	KindProducer
	KindConsumer
)

var kindNames = [...]string{"unspecified", "internal", "server", "client", "producer", "consumer"}

// Static is one value: of a literal, an intrinsic or an attribute. The zero
// Static is nil, which stands for an absent attribute. It is immutable and
// shares the memory of the string or slice it was made of.
type Static struct {
	typ  Type
	n    uint64 // int, duration, bool, status, kind; the bits of a float
	s    string
	list []Static
}

// Nil is the absent value.
func Nil() Static { return Static{} }

// Int is a whole number.
func Int(v int64) Static { return Static{typ: TypeInt, n: uint64(v)} }

// Float is a floating-point number.
func Float(v float64) Static { return Static{typ: TypeFloat, n: math.Float64bits(v)} }

// Duration is a span of time.
func Duration(v time.Duration) Static { return Static{typ: TypeDuration, n: uint64(v)} }

// String is text.
func String(v string) Static { return Static{typ: TypeString, s: v} }

// Bool is a truth value.
func Bool(v bool) Static {
	if v {
		return Static{typ: TypeBool, n: 1}
	}
	return Static{typ: TypeBool}
}

// StatusOf is a status; one outside the known range is unset.
func StatusOf(v Status) Static {
	if int(v) >= len(statusNames) {
		v = StatusUnset
	}
	return Static{typ: TypeStatus, n: uint64(v)}
}

// KindOf is a kind; one outside the known range is unspecified.
func KindOf(v Kind) Static {
	if int(v) >= len(kindNames) {
		v = KindUnspecified
	}
	return Static{typ: TypeKind, n: uint64(v)}
}

// Array is a value of several parts, which may differ in type. An empty array is
// there (it is not nil) and equals nothing.
func Array(parts []Static) Static { return Static{typ: TypeArray, list: parts} }

// Type tells what the value is.
func (v Static) Type() Type { return v.typ }

// IsNil tells whether there is no value.
func (v Static) IsNil() bool { return v.typ == TypeNil }

// True tells whether the value is the bool true, or an array with a part that is.
func (v Static) True() bool {
	if v.typ == TypeArray {
		return slices.ContainsFunc(v.list, Static.True)
	}
	return v.typ == TypeBool && v.n == 1
}

// AsInt returns an int, duration, bool, status or kind as number; 0 for others.
func (v Static) AsInt() int64 {
	if v.typ == TypeFloat {
		return int64(v.float())
	}
	return int64(v.n)
}

// AsFloat returns a number as float, durations in nanoseconds. ok is false for
// what is no number.
func (v Static) AsFloat() (f float64, ok bool) {
	if !v.typ.numeric() {
		return 0, false
	}
	return v.float(), true
}

// Text returns the text of a string, "" for other types. See String for all.
func (v Static) Text() string { return v.s }

// Bits returns what a value that is no text or array holds, as bits: with its type
// and Text it tells values apart.
func (v Static) Bits() uint64 { return v.n }

// Parts returns the parts of an array, nil for other types. Do not change it.
func (v Static) Parts() []Static { return v.list }

func (v Static) float() float64 {
	if v.typ == TypeFloat {
		return math.Float64frombits(v.n)
	}
	return float64(int64(v.n))
}

// String is the value for display: text without quotes, durations as Go writes
// them, "nil" for the absent value.
func (v Static) String() string {
	switch v.typ {
	case TypeInt:
		return strconv.FormatInt(int64(v.n), 10)
	case TypeFloat:
		return strconv.FormatFloat(v.float(), 'g', -1, 64)
	case TypeDuration:
		return time.Duration(v.n).String()
	case TypeString:
		return v.s
	case TypeBool:
		return strconv.FormatBool(v.n == 1)
	case TypeStatus:
		return statusNames[v.n]
	case TypeKind:
		return kindNames[v.n]
	case TypeArray:
		return joinStatics(v.list)
	}
	return "nil"
}

func joinStatics(list []Static) string {
	out := []byte{'['}
	for i, p := range list {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = append(out, p.String()...)
	}
	return string(append(out, ']'))
}

// Compare orders two values: numbers among themselves by value, strings by
// bytes, the rest by their number. ok is false when the types do not compare,
// or one is not a number (NaN).
func Compare(a, b Static) (order int, ok bool) {
	switch {
	case a.typ.numeric() && b.typ.numeric():
		return compareNumbers(a, b)
	case a.typ != b.typ || a.typ == TypeNil || a.typ == TypeArray:
		return 0, false
	case a.typ == TypeString:
		return compareOrdered(a.s, b.s), true
	}
	return compareOrdered(a.n, b.n), true
}

func compareNumbers(a, b Static) (int, bool) {
	if a.typ != TypeFloat && b.typ != TypeFloat {
		return compareOrdered(int64(a.n), int64(b.n)), true
	}
	x, y := a.float(), b.float()
	if x != x || y != y {
		return 0, false
	}
	return compareOrdered(x, y), true
}

func compareOrdered[T int64 | uint64 | float64 | string](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Equal tells whether two values are the same in type and content.
func (v Static) Equal(o Static) bool {
	if v.typ != o.typ || v.n != o.n || v.s != o.s || len(v.list) != len(o.list) {
		return false
	}
	for i := range v.list {
		if !v.list[i].Equal(o.list[i]) {
			return false
		}
	}
	return true
}

// display is String with "" for the absent value.
func (v Static) display() string {
	if v.IsNil() {
		return ""
	}
	return v.String()
}
