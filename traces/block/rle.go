package block

import (
	"encoding/binary"
	"errors"
)

// errShort says that an encoded list ends early or does not fit its count.
var errShort = errors.New("its values end early")

// appendHybrid appends numbers of width bits in Parquet's RLE and bit-packing hybrid.
func appendHybrid(dst []byte, vals []uint32, width int) []byte {
	least := 8 // a shorter run is cheaper bit-packed
	if width > 0 {
		least = max(8, (64/width+7)&^7)
	}
	for len(vals) > 0 {
		if n := runOf(vals); n >= least || n == len(vals) || width == 0 {
			dst = appendRun(dst, vals[0], n, width)
			vals = vals[n:]
			continue
		}
		n := 8
		for n < len(vals) && !startsRun(vals[n:], least) {
			n += 8
		}
		n = min(n, len(vals))
		dst = binary.AppendUvarint(dst, uint64((n+7)/8)<<1|1)
		dst = appendPacked(dst, vals[:n], width)
		vals = vals[n:]
	}
	return dst
}

func runOf(vals []uint32) int {
	n, first := 1, vals[0]
	for n+4 <= len(vals) && vals[n]|vals[n+1]|vals[n+2]|vals[n+3] == first && vals[n]&vals[n+1]&vals[n+2]&vals[n+3] == first {
		n += 4
	}
	for n < len(vals) && vals[n] == first {
		n++
	}
	return n
}

func startsRun(vals []uint32, least int) bool {
	if len(vals) < least {
		return false
	}
	for _, v := range vals[1:least] {
		if v != vals[0] {
			return false
		}
	}
	return true
}

func appendRun(dst []byte, val uint32, n, width int) []byte {
	dst = binary.AppendUvarint(dst, uint64(n)<<1)
	for b := 0; b < width; b += 8 {
		dst = append(dst, byte(val>>b))
	}
	return dst
}

// appendPacked appends groups of 8 numbers, the last one filled up with zeros.
func appendPacked(dst []byte, vals []uint32, width int) []byte {
	var acc uint64
	bits := 0
	for ; width <= 8 && len(vals) >= 8; vals = vals[8:] {
		v, x, w := vals[:8], uint64(0), uint(width)&63
		for i := 7; i >= 0; i-- {
			x = x<<w | uint64(v[i])
		}
		dst = binary.LittleEndian.AppendUint64(dst, x)
		dst = dst[:len(dst)-8+width]
	}
	put := func(v uint32) {
		acc |= uint64(v) << bits
		bits += width
		for bits >= 8 {
			dst = append(dst, byte(acc))
			acc >>= 8
			bits -= 8
		}
	}
	for _, v := range vals {
		put(v)
	}
	for n := len(vals); n%8 != 0; n++ {
		put(0)
	}
	return dst
}

// readHybrid fills dst from src, which has as many numbers as p says: with those of p.
func readHybrid(dst []uint32, src []byte, width int, p part) error {
	skip, behind := p.from, p.all-p.from-p.n
	for len(dst) > 0 {
		head, n := binary.Uvarint(src)
		if n <= 0 {
			return errShort
		}
		src = src[n:]
		left := uint64(skip + len(dst) + behind)
		if head&1 == 0 {
			size := (width + 7) / 8
			if len(src) < size || head>>1 > left {
				return errShort
			}
			var val uint32
			for i := range size {
				val |= uint32(src[i]) << (8 * i)
			}
			src = src[size:]
			run := int(head >> 1)
			if run <= skip {
				skip -= run
				continue
			}
			run = min(run-skip, len(dst))
			fill(dst[:run], val)
			dst, skip = dst[run:], 0
			continue
		}
		groups := head >> 1
		if groups > (left+7)/8 || uint64(len(src)) < groups*uint64(width) {
			return errShort
		}
		size, count := int(groups)*width, int(groups)*8
		if count <= skip {
			src, skip = src[size:], skip-count
			continue
		}
		packed := src[skip/8*width : size : len(src)]
		src, count, skip = src[size:], count-skip/8*8, skip%8
		if skip > 0 {
			var first [8]uint32
			unpack(first[:], packed, width)
			n := copy(dst, first[skip:])
			dst, packed, count, skip = dst[n:], packed[width:], count-8, 0
		}
		count = min(count, len(dst))
		unpack(dst[:count], packed, width)
		dst = dst[count:]
	}
	return nil
}

func fill(dst []uint32, val uint32) {
	if val == 0 {
		clear(dst)
		return
	}
	for i := range dst {
		dst[i] = val
	}
}

// unpack reads bit-packed numbers: whole groups of 8, of which dst may end early.
func unpack(dst []uint32, src []byte, width int) {
	switch {
	case width == 0:
		clear(dst)
		return
	case width == 1:
		dst, src = unpackBits(dst, src)
	case width <= 8:
		dst, src = unpackSmall(dst, src, width)
	case width <= 15:
		dst, src = unpackMiddle(dst, src, width)
	}
	unpackAny(dst, src, width)
}

func unpackAny(dst []uint32, src []byte, width int) {
	mask := uint64(1)<<width - 1
	bit := 0
	for i := range dst {
		dst[i] = uint32(word(src, bit>>3) >> (bit & 7) & mask)
		bit += width
	}
}

// word is the 8 bytes at an offset, or what there is of them.
func word(src []byte, at int) uint64 {
	if at+8 <= len(src) {
		return binary.LittleEndian.Uint64(src[at:])
	}
	var x uint64
	for i, b := range src[min(at, len(src)):] {
		x |= uint64(b) << (8 * i)
	}
	return x
}
