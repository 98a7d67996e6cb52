package units

import (
	"math"

	"supersonic/ui/payload"
)

// timeScales are the steps of a unit of time: short ones have a sign; from the
// minute on they are words, with a plural above one. A year begins after 365 days
// and is divided by the mean year where the unit is seconds or minutes, which is
// why 365 days are 0.999 year. (Minutes begin their year late, as Grafana's do.)
func timeScales(id string) []payload.Scale {
	switch id {
	case "ns":
		return join(powers(" ns", " µs", " ms", " s"), word(6e10, 6e10, " min"), word(3.6e12, 3.6e12, " hour"), word(8.64e13, 8.64e13, " day"))
	case "µs":
		return powers(" µs", " ms", " s")
	case "ms":
		return join(powers(" ms", " s"), word(6e4, 6e4, " min"), word(3.6e6, 3.6e6, " hour"), word(8.64e7, 8.64e7, " day"), word(3.1536e10, 3.1536e10, " year"))
	case "s":
		return seconds(1)
	case "timeticks":
		return seconds(100)
	case "m":
		return join(powers(" min"), word(60, 60, " hour"), word(1440, 1440, " day"), word(10080, 10080, " week"), word(604800, 5.25948e5, " year"))
	case "h":
		return join(powers(" hour"), word(24, 24, " day"), word(168, 168, " week"), word(8760, 8760, " year"))
	case "d":
		return join(word(0, 1, " day"), word(7, 7, " week"), word(365, 365, " year"))
	}
	return []payload.Scale{{Divide: 1}}
}

func join(first []payload.Scale, more ...[]payload.Scale) []payload.Scale {
	for _, m := range more {
		first = append(first, m...)
	}
	return first
}

// word is a step whose name has a plural above one.
func word(from, divide float64, name string) []payload.Scale {
	if from > divide { // it begins above one
		return []payload.Scale{{From: from, Divide: divide, Suffix: name + "s"}}
	}
	return []payload.Scale{
		{From: from, Divide: divide, Suffix: name},
		{From: math.Nextafter(divide, math.Inf(1)), Divide: divide, Suffix: name + "s"},
	}
}

// seconds are counted in parts of a second. A zero keeps the second.
func seconds(parts float64) []payload.Scale {
	return join([]payload.Scale{
		{From: 0, Divide: parts, Suffix: " s"},
		{From: math.SmallestNonzeroFloat64, Divide: parts * 1e-9, Suffix: " ns"},
		{From: parts * 1e-6, Divide: parts * 1e-6, Suffix: " µs"},
		{From: parts * 1e-3, Divide: parts * 1e-3, Suffix: " ms"},
		{From: parts, Divide: parts, Suffix: " s"},
	}, word(60*parts, 60*parts, " min"), word(3600*parts, 3600*parts, " hour"), word(86400*parts, 86400*parts, " day"),
		word(604800*parts, 604800*parts, " week"), word(31536000*parts, 3.15569e7*parts, " year"))
}
