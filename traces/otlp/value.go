package otlp

import (
	"encoding/binary"
	"math/bits"

	"supersonic/traces/column"
)

// EachPart calls f for each part of an Array's or Map's text, until f returns
// false. The parts of an array have no key. It returns an error if the text is not
// what a Decoder or AppendValue made.
func EachPart(text []byte, f func(part Attr) bool) error {
	field, list := lastList(text)
	for i := 0; i < len(list); {
		var tag uint64
		if tag, i = uvarint(list, i); tag != 1<<3|wireBytes {
			if i = skip(list, i, tag, 0); i < 0 {
				return errTruncated
			}
			continue
		}
		var raw []byte
		if raw, i = chunk(list, i); i < 0 {
			return errTruncated
		}
		var part Attr
		var err error
		if field == 5 {
			err = part.value(raw, 0)
		} else {
			err = part.keyValue(raw, 0)
		}
		if err != nil {
			return err
		}
		if !f(part) {
			return nil
		}
	}
	return nil
}

// lastList is the list of an AnyValue that is an array (5) or a map (6).
func lastList(v []byte) (field byte, list []byte) {
	for i := 0; i < len(v); {
		tag, next := uvarint(v, i)
		switch tag {
		case 5<<3 | wireBytes, 6<<3 | wireBytes:
			field = byte(tag >> 3)
			list, i = chunk(v, next)
		default:
			i = skip(v, next, tag, 0)
		}
		if i < 0 {
			return field, nil
		}
	}
	return field, list
}

// AppendValue appends the AnyValue of an attribute: the parts of an array are such,
// with a tag and a length (AppendPart).
func AppendValue(dst []byte, a Attr) []byte {
	switch a.Type {
	case column.String:
		return append(appendHead(dst, 1, len(a.Text)), a.Text...)
	case column.Bool:
		return append(dst, 2<<3|wireVarint, byte(a.Num))
	case column.Int:
		return binary.AppendUvarint(append(dst, 3<<3|wireVarint), a.Num)
	case column.Float:
		return binary.LittleEndian.AppendUint64(append(dst, 4<<3|wire64), a.Num)
	case column.Bytes:
		return append(appendHead(dst, 7, len(a.Text)), a.Text...)
	case column.Array, column.Map:
		return append(dst, a.Text...)
	}
	return dst
}

// AppendArray appends the text of an array of these parts, AppendMap that of a map.
func AppendArray(dst []byte, parts []Attr) []byte {
	var list, value []byte
	for _, p := range parts {
		value = AppendValue(value[:0], p)
		list = append(appendHead(list, 1, len(value)), value...)
	}
	return append(appendHead(dst, 5, len(list)), list...)
}

// AppendMap appends the text of a map: see AppendArray.
func AppendMap(dst []byte, parts []Attr) []byte {
	var list, value, pair []byte
	for _, p := range parts {
		value = AppendValue(value[:0], p)
		pair = append(appendHead(pair[:0], 1, len(p.Key)), p.Key...)
		pair = append(appendHead(pair, 2, len(value)), value...)
		list = append(appendHead(list, 1, len(pair)), pair...)
	}
	return append(appendHead(dst, 6, len(list)), list...)
}

// appendHead appends the tag and the length of a field.
func appendHead(dst []byte, number byte, length int) []byte {
	return binary.AppendUvarint(append(dst, number<<3|wireBytes), uint64(length))
}

// uvarintSize is how many bytes n takes as a varint.
func uvarintSize(n int) int { return (bits.Len64(uint64(n)|1) + 6) / 7 }
