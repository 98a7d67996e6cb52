package traceql

import (
	"cmp"
	"math"
	"slices"
)

// quantiles finds, for values of weight 1, for each q the least value that at least
// a share q of them does not exceed. It changes the order of values.
//
// The values are partitioned, not sorted, and those below one quantile are not
// looked at again for a higher one.
func quantiles(values, qs, out []float64) {
	nan := 0 // they come first, as in cmp.Compare
	for i, v := range values {
		if v != v {
			values[i], values[nan] = values[nan], v
			nan++
		}
	}
	done, last := nan, 0.0 // what is before done is not above the rest
	for k, q := range qs {
		rank := rankOf(q, len(values))
		if rank < nan {
			out[k] = values[rank]
			continue
		}
		if k > 0 && q < last {
			done = nan
		}
		last = q
		out[k] = selectRank(values[done:], rank-done)
		done = rank
	}
}

// rankOf is the place of the quantile q among n sorted values.
func rankOf(q float64, n int) int {
	return min(max(int(math.Ceil(q*float64(n)*(1-1e-12))), 1), n) - 1
}

// selectRank selects by partitions: values end up partitioned around the rank. The
// inner loop has no branch that depends on a value.
func selectRank(values []float64, rank int) float64 {
	for rounds := 0; len(values) > 24; rounds++ {
		if rounds > 64 { // unlucky pivots
			slices.SortFunc(values, cmp.Compare[float64])
			return values[rank]
		}
		n := len(values)
		pivot := median(values[0], values[n/2], values[n-1])
		below := partition(values, pivot)
		switch {
		case rank < below:
			values = values[:below]
			continue
		case below > 0:
			values, rank = values[below:], rank-below
			continue
		}
		// The pivot is the least: whatever equals it comes to the front.
		same := 0
		for i, v := range values {
			values[i] = values[same]
			values[same] = v
			if v == pivot {
				same++
			}
		}
		if rank < same {
			return pivot
		}
		values, rank = values[same:], rank-same
	}
	insertionSort(values)
	return values[rank]
}

// partition brings the values below the pivot to the front and tells how many there
// are.
func partition(values []float64, pivot float64) (below int) {
	for i, v := range values {
		values[i] = values[below]
		values[below] = v
		step := 0
		if v < pivot {
			step = 1
		}
		below += step
	}
	return below
}

func median(a, b, c float64) float64 {
	return max(min(a, b), min(max(a, b), c))
}

func insertionSort(values []float64) {
	for i := 1; i < len(values); i++ {
		v := values[i]
		j := i
		for ; j > 0 && values[j-1] > v; j-- {
			values[j] = values[j-1]
		}
		values[j] = v
	}
}
