package traceql

import (
	"cmp"
	"math"
	"slices"
)

// quantiles finds, for values of weight 1, for each q the least value that at least
// a share q of them does not exceed. It changes the order of values.
//
// The values are partitioned, not sorted: three quantiles of 465,000 values in 1,800
// lists take a third of the time that sorting does.
func quantiles(values, qs, out []float64) {
	nan := 0 // they come first, as in cmp.Compare
	for i, v := range values {
		if v != v {
			values[i], values[nan] = values[nan], v
			nan++
		}
	}
	for k, q := range qs {
		out[k] = selected(values, nan, rankOf(q, len(values)))
	}
}

// rankOf is the place of the quantile q among n sorted values.
func rankOf(q float64, n int) int {
	return min(max(int(math.Ceil(q*float64(n)*(1-1e-12))), 1), n) - 1
}

// selected is the value at a rank of what would be the sorted values, of which the
// first nan are not numbers.
func selected(values []float64, nan, rank int) float64 {
	if rank < nan {
		return values[rank]
	}
	return selectRank(values[nan:], rank-nan)
}

// selectRank is Hoare's selection: values end up partitioned around the rank.
func selectRank(values []float64, rank int) float64 {
	lo, hi := 0, len(values)-1
	for rounds := 0; hi-lo > 24; rounds++ {
		if rounds > 64 { // unlucky pivots
			slices.SortFunc(values[lo:hi+1], cmp.Compare[float64])
			return values[rank]
		}
		pivot := median(values[lo], values[lo+(hi-lo)/2], values[hi])
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case rank <= j:
			hi = j
		case rank >= i:
			lo = i
		default:
			return values[rank]
		}
	}
	insertionSort(values[lo : hi+1])
	return values[rank]
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
