package traceqltest

import (
	"strings"
	"testing"

	"supersonic/traceql"
)

func TestTracesAreReadFromText(t *testing.T) {
	tr, err := ParseTrace("a", `root(client gw 10ms error message="too late") > [x(1ms +2ms n=3 f=1.5 s="b c" l=[1,d]), y > z]`)
	if err != nil {
		t.Fatal(err)
	}
	if len(tr.Spans()) != 4 || tr.RootName() != "root" || tr.RootService() != "gw" {
		t.Fatalf("%d spans, root %s of %s", len(tr.Spans()), tr.RootName(), tr.RootService())
	}
	x := tr.Spans()[1].(*Span)
	if x.StartNano != epoch+2e6 || x.Took != 1e6 || x.Attribute(traceql.ScopeResource, "service.name").Text() != "gw" {
		t.Errorf("%+v", x)
	}
	for name, want := range map[string]traceql.Static{
		"n": traceql.Int(3), "f": traceql.Float(1.5), "s": traceql.String("b c"),
		"l": traceql.Array([]traceql.Static{traceql.Int(1), traceql.String("d")}),
	} {
		if got := x.Attribute(traceql.ScopeSpan, name); !got.Equal(want) {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if root := tr.Spans()[0].(*Span); root.Message != "too late" || root.Status != traceql.StatusError {
		t.Errorf("%+v", root)
	}
}

func TestBadTracesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		`a(1ms`: "a ) is missing", `a > [b c]`: "no , or ]", `> b`: "a span without a name",
		`a(event.x=1)`: "event.x before event=", `a b`: "left over",
	} {
		if _, err := ParseTrace("t", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

func TestAScriptSaysWhatIsWrong(t *testing.T) {
	s := NewSession()
	for input, want := range map[string]string{
		"search { naem = 1 }": "did you mean", "dance": "unknown command", "parse {}": "{}",
		"search {} | rate()": "series for an answer",
	} {
		if got := s.Run(input); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want %s", input, got, want)
		}
	}
}
