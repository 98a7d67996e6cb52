package generator

import (
	"encoding/binary"
	"maps"
	"math"
	"slices"
)

// The modes of histograms.
const (
	classic = "classic"
	native  = "native"
	both    = "both"
)

// nativeSchema parts each power of two into 8 buckets, each 9 % wider than the one
// before: Tempo's choice. nativeZero is the width of the bucket around zero,
// Prometheus's own default.
const (
	nativeSchema = 3
	nativeZero   = 0x1p-128
)

// sparse is the buckets of a native histogram. They are bounded by their nature: a
// duration is between a nanosecond and centuries, 500 buckets.
type sparse struct {
	buckets map[int32]float64 // bucket i ends at 2^(i/8)
	zero    float64
}

func (s *sparse) observe(v, weight float64) {
	if v <= nativeZero {
		s.zero += weight
		return
	}
	s.buckets[nativeBucket(v)] += weight
}

// nativeBucket is the bucket of a positive value: the first whose end is not below
// it.
func nativeBucket(v float64) int32 {
	frac, exp := math.Frexp(v) // v = frac * 2^exp, frac in [0.5, 1)
	const parts = 1 << nativeSchema
	within := 0
	for within < parts-1 && frac > nativeBounds[within] {
		within++
	}
	if frac > nativeBounds[parts-1] {
		within = parts
	}
	return int32((exp-1)*parts + within)
}

// nativeBounds are the ends of the buckets within a power of two, as Prometheus
// computes them: 0.5 * 2^(i/8).
var nativeBounds = [1 << nativeSchema]float64{
	0.5, 0.5452538663326288, 0.5946035575013605, 0.6484197773255048,
	0.7071067811865475, 0.7711054127039704, 0.8408964152537144, 0.9170040432046711,
}

// The fields of a histogram in remote write:
//
//	TimeSeries { repeated Histogram = 4 }
//	Histogram  { double count_float = 2; double sum = 3; sint32 schema = 4; double zero_threshold = 5;
//	             double zero_count_float = 7; repeated BucketSpan positive_spans = 11;
//	             repeated double positive_counts = 13; int64 timestamp = 15 }
//	BucketSpan { sint32 offset = 1; uint32 length = 2 }

// native adds a native histogram to the series at hand, with counts that are no
// whole numbers: weights are not.
func (w *writer) native(at int64, s *sparse, sum float64) {
	count := s.zero
	var spans, counts []byte
	keys := slices.Sorted(maps.Keys(s.buckets))
	next := int32(0) // where a span without offset would begin
	for i := 0; i < len(keys); {
		from := i
		for i++; i < len(keys) && keys[i] == keys[i-1]+1; i++ {
		}
		spans = appendSpan(spans, keys[from]-next, i-from)
		next = keys[i-1] + 1
	}
	for _, k := range keys {
		counts = binary.LittleEndian.AppendUint64(counts, math.Float64bits(s.buckets[k]))
		count += s.buckets[k]
	}
	var h []byte
	h = appendDouble(h, 2, count)
	h = appendDouble(h, 3, sum)
	h = append(h, 4<<3, nativeSchema<<1) // zigzag
	h = appendDouble(h, 5, nativeZero)
	h = appendDouble(h, 7, s.zero)
	h = append(h, spans...)
	if len(counts) > 0 {
		h = append(h, 13<<3|2)
		h = binary.AppendUvarint(h, uint64(len(counts)))
		h = append(h, counts...)
	}
	h = append(h, 15<<3)
	h = binary.AppendUvarint(h, uint64(at))
	w.one = append(w.one, 4<<3|2)
	w.one = binary.AppendUvarint(w.one, uint64(len(h)))
	w.one = append(w.one, h...)
	w.samples++
}

func appendSpan(b []byte, offset int32, length int) []byte {
	var s []byte
	s = append(s, 1<<3)
	s = binary.AppendUvarint(s, uint64(uint32(offset)<<1^uint32(offset>>31)))
	s = append(s, 2<<3)
	s = binary.AppendUvarint(s, uint64(length))
	b = append(b, 11<<3|2)
	b = binary.AppendUvarint(b, uint64(len(s)))
	return append(b, s...)
}

func appendDouble(b []byte, field byte, v float64) []byte {
	return binary.LittleEndian.AppendUint64(append(b, field<<3|1), math.Float64bits(v))
}
