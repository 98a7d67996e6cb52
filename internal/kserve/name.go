package kserve

import (
	"google.golang.org/protobuf/encoding/protowire"
)

// ModelNameVersion reads fields 1 and 2, the model's name and version in every
// request about one model, from the first bytes of a message (without the five
// bytes of the gRPC frame). done is false if more bytes could still bring the
// name or the version: call again with a longer prefix. After done, or at the end
// of the message, name and version are final; malformed bytes end the reading.
//
// Serialisers write fields in order, so a name followed by a field above 2 means
// that there is no version.
func ModelNameVersion(first []byte) (name, version string, done bool) {
	for len(first) > 0 {
		num, kind, n := protowire.ConsumeTag(first)
		if n < 0 {
			return name, version, !short(first, 10)
		}
		value := first[n:]
		if num > 2 && name != "" {
			return name, version, true
		}
		size := protowire.ConsumeFieldValue(num, kind, value)
		if size < 0 {
			return name, version, malformed(kind, value)
		}
		if kind == protowire.BytesType {
			text, _ := protowire.ConsumeBytes(value)
			switch num {
			case 1:
				name = string(text)
			case 2:
				version = string(text)
			}
		}
		if name != "" && version != "" {
			return name, version, true
		}
		first = value[size:]
	}
	return name, version, false
}

// short tells whether a varint at the start of b may only be cut, not broken.
func short(b []byte, longest int) bool {
	if len(b) >= longest {
		return false
	}
	for _, c := range b {
		if c < 0x80 {
			return false
		}
	}
	return true
}

// malformed tells whether the bytes of a field's value cannot become valid by
// being longer.
func malformed(kind protowire.Type, value []byte) bool {
	switch kind {
	case protowire.BytesType:
		if _, n := protowire.ConsumeVarint(value); n < 0 {
			return !short(value, 10)
		}
		return false
	case protowire.VarintType:
		return !short(value, 10)
	case protowire.Fixed32Type, protowire.Fixed64Type:
		return false
	}
	return true // groups are in no message of this protocol
}
