package ingest

import (
	"supersonic/traces/head"
	"supersonic/traces/otlp"
)

const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// nowhere is a store that keeps nothing.
type nowhere struct{}

func (nowhere) Append(*otlp.Batch) (head.Refused, error) { return head.Refused{}, nil }
