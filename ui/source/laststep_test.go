package source

import (
	"context"
	"fmt"
	"testing"
	"time"
)

// A step of hours that is under way is shown once it tells something; one of seconds,
// which would always look like a fall, is not.
func TestTheLastStepIsThereIfEnoughOfItIsOver(t *testing.T) {
	for name, c := range map[string]struct {
		step              time.Duration
		to, now, end, was string // was is the last value that the store's 6 becomes
		query             string
	}{
		"over":                  {6 * time.Hour, "12:00", "12:00", "12:00", "6", "rate()"},
		"under way":             {6 * time.Hour, "14:00", "14:00", "18:00", "18", "rate()"},
		"under way, a count":    {6 * time.Hour, "14:00", "14:00", "18:00", "6", "count_over_time()"},
		"just begun":            {6 * time.Hour, "12:04", "12:04", "12:00", "6", "rate()"},
		"over by now":           {6 * time.Hour, "14:00", "18:01", "18:00", "6", "rate()"},
		"short":                 {time.Minute, "14:00", "14:00", "14:00", "6", "rate()"},
		"short, under way":      {15 * time.Minute, "14:02", "14:02", "14:00", "6", "rate()"},
		"a range of one step":   {6 * time.Hour, "06:01", "06:01", "12:00", "6", "rate()"},
		"no query that we know": {6 * time.Hour, "14:00", "14:00", "18:00", "6", "sum_of_it_all()"},
	} {
		at := func(clock string) time.Time {
			parsed, err := time.Parse("2006-01-02 15:04", "2026-11-30 "+clock)
			if err != nil {
				t.Fatal(err)
			}
			return parsed
		}
		m := TraceMetrics{Query: "{} | " + c.query, From: at("06:00"), Step: c.step}
		m.Until(at(c.to), at(c.now))
		s := &store{status: 200, kind: "application/json", body: fmt.Sprintf(`{"series":[{"labels":[],"samples":[{"timestampMs":"%d","value":6},{"timestampMs":"%d","value":6}]}]}`, at(c.end).UnixMilli()-1, at(c.end).UnixMilli())}
		got, err := Tempo{client(t, s)}.Metrics(context.Background(), m)
		if err != nil {
			t.Fatal(err)
		}
		last := got.Series[0].Samples[1].Value
		if s.form.Get("end") != fmt.Sprint(at(c.end).Unix()) || fmt.Sprint(last) != c.was || got.Series[0].Samples[0].Value != 6 {
			t.Errorf("%s: asked to %s, want %s (%d); the last value is %v, want %s", name, s.form.Get("end"), c.end, at(c.end).Unix(), last, c.was)
		}
	}
}
