package column

import (
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
)

func FuzzAnyValue(f *testing.F) {
	for _, seed := range []string{"", "\x2a\x00", "\x2a\x04\x0a\x02\x18\x05", "\x32\x09\x0a\x07\x0a\x01k\x12\x02\x10\x01", "\x2a\x7f", "\x32\x02\x0a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m := pcommon.NewMap()
		if err := put(m, Key{ScopeSpan, Array, "a"}, value{there: true, text: text}); err != nil {
			return
		}
		if v, ok := m.Get("a"); !ok || m.Len() != 1 {
			t.Errorf("%q became %v in %v", text, v.AsString(), m.AsRaw())
		}
	})
}

func TestAnArrayIsReadWithItsParts(t *testing.T) {
	m := pcommon.NewMap()
	if err := put(m, Key{ScopeSpan, Array, "a"}, value{there: true, text: "\x2a\x08\x0a\x02\x18\x05\x0a\x02\x10\x01"}); err != nil {
		t.Fatal(err)
	}
	v, _ := m.Get("a")
	if v.Type() != pcommon.ValueTypeSlice || v.AsString() != "[5,true]" {
		t.Errorf("got %v %s, want [5,true]", v.Type(), v.AsString())
	}
	if err := put(m, Key{ScopeSpan, Map, "b"}, value{there: true, text: "\x2a\x08\x0a"}); err == nil {
		t.Error("a text that ends early is no error")
	}
}
