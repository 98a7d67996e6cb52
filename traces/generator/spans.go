package generator

import (
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/otlp"
	"supersonic/traces/span"
)

// ConsumeSpans is Consume for a store whose spans are objects.
func (g *Generator) ConsumeSpans(spans []span.Span) {
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(spans))
	if err != nil {
		return // the encoder of the collector knows no error
	}
	b, err := otlp.NewDecoder(otlp.Limits{}).Decode(raw, uint64(time.Now().UnixNano()))
	if err != nil {
		return // it was just encoded
	}
	defer b.Release()
	g.Consume(b)
}
