package otlp

import (
	"encoding/binary"
	"errors"
)

// The wire format of protobuf. A position behind a value that could not be read is
// negative, and reading on from there fails again: callers look once a field.

const (
	wireVarint = 0
	wire64     = 1
	wireBytes  = 2
	wireStart  = 3
	wireEnd    = 4
	wire32     = 5
)

var (
	errTruncated = errors.New("a field ends behind its message, or is none")
	errWireType  = errors.New("a field has the wrong wire type")
	errNesting   = errors.New("an attribute nests deeper than 64 levels")
)

// uvarint reads a varint. Of a tenth byte the bits that do not fit are lost.
func uvarint(b []byte, i int) (uint64, int) {
	if uint(i) < uint(len(b)) && b[i] < 0x80 {
		return uint64(b[i]), i + 1
	}
	return longUvarint(b, i)
}

func longUvarint(b []byte, i int) (uint64, int) {
	if i < 0 {
		return 0, -1
	}
	var v uint64
	for shift := uint(0); shift < 64 && i < len(b); shift += 7 {
		c := b[i]
		i++
		v |= uint64(c&0x7f) << shift
		if c < 0x80 {
			return v, i
		}
	}
	return 0, -1
}

// chunk reads a length and so many bytes.
func chunk(b []byte, i int) ([]byte, int) {
	n, i := uvarint(b, i)
	if i < 0 || n > uint64(len(b)-i) {
		return nil, -1
	}
	j := i + int(n)
	return b[i:j:j], j
}

func fixed64(b []byte, i int) (uint64, int) {
	if len(b)-i < 8 {
		return 0, -1
	}
	return binary.LittleEndian.Uint64(b[i:]), i + 8
}

func fixed32(b []byte, i int) (uint32, int) {
	if len(b)-i < 4 {
		return 0, -1
	}
	return binary.LittleEndian.Uint32(b[i:]), i + 4
}

// id reads an id; one of the wrong length is none.
func id[T [16]byte | [8]byte](b []byte, i int) (v T, next int) {
	raw, next := chunk(b, i)
	if len(raw) == len(v) {
		v = T(raw)
	}
	return v, next
}

// fields is a set of numbers of fields.
type fields uint64

// unknown passes over the value of a field that nobody reads. known are the fields
// that a caller does read: one of those has the wrong wire type here.
func unknown(b []byte, i int, tag uint64, known fields) (int, error) {
	number := tag >> 3
	if number < 64 && known>>number&1 != 0 {
		return -1, errWireType
	}
	if i = skip(b, i, tag, 0); i < 0 {
		return -1, errTruncated
	}
	return i, nil
}

// skip passes over a value; groups may lie in groups so deep.
func skip(b []byte, i int, tag uint64, depth int) int {
	number := tag >> 3
	if number == 0 || number >= 1<<29 || i < 0 {
		return -1
	}
	switch tag & 7 {
	case wireVarint:
		_, i = uvarint(b, i)
	case wire64:
		_, i = fixed64(b, i)
	case wireBytes:
		_, i = chunk(b, i)
	case wire32:
		_, i = fixed32(b, i)
	case wireStart:
		return skipGroup(b, i, number, depth+1)
	default:
		return -1
	}
	return i
}

func skipGroup(b []byte, i int, number uint64, depth int) int {
	if depth > maxNesting {
		return -1
	}
	for i >= 0 && i < len(b) {
		var tag uint64
		if tag, i = uvarint(b, i); i < 0 {
			return -1
		}
		if tag == number<<3|wireEnd {
			return i
		}
		i = skip(b, i, tag, depth)
	}
	return -1
}
