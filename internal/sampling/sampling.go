// Package sampling is the arithmetic of one decision, kept and weighed: the
// thresholds of OpenTelemetry's consistent probability sampling as they travel in
// tracestate ("ot=th:..."), and the weight of a span that carries one.
//
// Source: OpenTelemetry specification, "TraceState: Probability Sampling".
package sampling

import (
	"encoding/hex"
	"math"
	"strings"
)

// Threshold is T of a sampling decision: a trace is sampled iff the last 56 bits
// of its id are at least T. 0 samples everything; Never samples nothing.
type Threshold uint64

// Never is the threshold of probability 0.
const Never Threshold = 1 << 56

// FromProbability returns round((1-p)*2^56), clamped to [0, Never].
func FromProbability(p float64) Threshold {
	switch {
	case p >= 1:
		return 0
	case !(p > 0): // NaN as well
		return Never
	}
	return Threshold(math.Round((1 - p) * (1 << 56)))
}

// Randomness returns the last 56 bits of a trace id.
func Randomness(traceID [16]byte) uint64 {
	var r uint64
	for _, b := range traceID[9:] {
		r = r<<8 | uint64(b)
	}
	return r
}

// Samples tells whether a trace id is sampled under t.
func (t Threshold) Samples(traceID [16]byte) bool {
	return t < Never && Randomness(traceID) >= uint64(t)
}

// Weight is the number of requests that one sampled request stands for:
// 2^56/(2^56-T). The weight of Never is 0.
func (t Threshold) Weight() float64 {
	if t >= Never {
		return 0
	}
	return (1 << 56) / float64(Never-t)
}

// String is the value of `th`: 14 hex digits without trailing zeros, "0" for
// probability 1. Never has none, "": what is not sampled is not written.
func (t Threshold) String() string {
	if t >= Never {
		return ""
	}
	var b [7]byte
	for i := range b {
		b[i] = byte(t >> (8 * (6 - i)))
	}
	s := strings.TrimRight(hex.EncodeToString(b[:]), "0")
	if s == "" {
		return "0"
	}
	return s
}

// ParseThreshold reads a value of `th`: 1 to 14 lower-case hex digits.
func ParseThreshold(s string) (Threshold, bool) {
	if len(s) == 0 || len(s) > 14 {
		return 0, false
	}
	var t uint64
	for _, c := range []byte(s) {
		switch {
		case c >= '0' && c <= '9':
			t = t<<4 | uint64(c-'0')
		case c >= 'a' && c <= 'f':
			t = t<<4 | uint64(c-'a'+10)
		default:
			return 0, false
		}
	}
	return Threshold(t << (4 * (14 - len(s)))), true
}

// FromTracestate returns the threshold in a W3C tracestate header, and whether
// there is a valid one.
func FromTracestate(state string) (Threshold, bool) {
	for member := range strings.SplitSeq(state, ",") {
		value, ok := strings.CutPrefix(strings.TrimSpace(member), "ot=")
		if !ok {
			continue
		}
		for field := range strings.SplitSeq(value, ";") {
			if th, ok := strings.CutPrefix(field, "th:"); ok {
				return ParseThreshold(th)
			}
		}
	}
	return 0, false
}

// WithThreshold returns state with its `th` set to t. Other members, and other
// fields of the `ot` member, are kept; the `ot` member comes first, as the W3C
// asks of the one who changed it.
func WithThreshold(state string, t Threshold) string {
	fields := []string{"th:" + t.String()}
	var others []string
	for member := range strings.SplitSeq(state, ",") {
		member = strings.TrimSpace(member)
		value, ours := strings.CutPrefix(member, "ot=")
		if !ours {
			if member != "" {
				others = append(others, member)
			}
			continue
		}
		for field := range strings.SplitSeq(value, ";") {
			if field != "" && !strings.HasPrefix(field, "th:") {
				fields = append(fields, field)
			}
		}
	}
	return strings.Join(append([]string{"ot=" + strings.Join(fields, ";")}, others...), ",")
}
