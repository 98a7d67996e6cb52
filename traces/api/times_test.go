package api

import (
	"net/url"
	"testing"
	"time"

	"supersonic/traces/query"
)

func TestTimesAreSecondsNanosecondsOrRFC3339(t *testing.T) {
	f := func(in string, want uint64) {
		t.Helper()
		got, err := parseTime("start", in)
		if err != nil || got != want {
			t.Errorf("%s is %d, %v; want %d", in, got, err, want)
		}
	}
	f("0", 0)
	f("1795395600", 1795395600e9)
	f("1795395600.25", 1795395600_250000000)
	f("1795395600123456789", 1795395600_123456789)
	f("2026-11-23T01:00:00Z", 1795395600e9)
	f("2026-11-23T02:00:00.5+01:00", 1795395600_500000000)
	for _, in := range []string{"", "x", "-1", "1795395600000", "1e30", "NaN", "99999999999999999999", "1960-01-01T00:00:00Z", "9999-01-01T00:00:00Z"} {
		if got, err := parseTime("start", in); err == nil {
			t.Errorf("%q is %d, want an error", in, got)
		}
	}
}

func TestDurationsHaveTheUnitsOfGoAndOfPrometheus(t *testing.T) {
	const day = 24 * time.Hour
	f := func(in string, want time.Duration) {
		t.Helper()
		if got, ok := duration(in); !ok || got != want {
			t.Errorf("%s is %s, %v; want %s", in, got, ok, want)
		}
	}
	f("100ms", 100*time.Millisecond)
	f("1.5h", 90*time.Minute)
	f("1d", day)
	f("1y2w3d4h", (365+14+3)*day+4*time.Hour)
	for _, in := range []string{"", "x", "5", "-1s", "1d-1h", "200y", "99999999999999999999d", "1.5d", "d"} {
		if got, ok := duration(in); ok {
			t.Errorf("%q is %s, want none", in, got)
		}
	}
}

func TestRangesOfMetricsAreClosed(t *testing.T) {
	now := time.Unix(10_000, 0)
	f := func(params string, start, end float64) {
		t.Helper()
		v, _ := url.ParseQuery(params)
		got, err := parseClosedRange(v, now)
		if want := (query.Range{Start: uint64(start * 1e9), End: uint64(end * 1e9)}); err != nil || got != want {
			t.Errorf("%s is %v, %v; want %v", params, got, err, want)
		}
	}
	f("", 6_400, 10_000)
	f("since=15m", 9_100, 10_000)
	f("end=5000&since=10s", 4_990, 5_000)
	f("start=1&end=2&since=10s", 1, 2)
	f("start=0&end=2", 0, 2)
	f("start=9999", 9_999, 10_000)
	for _, params := range []string{"start=10000", "start=2&end=2", "since=3h", "since=x", "since=-1s", "start=x", "end=x"} {
		v, _ := url.ParseQuery(params)
		if got, err := parseClosedRange(v, now); err == nil {
			t.Errorf("%s is %v, want an error", params, got)
		}
	}
}

func TestStepsGiveSome240Points(t *testing.T) {
	for length, want := range map[time.Duration]time.Duration{
		time.Millisecond: 50 * time.Millisecond, 30 * time.Second: 100 * time.Millisecond, time.Minute: time.Second,
		time.Hour: 15 * time.Second, 6 * time.Hour: time.Minute, 24 * time.Hour: 5 * time.Minute,
	} {
		if got := defaultStep(length); got != want {
			t.Errorf("over %s a step is %s, want %s", length, got, want)
		}
	}
	f := func(in string, want time.Duration) {
		t.Helper()
		got, err := parseStep(url.Values{"step": {in}}, query.Range{})
		if err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", in, got, err, want)
		}
	}
	f("60", time.Minute)
	f("0.5", 500*time.Millisecond)
	f("1m30s", 90*time.Second)
	for _, in := range []string{"0", "-5", "x", "1us", "0.0001", "1e300", "NaN", "Inf"} {
		if got, err := parseStep(url.Values{"step": {in}}, query.Range{}); err == nil {
			t.Errorf("%s is %s, want an error", in, got)
		}
	}
}

func FuzzTime(f *testing.F) {
	for _, s := range []string{"1795395600", "1795395600.5", "1795395600123456789", "2026-11-23T01:00:00Z", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if at, err := parseTime("start", s); err == nil && at > maxSeconds*1e9+1e9 && at > 1<<63-1 {
			t.Errorf("%q is %d", s, at)
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"1d", "1y2w3d4h", "1.5s", "100y100y"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if d, ok := duration(s); ok && (d < 0 || d > maxDuration) {
			t.Errorf("%q is %s", s, d)
		}
	})
}

func FuzzMetricsParams(f *testing.F) {
	f.Add("q=%7B%7D%7Crate%28%29&start=1&end=2&step=1s&exemplars=3&maxSeries=2")
	f.Add("query=x&since=1h&step=0.1")
	f.Add("q=%7B%7D%7Crate%28%29with%28exemplars%3D-5%29")
	f.Fuzz(func(t *testing.T, raw string) {
		v, err := url.ParseQuery(raw)
		if err != nil {
			return
		}
		r, err := parseQueryRange(v, time.Unix(1795395600, 0))
		if err != nil {
			return
		}
		if r.Range.Start >= r.Range.End || r.Step < minStep || r.MaxSeries < 1 || r.Exemplars < 0 || r.Exemplars > MaxExemplars {
			t.Errorf("%q gives %+v", raw, r)
		}
	})
}

func FuzzTags(f *testing.F) {
	f.Add(`a=1 b="c d"`)
	f.Fuzz(func(t *testing.T, s string) {
		tags, err := parseTags(s)
		if err != nil {
			return
		}
		for _, tag := range tags {
			if tag.Key == "" {
				t.Errorf("%q has a tag without a name: %v", s, tags)
			}
		}
	})
}

func FuzzOrgIDs(f *testing.F) {
	for _, s := range []string{"a", "a|b", "..", "a/b", "A-1_.*'()!"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ids, err := parseOrgIDs(s)
		if err != nil {
			return
		}
		for _, id := range ids {
			if err := CheckOrgID(id); err != nil || id == "." || id == ".." || len(id) > maxOrgID {
				t.Errorf("%q gives the id %q: %v", s, id, err)
			}
			for _, c := range id {
				if c == '/' || c == '\\' || c <= ' ' || c > '~' {
					t.Errorf("%q gives the id %q", s, id)
				}
			}
		}
	})
}

func FuzzRequestMessage(f *testing.F) {
	f.Add([]byte{0x42, 2, '{', '}', 0x20, 20})
	f.Add([]byte{0x0a, 6, 0x0a, 1, 'a', 0x12, 1, '"'})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, fields := range [][]field{searchFields, tagFields, valueFields, rangeFields, instantFields} {
			v, err := parameters(b, fields)
			if err != nil {
				continue
			}
			if tags := v.Get(fieldTags); tags != "" && fields[0].param == fieldTags {
				parseTags(tags) // whatever the names are, no panic
			}
		}
	})
}
