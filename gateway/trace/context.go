package trace

import (
	"strings"
	"unicode/utf8"
)

// Context is what a valid traceparent says.
type Context struct {
	TraceID [16]byte
	SpanID  [8]byte
	Flags   byte
}

// Sampled tells whether the caller's trace is sampled.
func (c Context) Sampled() bool { return c.Flags&1 != 0 }

// ParseTraceparent reads a W3C traceparent, of version 00 or, as the W3C asks, of
// the part of a later version that has the form of 00.
func ParseTraceparent(s string) (Context, bool) {
	const size = 55 // 00-32-16-02
	var c Context
	if len(s) < size || s[2] != '-' || s[35] != '-' || s[52] != '-' {
		return Context{}, false
	}
	var version, flags [1]byte
	ok := unhex(version[:], s[:2]) && unhex(c.TraceID[:], s[3:35]) && unhex(c.SpanID[:], s[36:52]) && unhex(flags[:], s[53:55])
	if !ok || version[0] == 0xff || c.TraceID == [16]byte{} || c.SpanID == [8]byte{} {
		return Context{}, false
	}
	c.Flags = flags[0]
	if version[0] == 0 && len(s) != size {
		return Context{}, false
	}
	if version[0] != 0 {
		if len(s) > size && s[size] != '-' {
			return Context{}, false
		}
		c.Flags &= 3 // the flags that 00 knows; it is sent on as 00
	}
	return c, true
}

// unhex decodes lower-case hexadecimal; the W3C forbids upper case.
func unhex(dst []byte, s string) bool {
	for i := range dst {
		hi, lo := digit(s[2*i]), digit(s[2*i+1])
		if hi > 15 || lo > 15 {
			return false
		}
		dst[i] = hi<<4 | lo
	}
	return true
}

func digit(c byte) byte {
	switch {
	case c >= '0' && c <= '9':
		return c - '0'
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10
	}
	return 255
}

const hexDigits = "0123456789abcdef"

func appendHex(b []byte, src []byte) []byte {
	for _, c := range src {
		b = append(b, hexDigits[c>>4], hexDigits[c&15])
	}
	return b
}

// formatTraceparent is the traceparent, version 00, of a span.
func formatTraceparent(traceID [16]byte, spanID [8]byte, flags byte) string {
	b := make([]byte, 0, 55)
	b = append(b, "00-"...)
	b = appendHex(b, traceID[:])
	b = append(b, '-')
	b = appendHex(b, spanID[:])
	b = append(b, '-')
	return string(appendHex(b, []byte{flags}))
}

// onlyOT returns the `ot` member of a tracestate, "" if it has none of the length
// that OpenTelemetry allows.
func onlyOT(state string) string {
	const longest = 256 + len("ot=")
	for member := range strings.SplitSeq(state, ",") {
		if member = strings.TrimSpace(member); strings.HasPrefix(member, "ot=") && len(member) <= longest && utf8.ValidString(member) {
			return member
		}
	}
	return ""
}

// withoutOT returns a tracestate without its `ot` members.
func withoutOT(state string) string {
	if !strings.Contains(state, "ot=") {
		return state
	}
	var kept []string
	for member := range strings.SplitSeq(state, ",") {
		if member = strings.TrimSpace(member); member != "" && !strings.HasPrefix(member, "ot=") {
			kept = append(kept, member)
		}
	}
	return strings.Join(kept, ",")
}
