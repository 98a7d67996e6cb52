package block

import (
	"encoding/binary"
	"math/bits"
)

// Levels of 0 and 1 are read as bits, 64 to a word: what follows looks at words, and
// at single bits only where they are mixed.

// readBits fills dst with n levels of one bit.
func readBits(dst []uint64, src []byte, n int) error {
	clear(dst)
	for at := 0; at < n; {
		head, size := binary.Uvarint(src)
		if size <= 0 {
			return errShort
		}
		src = src[size:]
		if head&1 == 0 {
			run := head >> 1
			if len(src) < 1 || run > uint64(n-at) || src[0] > 1 {
				return errShort
			}
			if src[0] == 1 {
				setBits(dst, at, at+int(run))
			}
			at, src = at+int(run), src[1:]
			continue
		}
		groups := head >> 1
		if groups > uint64(n-at+7)/8 || uint64(len(src)) < groups {
			return errShort
		}
		orBits(dst, at, src[:groups])
		at, src = min(n, at+8*int(groups)), src[groups:]
	}
	if over := n & 63; over != 0 {
		dst[n>>6] &= 1<<over - 1
	}
	return nil
}

// readPairs fills dst with n levels of two bits, 32 to a word.
func readPairs(dst []uint64, src []byte, n int) error {
	clear(dst)
	for at := 0; at < n; {
		head, size := binary.Uvarint(src)
		if size <= 0 {
			return errShort
		}
		src = src[size:]
		if head&1 == 0 {
			run := head >> 1
			if len(src) < 1 || run > uint64(n-at) || src[0] > 3 {
				return errShort
			}
			for end := at + int(run); at < end; {
				k := min(end, at|31+1) - at
				dst[at>>5] |= everyPair * uint64(src[0]) & (^uint64(0) >> (64 - 2*k)) << (2 * (at & 31))
				at += k
			}
			src = src[1:]
			continue
		}
		groups := head >> 1
		if groups > uint64(n-at+7)/8 || uint64(len(src)) < 2*groups {
			return errShort
		}
		orBits(dst, 2*at, src[:2*groups])
		at, src = min(n, at+8*int(groups)), src[2*groups:]
	}
	if over := n & 31; over != 0 {
		dst[n>>5] &= 1<<(2*over) - 1
	}
	return nil
}

// everyPair is the lower bit of each pair.
const everyPair = 0x5555555555555555

// countUpper is how many of the first n pairs have their upper bit set.
func countUpper(pairs []uint64, n int) int {
	out := 0
	for _, x := range pairs[:n>>5] {
		out += bits.OnesCount64(x &^ everyPair)
	}
	if left := n & 31; left != 0 {
		out += bits.OnesCount64(pairs[n>>5] &^ everyPair & (1<<(2*left) - 1))
	}
	return out
}

// setBits sets the bits from lo to before hi.
func setBits(dst []uint64, lo, hi int) {
	for lo < hi {
		n := min(hi, lo|63+1) - lo
		dst[lo>>6] |= ^uint64(0) >> (64 - n) << (lo & 63)
		lo += n
	}
}

// orBits puts bytes of bits to a place where none is set. Bits behind the end of dst
// are dropped.
func orBits(dst []uint64, at int, src []byte) {
	w, shift := at>>6, uint(at&63)
	for len(src) > 0 {
		var x uint64
		if len(src) >= 8 {
			x, src = binary.LittleEndian.Uint64(src), src[8:]
		} else {
			x, src = word(src, 0), nil
		}
		if w < len(dst) {
			dst[w] |= x << shift
		}
		if w++; shift > 0 && w < len(dst) {
			dst[w] |= x >> (64 - shift)
		}
	}
}

// countBits is how many bits are set.
func countBits(words []uint64) int {
	n := 0
	for _, w := range words {
		n += bits.OnesCount64(w)
	}
	return n
}

// expand puts dense values to the places whose bit is set, and zero to the others.
// There are as many as bits.
func expand[T uint32 | int64](dst, dense []T, there []uint64) {
	for w, x := range there {
		d := dst[64*w : min(64*w+64, len(dst))]
		n := bits.OnesCount64(x)
		switch {
		case n == 0:
			clear(d)
			continue
		case n == len(d):
			copy(d, dense)
			dense = dense[n:]
			continue
		case n <= len(dense) && len(d) == 64: // one by one
			d, from := (*[64]T)(d), dense[:n]
			*d = [64]T{}
			for _, v := range from {
				d[bits.TrailingZeros64(x)&63] = v
				x &= x - 1
			}
			dense = dense[n:]
			continue
		}
		n = 0
		for i := range d {
			bit := x >> i & 1
			var v T
			if n < len(dense) {
				v = dense[n]
			}
			d[i] = v & -T(bit)
			n += int(bit)
		}
		dense = dense[n:]
	}
}

// expandBits adds dense bits at the places whose bit is set in there: as many as are
// set.
func expandBits(dst, dense, there []uint64) {
	at := 0
	for w, x := range there {
		n := bits.OnesCount64(x)
		if n == 0 {
			continue
		}
		d := dense[at>>6] >> (at & 63)
		if over := at&63 + n - 64; over > 0 {
			d |= dense[at>>6+1] << (64 - at&63)
		}
		at += n
		if d &= ^uint64(0) >> (64 - n); n == 64 {
			dst[w] |= d
			continue
		}
		for ; d != 0; d >>= 1 {
			if d&1 != 0 {
				dst[w] |= x & -x
			}
			x &= x - 1
		}
	}
}

// offsetsOf fills the offsets of a list's rows from the levels of a list whose items
// all have a value: repetition 0 begins a row, definition 0 is a row without items.
func offsetsOf(dst []uint32, rep, def []uint64, slots int) (items int, err error) {
	row, empty := 0, 0
	for w, r := range rep {
		d := def[w]
		next := uint64(0)
		if w+1 < len(rep) {
			next = rep[w+1]
		}
		if (r|r>>1|next<<63)&^d != 0 {
			return 0, errShort // an item of a row without items
		}
		begins := ^r
		if left := slots - 64*w; left < 64 {
			begins &= 1<<left - 1
		}
		if row+bits.OnesCount64(begins) >= len(dst) {
			return 0, errShort
		}
		for ; begins != 0; begins &= begins - 1 {
			i := bits.TrailingZeros64(begins)
			dst[row] = uint32(64*w + i - empty)
			row++
			empty += int(^d >> i & 1)
		}
	}
	if row != len(dst)-1 || slots > 0 && rep[0]&1 != 0 {
		return 0, errShort
	}
	dst[row] = uint32(slots - empty)
	return slots - empty, nil
}
