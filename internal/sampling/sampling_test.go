package sampling

import (
	"math"
	"strings"
	"testing"
)

func TestAThresholdIsWrittenWithoutTrailingZeros(t *testing.T) {
	f := func(p float64, want string) {
		t.Helper()
		th := FromProbability(p)
		if got := th.String(); got != want {
			t.Errorf("p=%v: th:%s, want th:%s", p, got, want)
		}
		back, ok := ParseThreshold(want)
		if !ok || math.Abs(back.Weight()-th.Weight()) > 1e-9*th.Weight() {
			t.Errorf("p=%v: th:%s reads back as weight %v, want %v", p, want, back.Weight(), th.Weight())
		}
	}

	f(1, "0")

	f(0.5, "8")

	f(0.25, "c")

	f(0.01, "fd70a3d70a3d7")
}

func TestTheWeightIsOneOverTheProbability(t *testing.T) {
	for _, p := range []float64{1, 0.7, 0.5, 0.1, 0.01, 0.0001} {
		if got := FromProbability(p).Weight() * p; math.Abs(got-1) > 1e-9 {
			t.Errorf("p=%v: weight*p = %v", p, got)
		}
	}
}

func TestNothingIsSampledAtProbabilityZero(t *testing.T) {
	highest := [16]byte{15: 0xff}
	for i := range highest {
		highest[i] = 0xff
	}
	for _, p := range []float64{0, -1, math.NaN()} {
		if FromProbability(p).Samples(highest) {
			t.Errorf("p=%v samples", p)
		}
	}
	if text := Never.String(); text != "" {
		t.Errorf("probability 0 is written as th:%s, which is another", text)
	}
	if !FromProbability(1).Samples([16]byte{}) {
		t.Error("p=1 does not sample the lowest id")
	}
}

func TestTheDecisionReadsTheLast56Bits(t *testing.T) {
	half := FromProbability(0.5)
	if !half.Samples([16]byte{9: 0x80}) {
		t.Error("the lowest id of the upper half is not sampled")
	}
	if half.Samples([16]byte{8: 0xff, 9: 0x7f, 10: 0xff}) {
		t.Error("an id of the lower half is sampled")
	}
}

func TestOtherMembersOfATracestateAreKept(t *testing.T) {
	f := func(state, want string) {
		t.Helper()
		if got := WithThreshold(state, FromProbability(0.5)); got != want {
			t.Errorf("%q becomes %q, want %q", state, got, want)
		}
	}

	f("", "ot=th:8")

	f("vendor=1", "ot=th:8,vendor=1")

	f("vendor=1, ot=rv:0123456789abcd;th:0 ,x=y", "ot=th:8;rv:0123456789abcd,vendor=1,x=y")
}

func FuzzTracestate(f *testing.F) {
	f.Add("ot=th:fd70a3d70a3d7")
	f.Add("vendor=1,ot=rv:1;th:8,,ot=th:zz")
	f.Add(" a=b , ot=p:8")
	f.Fuzz(func(t *testing.T, state string) {
		FromTracestate(state)
		out := WithThreshold(state, 0x123456789abcde)
		if th, ok := FromTracestate(out); !ok || th != 0x123456789abcde {
			t.Errorf("%q: wrote a threshold that reads as %v, %v", state, th, ok)
		}
		for member := range strings.SplitSeq(state, ",") {
			if member = strings.TrimSpace(member); !strings.HasPrefix(member, "ot=") && !strings.Contains(out, member) {
				t.Errorf("%q became %q and lost %q", state, out, member)
			}
		}
	})
}
