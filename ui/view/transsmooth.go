package view

import (
	"math"

	"supersonic/ui/frame"
)

// mostSmoothed bounds the points that a smoothed line is made of: the search for its
// window grows with their square (1000 points: 0.3 ms).
const mostSmoothed = 1000

// smooth takes the noise out of series (ASAP, "Automatic Smoothing for Attention
// Prioritization", Rong and Bailis 2017): a moving average with the window that leaves
// the line the least rough while what stands out of it stands out as before. The line has
// at most as many points as its resolution; between them it is straight, and each point of
// the series keeps its place.
func (m *maker) smooth(frames []frame.Frame, o options) []frame.Frame {
	resolution := int(max(2, min(mostSmoothed, o.number("resolution", 100))))
	out := make([]frame.Frame, len(frames))
	for i, fr := range frames {
		out[i] = fr
		times := firstTimes(fr)
		if times == nil {
			continue
		}
		out[i].Fields = append([]frame.Field{}, fr.Fields...)
		for j := range out[i].Fields {
			if f := &out[i].Fields[j]; f.Kind == frame.Number {
				f.Values = smoothed(times, f.Values, resolution)
			}
		}
	}
	return out
}

func firstTimes(fr frame.Frame) []float64 {
	for i := range fr.Fields {
		if fr.Fields[i].Kind == frame.Time {
			return fr.Fields[i].Values
		}
	}
	return nil
}

// smoothed are values of the smooth line at the times of a series; where the series has
// none there is none.
func smoothed(times, values []float64, resolution int) []float64 {
	var at, of []float64
	for i := range min(len(times), len(values)) {
		if !math.IsNaN(values[i]) && !math.IsInf(values[i], 0) {
			at, of = append(at, times[i]), append(of, values[i])
		}
	}
	if len(of) < 4 {
		return values
	}
	pane := max(1, len(of)/resolution)
	at, of = averages(at, pane, pane), averages(of, pane, pane)
	window := quietest(of)
	at, of = averages(at, window, 1), averages(of, window, 1)
	out, next := make([]float64, len(values)), 0
	for i, v := range values {
		if out[i] = v; math.IsNaN(v) || i >= len(times) {
			continue
		}
		for next < len(at)-1 && at[next+1] < times[i] {
			next++
		}
		out[i] = between(at, of, next, times[i])
	}
	return out
}

// between is the line at a time at or after its point n; before its first and after its
// last point it goes on level.
func between(at, of []float64, n int, t float64) float64 {
	if t <= at[n] || n == len(at)-1 {
		return of[n]
	}
	return of[n] + (of[n+1]-of[n])*min(1, (t-at[n])/(at[n+1]-at[n]))
}

// averages are of so many values each, begun so many apart.
func averages(values []float64, window, apart int) []float64 {
	var out []float64
	for i := 0; i+window <= len(values); i += apart {
		sum := 0.0
		for _, v := range values[i : i+window] {
			sum += v
		}
		out = append(out, sum/float64(window))
	}
	return out
}

// quietest is the window, up to a tenth of all, whose average is the least rough and as
// pointed as the values themselves.
func quietest(values []float64) int {
	best, least, pointed := 1, roughness(values), kurtosis(values)
	for w := 2; w <= max(1, len(values)/10); w++ {
		line := averages(values, w, 1)
		if r := roughness(line); r < least && kurtosis(line) >= pointed {
			best, least = w, r
		}
	}
	return best
}

// roughness is the standard deviation of the steps from value to value.
func roughness(values []float64) float64 {
	steps := make([]float64, max(0, len(values)-1))
	for i := range steps {
		steps[i] = values[i+1] - values[i]
	}
	_, m2, _ := moments(steps)
	return math.Sqrt(m2)
}

// kurtosis is how far values stand out: the fourth moment over the square of the second.
func kurtosis(values []float64) float64 {
	_, m2, m4 := moments(values)
	if m2 == 0 {
		return 0
	}
	return m4 / (m2 * m2)
}

func moments(values []float64) (mean, m2, m4 float64) {
	n := float64(max(1, len(values)))
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		d := (v - mean) * (v - mean)
		m2 += d / n
		m4 += d * d / n
	}
	return mean, m2, m4
}
