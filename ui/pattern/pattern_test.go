package pattern

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func compiled(t testing.TB, expr string) *Pattern {
	t.Helper()
	p, err := Compile(expr)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What JavaScript answers to the same.
func TestPatternsFindWhatJavaScriptFinds(t *testing.T) {
	for _, c := range []struct {
		expr, text string
		want       []string
	}{
		{`(_total_total|_total)(?={)`, `otelcol_process_uptime_total{job="a"} 1`, []string{"_total", "_total"}},
		{`(_total_total|_total)(?={)`, `otelcol_process_uptime_seconds{job="_total"} 1`, nil},
		{`^((?!(DB Name)).)*$`, "Value", []string{"Value", "e", ""}},
		{`^((?!(DB Name)).)*$`, "a DB Name", nil},
		{`^(?!kube-).+`, "default", []string{"default"}},
		{`^(?!kube-).+`, "kube-system", nil},
		{`(?<=pod=")[^"]+`, `up{pod="a-1"}`, []string{"a-1"}},
		{`(?<!n)o`, "no so", []string{"o"}},
		{`(a)\1`, "baa", []string{"aa", "a"}},
		{`(?<text>\w+)-(?<value>\d+)`, "pod-12", []string{"pod-12", "pod", "12"}},
		{`(x)|(y)`, "y", []string{"y", "", "y"}},
	} {
		if diff := cmp.Diff(c.want, compiled(t, c.expr).Find(c.text)); diff != "" {
			t.Errorf("%s in %q: %s", c.expr, c.text, diff)
		}
	}
}

func TestNamedGroupsHaveTheirPlaces(t *testing.T) {
	for _, expr := range []string{`(\w+)=(?<value>\d+)`, `(?!0)(\w+)=(?<value>\d+)`} {
		p := compiled(t, expr)
		if i := p.Group("value"); i != 2 || p.Find("a=5")[i] != "5" || p.Group("text") != -1 || p.Group("") != -1 {
			t.Errorf("%s: the group is at %d of %q", expr, i, p.Groups())
		}
	}
}

func TestWhatIsFoundIsReplaced(t *testing.T) {
	for _, c := range []struct {
		expr, text, with string
		all              bool
		want             string
	}{
		{`o`, "foo", "0", false, "f0o"},
		{`o`, "foo", "0", true, "f00"},
		{`(\w+) (\w+)`, "é a b", "$2-$1 $&$$ $3 $12", false, "é b-a a b$ $3 a2"},
		{`(?<n>\d+)(?= ms)`, "ü 5 ms 6 s 7 ms", "<$<n>>", true, "ü <5> ms 6 s <7> ms"},
		{`(?<n>\d+)(?= ms)`, "ü 5 ms", "$<no>x", true, "ü x ms"},
	} {
		if got := compiled(t, c.expr).Replace(c.text, c.with, c.all); got != c.want {
			t.Errorf("%s in %q: %q, want %q", c.expr, c.text, got, c.want)
		}
	}
}

func TestAPatternThatTakesTooLongFindsNothingAndSaysSo(t *testing.T) {
	p := compiled(t, `^(?!b)(a+)+$`)
	if p.Match(strings.Repeat("a", 60)+"!") || !p.Slow() || p.Match("a") {
		t.Errorf("slow: %v", p.Slow())
	}
	if q := compiled(t, `^(a+)+$`); q.Match(strings.Repeat("a", 60)+"!") || q.Slow() {
		t.Error("one that RE2 reads is not slow")
	}
}

func TestWhatNobodyReadsIsAnError(t *testing.T) {
	for _, expr := range []string{"(", "(?=", `(?<n`, `a{2`, "[z-a]"} {
		if _, err := Compile(expr); err == nil && expr != "a{2" {
			t.Errorf("%s is read", expr)
		}
	}
}

func FuzzCompile(f *testing.F) {
	f.Add(`(?<=a)b(?!c)`, "abc", "$1$<n>$&")
	f.Add(`(a)(?<n>b)?`, "ab", "$2")
	f.Fuzz(func(t *testing.T, expr, text, with string) {
		if len(expr) > 200 || len(text) > 500 {
			return
		}
		p, err := Compile(expr)
		if err != nil {
			return
		}
		all := p.FindAll(text, -1)
		if p.Match(text) != (len(all) > 0) && !p.Slow() {
			t.Errorf("%q in %q: a match that is none", expr, text)
		}
		p.Replace(text, with, true)
		for _, m := range all {
			if len(m) != len(p.Groups()) {
				t.Errorf("%q: %d groups, %d names", expr, len(m), len(p.Groups()))
			}
		}
	})
}
