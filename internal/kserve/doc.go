// Package kserve is the little of the KServe v2 gRPC protocol that a gateway and
// a load generator need, by hand on protowire: the messages of an inference, the
// repository index, readiness and statistics, and the model of a call read from
// the first bytes of its first message.
//
// What not: no service stubs and no typed tensor contents; tensors travel as raw
// bytes (raw_input_contents, raw_output_contents), which is what every current
// client sends. Unknown fields are skipped.
//
// Decoders accept any input without panic and bound what they keep by its length.
// A decoded message shares no memory with its input, except Tensor.Raw, which
// points into it. Nothing here starts a goroutine; values are not safe for
// concurrent writing.
//
// Source: grpc_predict_v2.proto of KServe, grpc_service.proto of Triton.
package kserve

// Service is the full name of the gRPC service.
const Service = "inference.GRPCInferenceService"

// Full method names as they stand in :path.
const (
	ModelInfer       = "/" + Service + "/ModelInfer"
	ModelStreamInfer = "/" + Service + "/ModelStreamInfer"
	RepositoryIndex  = "/" + Service + "/RepositoryIndex"
	ServerReady      = "/" + Service + "/ServerReady"
	ModelStatistics  = "/" + Service + "/ModelStatistics"
)
