package kserve

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// Tensor is one input or output of an inference. Raw holds its elements in row
// order, little endian; after decoding it points into the message.
type Tensor struct {
	Name     string
	Datatype string // "FP32", "INT64", "BYTES", ...
	Shape    []int64
	Raw      []byte
}

// InferRequest is a ModelInferRequest with raw inputs.
type InferRequest struct {
	Model   string
	Version string // "" lets the server choose
	ID      string
	Inputs  []Tensor
	Outputs []string // names; none asks for all
}

// Append appends the encoded message to b.
func (r *InferRequest) Append(b []byte) []byte {
	b = appendString(b, 1, r.Model)
	b = appendString(b, 2, r.Version)
	b = appendString(b, 3, r.ID)
	for i := range r.Inputs {
		t := &r.Inputs[i]
		b = protowire.AppendTag(b, 5, protowire.BytesType)
		b = protowire.AppendBytes(b, t.appendHead(nil))
	}
	for _, name := range r.Outputs {
		b = protowire.AppendTag(b, 6, protowire.BytesType)
		b = protowire.AppendBytes(b, appendString(nil, 1, name))
	}
	for i := range r.Inputs {
		b = protowire.AppendTag(b, 7, protowire.BytesType)
		b = protowire.AppendBytes(b, r.Inputs[i].Raw)
	}
	return b
}

func (t *Tensor) appendHead(b []byte) []byte {
	b = appendString(b, 1, t.Name)
	b = appendString(b, 2, t.Datatype)
	var dims []byte
	for _, d := range t.Shape {
		dims = protowire.AppendVarint(dims, uint64(d))
	}
	b = protowire.AppendTag(b, 3, protowire.BytesType)
	return protowire.AppendBytes(b, dims)
}

// InferResponse is a ModelInferResponse with raw outputs.
type InferResponse struct {
	Model   string
	Version string
	ID      string
	Outputs []Tensor
}

// Decode reads a ModelInferResponse. Outputs keep pointing into b.
func (r *InferResponse) Decode(b []byte) error {
	*r = InferResponse{}
	raws := 0
	return fields(b, func(f field) error {
		switch f.num {
		case 1:
			r.Model = string(f.bytes)
		case 2:
			r.Version = string(f.bytes)
		case 3:
			r.ID = string(f.bytes)
		case 5:
			var t Tensor
			if err := t.decodeHead(f.bytes); err != nil {
				return fmt.Errorf("output %d: %w", len(r.Outputs), err)
			}
			r.Outputs = append(r.Outputs, t)
		case 6:
			// Raw contents follow all outputs, in their order.
			if raws >= len(r.Outputs) {
				return errors.New("more raw contents than outputs")
			}
			r.Outputs[raws].Raw = f.bytes
			raws++
		}
		return nil
	})
}

func (t *Tensor) decodeHead(b []byte) error {
	return fields(b, func(f field) error {
		switch {
		case f.num == 1:
			t.Name = string(f.bytes)
		case f.num == 2:
			t.Datatype = string(f.bytes)
		case f.num == 3 && f.kind == protowire.VarintType:
			t.Shape = append(t.Shape, int64(f.varint))
		case f.num == 3:
			for dims := f.bytes; len(dims) > 0; {
				d, n := protowire.ConsumeVarint(dims)
				if n < 0 {
					return errors.New("shape: broken varint")
				}
				t.Shape = append(t.Shape, int64(d))
				dims = dims[n:]
			}
		}
		return nil
	})
}

// StreamInferResponse is one message of a ModelStreamInfer answer: an error of
// one inference, or its response.
type StreamInferResponse struct {
	Error    string
	Response InferResponse
}

// Decode reads a ModelStreamInferResponse. Outputs keep pointing into b.
func (r *StreamInferResponse) Decode(b []byte) error {
	*r = StreamInferResponse{}
	return fields(b, func(f field) error {
		switch f.num {
		case 1:
			r.Error = string(f.bytes)
		case 2:
			return r.Response.Decode(f.bytes)
		}
		return nil
	})
}
