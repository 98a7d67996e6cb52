package trace

import (
	"encoding/binary"
	"math/rand/v2"

	"supersonic/gateway/call"
)

// Envoy writes the reason of its decision into the version digit of a request id.
const (
	reasonAt     = 14
	reasonNone   = '4'
	reasonRandom = '9'
	reasonClient = 'b'
)

// RequestID is the x-request-id that goes upstream, as Envoy makes it: a caller's
// UUID with its version digit replaced by the decision, a caller's other text as it
// is, a UUID of version 4 (then that digit) if there was none.
func RequestID(given string, d *call.Decision, clientTraceID bool) string {
	reason := byte(reasonNone)
	if d.Kind.Sampled() {
		reason = reasonRandom
		if clientTraceID {
			reason = reasonClient
		}
	}
	if given == "" {
		return newUUID(reason)
	}
	if !isUUID(given) {
		return given
	}
	return given[:reasonAt] + string(reason) + given[reasonAt+1:]
}

func newUUID(version byte) string {
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:8], rand.Uint64())
	binary.BigEndian.PutUint64(raw[8:], rand.Uint64())
	raw[8] = raw[8]&0x3f | 0x80 // RFC 9562's variant
	b := make([]byte, 0, 36)
	for i, end := range [...]int{4, 6, 8, 10, 16} {
		if i > 0 {
			b = append(b, '-')
		}
		b = appendHex(b, raw[uuidStarts[i]:end])
	}
	b[reasonAt] = version
	return string(b)
}

var uuidStarts = [...]int{0, 4, 6, 8, 10}

func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if c := s[i] | 0x20; digit(c) > 15 {
				return false
			}
		}
	}
	return true
}
