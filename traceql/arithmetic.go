package traceql

import (
	"math"
	"math/bits"
)

// arithmetic computes with numbers, part by part where one side is an array.
// What is no number, and a division by zero, is nil.
func arithmetic(op Op, a, b Static) Static {
	if a.typ == TypeArray {
		return mapParts(a, func(p Static) Static { return arithmetic(op, p, b) })
	}
	if b.typ == TypeArray {
		return mapParts(b, func(p Static) Static { return arithmetic(op, a, p) })
	}
	if !a.typ.numeric() || !b.typ.numeric() {
		return Nil()
	}
	result := arithmeticResult(op, a.typ, b.typ)
	ratio := op == OpDiv && result == TypeFloat // of times, or of a number and a time: never cut
	if a.typ != TypeFloat && b.typ != TypeFloat && !ratio {
		if n, ok := whole(op, int64(a.n), int64(b.n)); ok {
			if result == TypeDuration {
				return Static{typ: TypeDuration, n: uint64(n)}
			}
			return Int(n)
		}
	}
	f := floating(op, a.float(), b.float())
	switch {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return Nil()
	case result == TypeDuration && math.Abs(f) < math.MaxInt64:
		return Static{typ: TypeDuration, n: uint64(int64(math.Round(f)))}
	}
	return Float(f)
}

// mapParts leaves out the parts for which f has no value; without any it is nil.
func mapParts(v Static, f func(Static) Static) Static {
	var out []Static
	for _, p := range v.list {
		if r := f(p); !r.IsNil() {
			out = append(out, r)
		}
	}
	if out == nil {
		return Nil()
	}
	return Array(out)
}

// arithmeticResult is the type of a result: a time stays a time, but the ratio
// of two times is a number. Int stands for "int, or float where not exact".
func arithmeticResult(op Op, a, b Type) Type {
	switch {
	case a == TypeDuration && b == TypeDuration:
		if op == OpAdd || op == OpSub || op == OpMod {
			return TypeDuration
		}
		return TypeFloat
	case a == TypeDuration && op != OpPow, b == TypeDuration && (op == OpAdd || op == OpSub || op == OpMul):
		return TypeDuration
	case a == TypeFloat || b == TypeFloat || b == TypeDuration:
		return TypeFloat
	}
	return TypeInt
}

// whole computes in integers; ok is false where the result is not exact.
func whole(op Op, a, b int64) (n int64, ok bool) {
	switch op {
	case OpAdd:
		n = a + b
		return n, (n > a) == (b > 0)
	case OpSub:
		n = a - b
		return n, (n < a) == (b > 0)
	case OpMul:
		return mulExact(a, b)
	case OpDiv:
		if b == 0 || b == -1 && a == math.MinInt64 {
			return 0, false
		}
		return a / b, true // as Tempo: 7 / 2 is 3
	case OpMod:
		if b == 0 || b == -1 {
			return 0, b == -1
		}
		return a % b, true
	case OpPow:
		return powExact(a, b)
	}
	return 0, false
}

func mulExact(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	return a * b, true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func powExact(base, exp int64) (n int64, ok bool) {
	if exp < 0 || exp > 63 {
		return 0, false
	}
	n = 1
	for range exp {
		if n, ok = mulExact(n, base); !ok {
			return 0, false
		}
	}
	return n, true
}

func floating(op Op, a, b float64) float64 {
	switch op {
	case OpAdd:
		return a + b
	case OpSub:
		return a - b
	case OpMul:
		return a * b
	case OpDiv:
		return a / b
	case OpMod:
		return math.Mod(a, b)
	}
	return math.Pow(a, b)
}
