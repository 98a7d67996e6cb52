package cli

import (
	"encoding/binary"
	"math"

	"supersonic/cli/load"
	"supersonic/deploy/models"
	"supersonic/internal/kserve"
)

// shares says how uneven the demo's load is: the part of the requests that each
// model gets. They add up to one.
var shares = map[string]float64{"jet_tag": 0.5, "calibrate": 0.25, "event": 0.2, flaky: 0.05}

// flaky is the model that fails now and then.
const flaky = "flaky_id"

// failEvery is how often flaky_id is sent what it refuses.
const failEvery = 5

// demoStreams is the demo's load at a rate in all.
func demoStreams(rate float64) []load.Stream {
	var streams []load.Stream
	for _, in := range models.Inputs() {
		streams = append(streams, load.Stream{
			Model: in.Model, Rate: rate * shares[in.Model],
			Request: func(n int) *kserve.InferRequest { return demoRequest(in, n) },
		})
	}
	return streams
}

// demoRequest is the n-th request of a model: numbers without meaning, of sizes
// that differ.
func demoRequest(in models.Input, n int) *kserve.InferRequest {
	rows := int64(1 + n%4)
	shape := append([]int64(nil), in.Shape...)
	for i, d := range shape {
		if d < 0 {
			shape[i] = 64 * rows
		}
	}
	if in.Batch {
		shape = append([]int64{rows}, shape...)
	}
	size := int64(1)
	for _, d := range shape {
		size *= d
	}
	var raw []byte
	for i := range size {
		v := float32(n%7) + float32(i)/100
		if in.Model == flaky && n%failEvery == failEvery-1 {
			v = -1
		}
		raw = binary.LittleEndian.AppendUint32(raw, math.Float32bits(v))
	}
	return &kserve.InferRequest{Model: in.Model, Inputs: []kserve.Tensor{{Name: in.Name, Datatype: "FP32", Shape: shape, Raw: raw}}}
}
