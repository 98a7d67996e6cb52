package kserve

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// field is one field of a message: bytes for strings, bytes and messages, varint
// for numbers.
type field struct {
	num    protowire.Number
	kind   protowire.Type
	bytes  []byte
	varint uint64
}

// fields calls visit for each field of b in order, until it returns an error.
func fields(b []byte, visit func(field) error) error {
	for at := 0; at < len(b); {
		num, kind, n := protowire.ConsumeTag(b[at:])
		if n < 0 {
			return fmt.Errorf("byte %d: %w", at, protowire.ParseError(n))
		}
		f := field{num: num, kind: kind}
		value := b[at+n:]
		size := protowire.ConsumeFieldValue(num, kind, value)
		if size < 0 {
			return fmt.Errorf("byte %d: field %d: %w", at, num, protowire.ParseError(size))
		}
		switch kind {
		case protowire.BytesType:
			f.bytes, _ = protowire.ConsumeBytes(value)
		case protowire.VarintType:
			f.varint, _ = protowire.ConsumeVarint(value)
		}
		if err := visit(f); err != nil {
			return err
		}
		at += n + size
	}
	return nil
}

// appendString appends a string field; empty ones are left out, as proto3 does.
func appendString(b []byte, num protowire.Number, s string) []byte {
	if s == "" {
		return b
	}
	b = protowire.AppendTag(b, num, protowire.BytesType)
	return protowire.AppendString(b, s)
}
