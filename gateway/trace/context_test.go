package trace

import (
	"strings"
	"testing"
)

const valid = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

func TestALaterVersionIsReadAsFarAsItHasTheFormOf00(t *testing.T) {
	later := "cc" + valid[2:] + "-what-comes"
	c, ok := ParseTraceparent(later)
	if !ok || !c.Sampled() {
		t.Fatal(c, ok)
	}
	for _, bad := range []string{valid + "-more", "cc" + valid[2:] + "x", "ff" + valid[2:], strings.ToUpper(valid), valid[:54], ""} {
		if _, ok := ParseTraceparent(bad); ok {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func FuzzParseTraceparent(f *testing.F) {
	f.Add(valid)
	f.Add("00-xyz-01")
	f.Add("cc" + valid[2:] + "-x")
	f.Fuzz(func(t *testing.T, s string) {
		c, ok := ParseTraceparent(s)
		if !ok {
			if c != (Context{}) {
				t.Fatal("a refused traceparent left something")
			}
			return
		}
		again := formatTraceparent(c.TraceID, c.SpanID, c.Flags)
		if again[3:53] != s[3:53] {
			t.Fatalf("%q became %q", s, again)
		}
		if _, ok := ParseTraceparent(again); !ok {
			t.Fatalf("what is sent on is refused: %q", again)
		}
	})
}
