package latency

import (
	"cmp"
	"math"
	"slices"
	"sort"
)

// value is a time in nanoseconds, the requests that it stands for, and when.
type value struct {
	ns, weight float64
	at         uint64
}

// sample is values in the order of their size.
type sample struct {
	list   []value
	weight float64 // of all
	square float64 // sum of the squares of the weights
}

// newSample takes list over.
func newSample(list []value) *sample {
	slices.SortFunc(list, func(a, b value) int { return cmp.Compare(a.ns, b.ns) })
	s := &sample{list: list}
	for _, v := range list {
		s.weight += v.weight
		s.square += v.weight * v.weight
	}
	return s
}

// n is how many equally weighted values would tell as much.
func (s *sample) n() float64 {
	if s.square == 0 {
		return 0
	}
	return s.weight * s.weight / s.square
}

// quantile is the least value that is at least as large as a share of all, by
// weight; 0 of an empty sample.
func (s *sample) quantile(share float64) float64 {
	if len(s.list) == 0 {
		return 0
	}
	want, sum := share*s.weight, 0.0
	for _, v := range s.list {
		if sum += v.weight; sum >= want*(1-1e-12) {
			return v.ns
		}
	}
	return s.list[len(s.list)-1].ns
}

func (s *sample) median() float64 { return s.quantile(0.5) }

func (s *sample) sum() float64 {
	sum := 0.0
	for _, v := range s.list {
		sum += v.ns * v.weight
	}
	return sum
}

func (s *sample) mean() float64 {
	if s.weight == 0 {
		return 0
	}
	return s.sum() / s.weight
}

// usual is the sample without its largest twentieth: outliers and cold starts.
func (s *sample) usual() *sample {
	out, limit := &sample{}, 0.95*s.weight
	for i, v := range s.list {
		if out.weight+v.weight > limit && i > 0 {
			break
		}
		out.list = s.list[:i+1]
		out.weight += v.weight
		out.square += v.weight * v.weight
	}
	return out
}

// trimmed is the mean of what is usual.
func (s *sample) trimmed() float64 { return s.usual().mean() }

// bounds are where the median of what the sample was drawn from lies, but for one
// time in 400: order statistics, so that no shape of the distribution is assumed.
func (s *sample) bounds() (low, high float64) {
	n := s.n()
	if n < 1 {
		return 0, math.Inf(1)
	}
	half := 1.5 / math.Sqrt(n)
	if half >= 0.5 {
		return 0, math.Inf(1)
	}
	return s.quantile(0.5 - half), s.quantile(0.5 + half)
}

// error is the standard error of the mean.
func (s *sample) error() float64 {
	n, mean := s.n(), s.mean()
	if n < 2 {
		return math.Inf(1)
	}
	sum := 0.0
	for _, v := range s.list {
		sum += v.weight * (v.ns - mean) * (v.ns - mean)
	}
	return math.Sqrt(sum / s.weight / (n - 1))
}

// parts cuts a window into stretches of time with equally many requests, to see
// whether something lasts. It is the starts of all requests, in order.
type parts []uint64

// cuts are how a window is cut: finely, with at least three values of each side in
// a part that is to tell something, or into four where they are too few for that.
var cuts = [...]struct{ count, values int }{{12, 3}, {4, 2}}

// tellingParts is how many parts have to tell something.
const tellingParts = 3

// lasting tells in how many parts of the window, of those that can be told, what a
// test says of the values of both sides in it is true.
func (p parts) lasting(a, b *sample, test func(a, b *sample) bool) (holding, known int) {
	for _, c := range cuts {
		holding, known = 0, 0
		first, second := p.split(a, c.count), p.split(b, c.count)
		for k := range c.count {
			if len(first[k]) < c.values || len(second[k]) < c.values {
				continue
			}
			known++
			if test(newSample(first[k]), newSample(second[k])) {
				holding++
			}
		}
		if known >= tellingParts {
			break
		}
	}
	return holding, known
}

// split gives the values of each part of time.
func (p parts) split(s *sample, count int) [][]value {
	out := make([][]value, count)
	for _, v := range s.list {
		rank, _ := slices.BinarySearch(p, v.at)
		k := min(rank*count/max(1, len(p)), count-1)
		out[k] = append(out[k], v)
	}
	return out
}

// lowerMiddle is the middle of some numbers, the lower of two: of the pods beside
// one, half may be slow too.
func lowerMiddle(list []float64) int { return inOrder(list)[(len(list)-1)/2] }

// upperMiddle is the middle, the higher of two: of the steps beside one, a quick one
// is no measure.
func upperMiddle(list []float64) int { return inOrder(list)[len(list)/2] }

// inOrder are the indices of numbers, that of the least first.
func inOrder(list []float64) []int {
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return list[order[a]] < list[order[b]] })
	return order
}
