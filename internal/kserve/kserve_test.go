package kserve

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/encoding/protowire"
)

func request() []byte {
	r := InferRequest{Model: "add_sub", Version: "3", ID: "job 7", Outputs: []string{"OUTPUT0"}, Inputs: []Tensor{
		{Name: "INPUT0", Datatype: "FP32", Shape: []int64{1, 4}, Raw: make([]byte, 16)},
		{Name: "INPUT1", Datatype: "FP32", Shape: []int64{1, 4}, Raw: make([]byte, 16)},
	}}
	return r.Append(nil)
}

// response encodes a ModelInferResponse, which differs from the request in the
// number of its raw contents only (outputs are 5 as inputs are).
func response() []byte {
	b := appendString(nil, 1, "add_sub")
	b = appendString(b, 2, "1")
	t := Tensor{Name: "OUTPUT0", Datatype: "FP32", Shape: []int64{-1, 300}}
	b = protowire.AppendTag(b, 5, protowire.BytesType)
	b = protowire.AppendBytes(b, t.appendHead(nil))
	b = protowire.AppendTag(b, 6, protowire.BytesType)
	return protowire.AppendBytes(b, []byte{1, 2, 3, 4})
}

func TestModelNameAndVersionAreReadFromAnyPrefixThatHoldsThem(t *testing.T) {
	whole := request()
	const nameAndVersion = 2 + 7 + 2 + 1
	for n := range len(whole) + 1 {
		name, version, done := ModelNameVersion(whole[:n])
		if done != (n >= nameAndVersion) {
			t.Fatalf("after %d bytes: done %v", n, done)
		}
		if done && (name != "add_sub" || version != "3") {
			t.Fatalf("after %d bytes: %q %q", n, name, version)
		}
	}
}

func TestANameFollowedByLaterFieldsHasNoVersion(t *testing.T) {
	r := InferRequest{Model: "tau_id", ID: "x"}
	name, version, done := ModelNameVersion(r.Append(nil))
	if name != "tau_id" || version != "" || !done {
		t.Fatal(name, version, done)
	}
}

func TestBrokenBytesEndTheReadingOfAName(t *testing.T) {
	for _, b := range [][]byte{
		{0x00, 0x01}, {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, {0x0b, 0x0b}, {0x0f},
	} {
		if name, _, done := ModelNameVersion(b); name != "" || !done {
			t.Errorf("% x: %q, done %v", b, name, done)
		}
	}
}

func TestAResponseIsReadWithItsRawOutputs(t *testing.T) {
	var r InferResponse
	if err := r.Decode(response()); err != nil {
		t.Fatal(err)
	}
	want := InferResponse{Model: "add_sub", Version: "1", Outputs: []Tensor{
		{Name: "OUTPUT0", Datatype: "FP32", Shape: []int64{-1, 300}, Raw: []byte{1, 2, 3, 4}},
	}}
	if d := cmp.Diff(want, r); d != "" {
		t.Fatal(d)
	}
	var s StreamInferResponse
	stream := appendString(nil, 1, "negative input")
	stream = protowire.AppendTag(stream, 2, protowire.BytesType)
	stream = protowire.AppendBytes(stream, response())
	if err := s.Decode(stream); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(StreamInferResponse{Error: "negative input", Response: want}, s); d != "" {
		t.Fatal(d)
	}
}

func TestMoreRawContentsThanOutputsAreRefused(t *testing.T) {
	b := protowire.AppendTag(response(), 6, protowire.BytesType)
	b = protowire.AppendBytes(b, []byte{9})
	var r InferResponse
	if r.Decode(b) == nil {
		t.Fatal("accepted")
	}
}

func TestStatisticsAreReadByTheirMeaning(t *testing.T) {
	duration := protowire.AppendVarint(protowire.AppendTag(nil, 1, protowire.VarintType), 7)
	duration = protowire.AppendVarint(protowire.AppendTag(duration, 2, protowire.VarintType), math.MaxUint32)
	var stats []byte
	stats = protowire.AppendTag(stats, 3, protowire.BytesType) // queue
	stats = protowire.AppendBytes(stats, duration)
	model := appendString(nil, 1, "add_sub")
	model = protowire.AppendVarint(protowire.AppendTag(model, 4, protowire.VarintType), 12)
	model = protowire.AppendVarint(protowire.AppendTag(model, 5, protowire.VarintType), 3)
	model = protowire.AppendTag(model, 6, protowire.BytesType)
	model = protowire.AppendBytes(model, stats)
	b := protowire.AppendTag(nil, 1, protowire.BytesType)
	got, err := DecodeStatistics(protowire.AppendBytes(b, model))
	want := []Statistics{{Name: "add_sub", Inferences: 12, Executions: 3, Queue: Duration{7, math.MaxUint32}}}
	if d := cmp.Diff(want, got); d != "" || err != nil {
		t.Fatal(d, err)
	}
}

func FuzzModelNameVersion(f *testing.F) {
	f.Add(request())
	f.Add(ModelOf{Name: "m", Version: "1"}.Append(nil))
	f.Add([]byte{0x0a, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		name, version, done := ModelNameVersion(b)
		if len(name)+len(version) > len(b) {
			t.Fatal("invented bytes")
		}
		if done { // what was final stays final when more bytes come
			more := append(append([]byte(nil), b...), 0x0a, 0x01, 'z')
			if n, v, _ := ModelNameVersion(more); n != name || v != version {
				t.Fatalf("%q %q became %q %q", name, version, n, v)
			}
		}
	})
}

func FuzzDecoders(f *testing.F) {
	f.Add(response())
	f.Add(request())
	f.Fuzz(func(t *testing.T, b []byte) {
		var r InferResponse
		if err := r.Decode(b); err == nil && len(r.Outputs) > len(b) {
			t.Fatal("more outputs than bytes")
		}
		var s StreamInferResponse
		s.Decode(b)
		DecodeIndex(b)
		DecodeReady(b)
		DecodeStatistics(b)
	})
}
