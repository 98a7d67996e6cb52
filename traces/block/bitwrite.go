package block

import (
	"encoding/binary"
	"math/bits"
)

// appendBitLevels appends n levels of one bit as pages of version 1 have them: words
// that are all alike become runs, the others lie as they are. The bits behind the
// last are 0.
func appendBitLevels(dst []byte, words []uint64, n int) []byte {
	begin := len(dst)
	dst = append(dst, 0, 0, 0, 0)
	for at := 0; at < n; {
		end := at + 64
		if x := words[at>>6]; alike(x, x&1, n-at) {
			for end < n && alike(words[end>>6], x&1, n-end) {
				end += 64
			}
			end = min(end, n)
			dst = append(binary.AppendUvarint(dst, uint64(end-at)<<1), byte(x&1))
			at = end
			continue
		}
		for end < n && !alike(words[end>>6], words[end>>6]&1, n-end) {
			end += 64
		}
		end = min(end, n)
		groups := (end - at + 7) / 8
		dst = binary.AppendUvarint(dst, uint64(groups)<<1|1)
		from := len(dst)
		for _, x := range words[at>>6 : (end+63)>>6] {
			dst = binary.LittleEndian.AppendUint64(dst, x)
		}
		dst, at = dst[:from+groups], end
	}
	binary.LittleEndian.PutUint32(dst[begin:], uint32(len(dst)-begin-4))
	return dst
}

// alike tells whether the first n bits of a word, 64 if there are more, are the bit.
func alike(x, bit uint64, n int) bool {
	if n < 64 {
		return x == -bit&(1<<n-1)
	}
	return x == -bit
}

// eachBit visits the bits that are set.
func eachBit(words []uint64, visit func(i int)) {
	for w, x := range words {
		for ; x != 0; x &= x - 1 {
			visit(64*w + bits.TrailingZeros64(x))
		}
	}
}

// appendThere appends the n values, of width elements each, whose bit is set.
func appendThere[T any](dst, vals []T, there []uint64, n, width int) []T {
	if n*width == len(vals) {
		return append(dst, vals...)
	}
	for w, x := range there {
		for x != 0 { // a run of bits
			lo := bits.TrailingZeros64(x)
			hi := lo + bits.TrailingZeros64(^(x >> lo))
			dst = append(dst, vals[(64*w+lo)*width:(64*w+hi)*width]...)
			if hi == 64 {
				break
			}
			x &^= 1<<hi - 1
		}
	}
	return dst
}
