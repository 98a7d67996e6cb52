package store

import (
	"fmt"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/span"
)

// recordSpans is how many spans a record should hold. A record is decoded as a
// whole for each of its traces: where a few of them are more than the cache holds,
// every trace of a scan decodes them again.
const recordSpans = 2048

// recordPiece is what becomes one record.
type recordPiece struct {
	raw   []byte
	spans []span.Span
}

// split cuts a large export into records. One whose resources are most of it stays
// whole: each piece repeats them.
func split(raw []byte, spans []span.Span) ([]recordPiece, error) {
	whole := []recordPiece{{raw, spans}}
	if len(spans) < 2*recordSpans {
		return whole, nil
	}
	var pieces []recordPiece
	total := 0
	for rest := spans; len(rest) > 0; {
		part := rest[:min(recordSpans, len(rest))]
		rest = rest[len(part):]
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(part))
		if err != nil {
			return nil, fmt.Errorf("split an export: %w", err)
		}
		pieces = append(pieces, recordPiece{raw, part})
		if total += len(raw); total > 2*len(whole[0].raw) {
			return whole, nil
		}
	}
	return pieces, nil
}
