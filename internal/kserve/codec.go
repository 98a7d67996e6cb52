package kserve

import (
	"errors"
	"fmt"

	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

// Encoded is the codec of grpc-go for messages that are encoded already: both
// sides give it *[]byte. A received slice is the caller's; a sent one must not
// change until the call ended.
type Encoded struct{}

var _ encoding.CodecV2 = Encoded{}

// Name is that of the protobuf codec, whose bytes these are.
func (Encoded) Name() string { return "proto" }

// Marshal hands the bytes on.
func (Encoded) Marshal(v any) (mem.BufferSlice, error) {
	b, ok := v.(*[]byte)
	if !ok {
		return nil, fmt.Errorf("send a message: want *[]byte, got %T", v)
	}
	return mem.BufferSlice{mem.SliceBuffer(*b)}, nil
}

// Unmarshal copies the bytes out.
func (Encoded) Unmarshal(data mem.BufferSlice, v any) error {
	b, ok := v.(*[]byte)
	if !ok {
		return errors.New("receive a message: there is no *[]byte for it")
	}
	*b = data.Materialize()
	return nil
}
