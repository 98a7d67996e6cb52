package block

import (
	"encoding/binary"
	"math/bits"
)

// A block of Parquet's DELTA_BINARY_PACKED has deltaBlock differences in miniblocks
// of deltaMini, each with a width of its own.
const (
	deltaBlock = 128
	deltaMini  = 32
	deltaMinis = deltaBlock / deltaMini
)

// appendDelta appends numbers in DELTA_BINARY_PACKED.
func appendDelta(dst []byte, vals []int64) []byte {
	dst = binary.AppendUvarint(dst, deltaBlock)
	dst = binary.AppendUvarint(dst, deltaMinis)
	dst = binary.AppendUvarint(dst, uint64(len(vals)))
	if len(vals) == 0 {
		return binary.AppendVarint(dst, 0)
	}
	dst = binary.AppendVarint(dst, vals[0])
	last := vals[0]
	var diffs [deltaBlock]uint64
	for vals = vals[1:]; len(vals) > 0; {
		n := min(deltaBlock, len(vals))
		least := vals[0] - last
		for i, v := range vals[:n] {
			d := v - last
			diffs[i], last, least = uint64(d), v, min(least, d)
		}
		dst = binary.AppendVarint(dst, least)
		for i := range n {
			diffs[i] -= uint64(least)
		}
		clear(diffs[n:])
		dst = appendMinis(dst, &diffs, n)
		vals = vals[n:]
	}
	return dst
}

func appendMinis(dst []byte, diffs *[deltaBlock]uint64, n int) []byte {
	var width [deltaMinis]int
	for m := range deltaMinis {
		var all uint64
		for _, d := range diffs[m*deltaMini : (m+1)*deltaMini] {
			all |= d
		}
		width[m] = bits.Len64(all)
		dst = append(dst, byte(width[m]))
	}
	for m := 0; m < deltaMinis && m*deltaMini < n; m++ {
		dst = appendPacked64(dst, diffs[m*deltaMini:(m+1)*deltaMini], width[m])
	}
	return dst
}

func appendPacked64(dst []byte, vals []uint64, width int) []byte {
	var acc uint64
	used := 0
	for _, v := range vals {
		acc |= v << used
		if used += width; used >= 64 {
			dst = binary.LittleEndian.AppendUint64(dst, acc)
			used -= 64
			acc = v >> (width - used) // 0 where used is 0: shifts by 64 give 0
		}
	}
	for ; used > 0; used -= 8 {
		dst = append(dst, byte(acc))
		acc >>= 8
	}
	return dst
}

// readDelta fills dst with the first of all numbers of src.
func readDelta(dst []int64, src []byte, all int) error {
	var head [3]uint64
	for i := range head {
		x, n := binary.Uvarint(src)
		if n <= 0 {
			return errShort
		}
		head[i], src = x, src[n:]
	}
	last, n := binary.Varint(src)
	if n <= 0 || head != [3]uint64{deltaBlock, deltaMinis, uint64(all)} || len(dst) > all {
		return errShort
	}
	src = src[n:]
	if len(dst) == 0 {
		return nil
	}
	dst[0] = last
	for dst = dst[1:]; len(dst) > 0; {
		least, n := binary.Varint(src)
		if n <= 0 || len(src) < n+deltaMinis {
			return errShort
		}
		widths := src[n : n+deltaMinis]
		src = src[n+deltaMinis:]
		for _, width := range widths {
			if len(dst) == 0 {
				break
			}
			size := int(width) * deltaMini / 8
			if width > 64 || len(src) < size {
				return errShort
			}
			count := min(deltaMini, len(dst))
			last = readMini(dst[:count], src, uint(width), last, least)
			dst, src = dst[count:], src[size:]
		}
	}
	return nil
}

// miniBytes is room for the bytes of a miniblock, and for reading 8 from any of them.
const miniBytes = 64*deltaMini/8 + 8

// bits64 is 64 bits from byte at on.
func bits64(b *[miniBytes]byte, at uint) uint64 {
	at &= 255
	return uint64(b[at]) | uint64(b[at+1])<<8 | uint64(b[at+2])<<16 | uint64(b[at+3])<<24 |
		uint64(b[at+4])<<32 | uint64(b[at+5])<<40 | uint64(b[at+6])<<48 | uint64(b[at+7])<<56
}

// readMini reads a miniblock, which begins src.
func readMini(dst []int64, src []byte, width uint, last, least int64) int64 {
	mask := uint64(1)<<width - 1 // all bits where width is 64
	if width > 56 {
		return readWide(dst, src, width, last, least)
	}
	var end [miniBytes]byte
	b := &end
	if len(src) >= miniBytes {
		b = (*[miniBytes]byte)(src)
	} else {
		copy(end[:], src)
	}
	bit := uint(0)
	for ; width <= 28 && len(dst) >= 4; dst = dst[4:] { // two numbers are in 8 bytes
		d := (*[4]int64)(dst)
		x := bits64(b, bit>>3) >> (bit & 7)
		bit += 2 * width
		y := bits64(b, bit>>3) >> (bit & 7)
		bit += 2 * width
		n0 := int64(x&mask) + least
		n1 := int64(x>>(width&63)&mask) + least + n0
		n2 := int64(y&mask) + least
		n3 := int64(y>>(width&63)&mask) + least + n2
		d[0], d[1], d[2], d[3] = last+n0, last+n1, last+n1+n2, last+n1+n3
		last += n1 + n3
	}
	for ; len(dst) >= 4; dst = dst[4:] {
		d := (*[4]int64)(dst)
		n0 := int64(bits64(b, bit>>3)>>(bit&7)&mask) + least
		bit += width
		n1 := int64(bits64(b, bit>>3)>>(bit&7)&mask) + least + n0
		bit += width
		n2 := int64(bits64(b, bit>>3)>>(bit&7)&mask) + least + n1
		bit += width
		n3 := int64(bits64(b, bit>>3)>>(bit&7)&mask) + least + n2
		bit += width
		d[0], d[1], d[2], d[3] = last+n0, last+n1, last+n2, last+n3
		last += n3
	}
	for i := range dst {
		last += least + int64(bits64(b, bit>>3)>>(bit&7)&mask)
		dst[i] = last
		bit += width
	}
	return last
}

// readWide is readMini of numbers that may begin and end in the middle of 9 bytes.
func readWide(dst []int64, src []byte, width uint, last, least int64) int64 {
	mask := uint64(1)<<width - 1
	bit := uint(0)
	for i := range dst {
		x := word(src, int(bit>>3)) >> (bit & 7)
		if bit&7+width > 64 {
			x |= word(src, int(bit>>3)+8) << (64 - bit&7)
		}
		last += least + int64(x&mask)
		dst[i] = last
		bit += width
	}
	return last
}
