package timerange

import (
	"testing"
	"time"
)

func TestTimesAreReadAsGrafanaWritesThem(t *testing.T) {
	now := time.Date(2026, 11, 29, 13, 5, 7, 8e6, time.UTC) // a Sunday
	is := func(text string, end bool, want string) {
		t.Helper()
		got, err := Parse(text, now, end)
		if err != nil || got.Format("2006-01-02T15:04:05.000") != want {
			t.Errorf("%s is %s, want %s (%v)", text, got.Format("2006-01-02T15:04:05.000"), want, err)
		}
	}
	is("now", false, "2026-11-29T13:05:07.008")
	is("now-3h", false, "2026-11-29T10:05:07.008")
}

func TestRoundedTimes(t *testing.T) {
	now := time.Date(2026, 11, 29, 13, 5, 7, 8e6, time.UTC)
	is := func(text string, end bool, want string) {
		t.Helper()
		got, err := Parse(text, now, end)
		if err != nil || got.Format("2006-01-02T15:04:05.000") != want {
			t.Errorf("%s is %s, want %s (%v)", text, got.Format("2006-01-02T15:04:05.000"), want, err)
		}
	}
	is("now/d", false, "2026-11-29T00:00:00.000")
	is("now/d", true, "2026-11-29T23:59:59.999")
	is("now-1d/d", false, "2026-11-28T00:00:00.000")
	is("now/w", false, "2026-11-23T00:00:00.000")
	is("now-1M/M", true, "2026-10-31T23:59:59.999")
	is("now-1d+2h", false, "2026-11-28T15:05:07.008")
	is("1795395600000", false, "2026-11-23T01:00:00.000")
	is("2026-11-23T01:00:00Z", false, "2026-11-23T01:00:00.000")
	is("2026-11-23 01:02:03", false, "2026-11-23T01:02:03.000")
}

func TestWhatIsNoTimeIsRefusedWithAnExample(t *testing.T) {
	for _, text := range []string{"", "yesterday", "now-", "now-3x", "now-99999999h", "-5", "99999999999999999"} {
		if got, err := Parse(text, time.Unix(0, 0), false); err == nil {
			t.Errorf("%q is %v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"now-3h", "now/d", "1795395600000", "2026-01-02"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) { Parse(text, time.Unix(1e9, 0), true) })
}
