package expression

import (
	"fmt"
	"slices"
	"time"

	"supersonic/ui/steps"
)

// maxPoints bounds the points of a series that is resampled.
const maxPoints = 11000

func readResample(t target) (*Expression, error) {
	of, err := oneInput(t.Expression, "the resampling")
	if err != nil {
		return nil, err
	}
	every, err := steps.Parse(t.Window)
	if err != nil {
		return nil, fmt.Errorf("the resampling: %w", err)
	}
	if every <= 0 {
		return nil, fmt.Errorf("the resampling has no length of time: write 10s or 1m")
	}
	down, up := t.Downsampler, t.Upsampler
	if down == "" {
		down = "mean"
	}
	if up == "" {
		up = "fillna"
	}
	if !slices.Contains([]string{"last", "mean", "min", "max", "sum", "median", "count"}, down) {
		return nil, fmt.Errorf("the downsampling %q is not known", down)
	}
	if !slices.Contains([]string{"pad", "backfilling", "backfill", "fillna"}, up) {
		return nil, fmt.Errorf("the upsampling %q is not known", up)
	}
	r := resampling{every, down, up}
	return &Expression{Kind: "resample", Step: every, Text: fmt.Sprintf("resample($%s, %s, %s, %s)", of, steps.Write(every), down, up), inputs: []string{of},
		run: func(g given) (Set, error) { return r.all(g.sets[of], g.from, g.to) }}, nil
}

type resampling struct {
	every    time.Duration
	down, up string
}

func (r resampling) all(set Set, from, to time.Time) (Set, error) {
	if n := to.Sub(from)/r.every + 1; n > maxPoints {
		return nil, fmt.Errorf("resampled to %s the range has %d points, of at most %d: write a longer time or choose a shorter range", steps.Write(r.every), n, maxPoints)
	}
	out := make(Set, len(set))
	for i := range set {
		if !set[i].series() {
			return nil, fmt.Errorf("only series can be resampled, and the input is a number")
		}
		var err error
		if out[i], err = r.one(&set[i], from, to); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// one takes at each time what came since the one before.
func (r resampling) one(item *Item, from, to time.Time) (Item, error) {
	out := Item{Labels: item.Labels, TimesMs: []float64{}, Values: []float64{}}
	next := 0
	last := null
	for at := from; !at.After(to); at = at.Add(r.every) {
		ms := float64(at.UnixMilli())
		begin := next
		for next < len(item.TimesMs) && item.TimesMs[next] <= ms {
			next++
		}
		value := null
		switch {
		case next > begin:
			var err error
			if value, err = reduced(r.down, item.Values[begin:next]); err != nil {
				return Item{}, err
			}
			last = item.Values[next-1]
		case r.up == "pad":
			value = last
		case r.up != "fillna" && next < len(item.Values):
			value = item.Values[next]
		}
		out.TimesMs, out.Values = append(out.TimesMs, ms), append(out.Values, value)
	}
	return out, nil
}
