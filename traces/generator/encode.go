package generator

import (
	"encoding/binary"
	"encoding/hex"
	"math"
)

// Remote write 1.0 in its own encoding (prometheus.WriteRequest): a series costs
// a few copies of labels that were encoded once, and no object.
//
//	WriteRequest { repeated TimeSeries = 1 }
//	TimeSeries   { repeated Label = 1; repeated Sample = 2; repeated Exemplar = 3 }
//	Label        { string name = 1; string value = 2 }
//	Sample       { double value = 1; int64 timestamp = 2 }
//	Exemplar     { repeated Label = 1; double value = 2; int64 timestamp = 3 }

// staleMarker are the bits of the NaN by which Prometheus knows that a series has
// ended (its model/value.StaleNaN).
const staleMarker = 0x7ff0000000000002

const (
	tag1 = 1<<3 | 2
	tag2 = 2<<3 | 2
	tag3 = 3<<3 | 2
)

// appendLabel appends a label as a field of a series or an exemplar.
func appendLabel(b []byte, name, value string) []byte {
	b = append(b, tag1)
	b = binary.AppendUvarint(b, uint64(message(len(name))+message(len(value))))
	b = append(b, tag1)
	b = binary.AppendUvarint(b, uint64(len(name)))
	b = append(b, name...)
	b = append(b, tag2)
	b = binary.AppendUvarint(b, uint64(len(value)))
	return append(b, value...)
}

// writer encodes series.
type writer struct {
	out     []byte // the WriteRequest so far
	one     []byte // the series at hand
	label   string // of exemplars
	series  int
	samples int
}

// begin starts a series with its labels.
func (w *writer) begin(f *frame, name, le []byte) {
	w.one = append(w.one[:0], f.beforeName...)
	w.one = append(w.one, name...)
	w.one = append(w.one, f.beforeLe...)
	w.one = append(w.one, le...)
	w.one = append(w.one, f.rest...)
}

// sample adds a sample; at is in ms and positive.
func (w *writer) sample(at int64, v float64) {
	w.one = append(w.one, tag2)
	w.one = binary.AppendUvarint(w.one, uint64(9+1+varint(uint64(at))))
	w.one = append(w.one, 1<<3|1)
	w.one = binary.LittleEndian.AppendUint64(w.one, math.Float64bits(v))
	w.one = append(w.one, 2<<3)
	w.one = binary.AppendUvarint(w.one, uint64(at))
	w.samples++
}

func (w *writer) exemplar(e *exemplar) {
	var id [32]byte
	hex.Encode(id[:], e.trace[:])
	size := message(message(len(w.label))+message(len(id))) + 9 + 1 + varint(uint64(e.at))
	w.one = append(w.one, tag3)
	w.one = binary.AppendUvarint(w.one, uint64(size))
	w.one = appendLabel(w.one, w.label, string(id[:]))
	w.one = append(w.one, 2<<3|1)
	w.one = binary.LittleEndian.AppendUint64(w.one, math.Float64bits(e.value))
	w.one = append(w.one, 3<<3)
	w.one = binary.AppendUvarint(w.one, uint64(e.at))
}

// end adds the series to the request.
func (w *writer) end() {
	w.out = append(w.out, tag1)
	w.out = binary.AppendUvarint(w.out, uint64(len(w.one)))
	w.out = append(w.out, w.one...)
	w.series++
}
