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

func TestCompactTimesAreUTC(t *testing.T) {
	for text, want := range map[string]string{"20261123": "2026-11-23T00:00:00Z", "20261123T010203": "2026-11-23T01:02:03Z"} {
		got, err := Parse(text, time.Now(), false)
		if err != nil || got.UTC().Format(time.RFC3339) != want {
			t.Errorf("%s is %s, want %s (%v)", text, got, want, err)
		}
	}
}

func TestAMonthBackIsADayOfThatMonth(t *testing.T) {
	for from, want := range map[string]string{"2026-03-31T12:00:00Z": "2026-02-28T12:00:00Z", "2028-03-30T12:00:00Z": "2028-02-29T12:00:00Z", "2026-01-15T12:00:00Z": "2025-12-15T12:00:00Z"} {
		now, _ := time.Parse(time.RFC3339, from)
		if got, err := Parse("now-1M", now, false); err != nil || got.Format(time.RFC3339) != want {
			t.Errorf("a month before %s is %s, want %s (%v)", from, got, want, err)
		}
	}
	now, _ := time.Parse(time.RFC3339, "2028-02-29T12:00:00Z")
	if got, err := Parse("now-1y", now, false); err != nil || got.Format(time.RFC3339) != "2027-02-28T12:00:00Z" {
		t.Errorf("a year before %s is %s (%v)", now, got, err)
	}
}

// New York's clocks went back on 2026-11-01 at 06:00 UTC.
func TestDaysOnWhichTheClocksChange(t *testing.T) {
	york, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	is := func(text, from string, end bool, want string) {
		t.Helper()
		now, _ := time.Parse(time.RFC3339, from)
		got, err := Parse(text, now.In(york), end)
		if err != nil || got.UTC().Format("2006-01-02T15:04:05.000Z") != want {
			t.Errorf("%s at %s is %s, want %s (%v)", text, from, got.UTC(), want, err)
		}
	}
	is("now/d", "2026-11-01T17:00:00Z", false, "2026-11-01T04:00:00.000Z")
	is("now/d", "2026-11-01T17:00:00Z", true, "2026-11-02T04:59:59.999Z")
	is("now/h", "2026-11-01T06:30:00Z", false, "2026-11-01T06:00:00.000Z")
	is("now/h", "2026-11-01T05:30:00Z", false, "2026-11-01T05:00:00.000Z")
	is("now-1d", "2026-11-01T17:00:00Z", false, "2026-10-31T16:00:00.000Z")
	is("now/w", "2027-03-14T17:00:00Z", true, "2027-03-15T03:59:59.999Z")
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
