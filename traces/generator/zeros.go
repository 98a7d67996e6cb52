package generator

import "time"

// zeroSamples is how many samples of 0 go before the first value of a series.
// One would be enough for increase() to see the value at all, but increase()
// extrapolates by up to half the mean distance of the samples it finds: with 2
// samples a new edge shows 50 % too much, with 11 it is 5 %, and each second
// takes more off.
const zeroSamples = 10

// zeros returns the time stamps, in ms and rising, of the samples of 0 that go
// before the first value, tried at birth: one each interval, all later than
// floor. The counter was 0 at each of them, because floor is when this process
// began to count, or when the last series ended. There is always one, but none
// at all if floor leaves no room: then the value has to wait.
func zeros(birth, floor int64, interval time.Duration) []int64 {
	var out []int64
	step := interval.Milliseconds()
	for i := int64(zeroSamples); i > 0; i-- {
		if t := birth - i*step; t > floor {
			out = append(out, t)
		}
	}
	if len(out) == 0 && floor+1 < birth {
		out = append(out, floor+1)
	}
	return out
}
