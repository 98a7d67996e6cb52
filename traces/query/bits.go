package query

import (
	"math/bits"
)

// rowBits is a set of rows, or of values, of a page. Bits behind the last row are 0.
type rowBits []uint64

func wordsOf(n int) int { return (n + 63) / 64 }

func (b rowBits) has(i int) bool { return b[i>>6]>>(i&63)&1 != 0 }
func (b rowBits) set(i int)      { b[i>>6] |= 1 << (i & 63) }

// none tells whether the set is empty.
func (b rowBits) none() bool {
	for _, w := range b {
		if w != 0 {
			return false
		}
	}
	return true
}

// count is how many are in the set from lo to before hi.
func (b rowBits) count(lo, hi int) int {
	n := 0
	for w := lo >> 6; w<<6 < hi; w++ {
		n += bits.OnesCount64(b.word(w, lo, hi))
	}
	return n
}

// any tells whether one from lo to before hi is in the set.
func (b rowBits) any(lo, hi int) bool {
	for w := lo >> 6; w<<6 < hi; w++ {
		if b.word(w, lo, hi) != 0 {
			return true
		}
	}
	return false
}

// before is the greatest of the set that is less than i, -1 if there is none.
func (b rowBits) before(i int) int {
	w := i >> 6
	if rest := i & 63; rest != 0 {
		if x := b[w] & (1<<rest - 1); x != 0 {
			return w<<6 + bits.Len64(x) - 1
		}
	}
	for w--; w >= 0; w-- {
		if b[w] != 0 {
			return w<<6 + bits.Len64(b[w]) - 1
		}
	}
	return -1
}

// word is word w, without what is not from lo to before hi.
func (b rowBits) word(w, lo, hi int) uint64 {
	x := b[w]
	if from := lo - w<<6; from > 0 {
		x &= ^uint64(0) << from
	}
	if to := hi - w<<6; to < 64 {
		x &= 1<<to - 1
	}
	return x
}

// fill puts lo to before hi into the set.
func (b rowBits) fill(lo, hi int) {
	for w := lo >> 6; w<<6 < hi; w++ {
		x := ^uint64(0)
		if from := lo - w<<6; from > 0 {
			x &= ^uint64(0) << from
		}
		if to := hi - w<<6; to < 64 {
			x &= 1<<to - 1
		}
		b[w] |= x
	}
}

// drop takes lo to before hi out of the set.
func (b rowBits) drop(lo, hi int) {
	for w := lo >> 6; w<<6 < hi; w++ {
		b[w] &^= b.word(w, lo, hi)
	}
}

func (b rowBits) and(o rowBits) {
	for i := range b {
		b[i] &= o[i]
	}
}

func (b rowBits) or(o rowBits) {
	for i := range b {
		b[i] |= o[i]
	}
}

func (b rowBits) andNot(o rowBits) {
	for i := range b {
		b[i] &^= o[i]
	}
}

// each calls yield for each in the set, in ascending order.
func (b rowBits) each(yield func(i int)) {
	for w, x := range b {
		for ; x != 0; x &= x - 1 {
			yield(w<<6 + bits.TrailingZeros64(x))
		}
	}
}

// next returns the first in the set from i on, -1 if there is none.
func (b rowBits) next(i int) int {
	w := i >> 6
	if w >= len(b) {
		return -1
	}
	x := b[w] &^ (1<<(i&63) - 1)
	for x == 0 {
		if w++; w >= len(b) {
			return -1
		}
		x = b[w]
	}
	return w<<6 + bits.TrailingZeros64(x)
}

// bit is 1 if ok: the compiler makes no branch of it.
func bit(ok bool) uint64 {
	if ok {
		return 1
	}
	return 0
}
