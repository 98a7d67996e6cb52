// Package trace makes the sampling decision of each call, and its ingress span.
package trace

import (
	"context"

	"go.opentelemetry.io/collector/pdata/ptrace"
)

// SpanExporter hands one batch of spans to whoever keeps them. It returns after
// they are acknowledged: rejected is how many of them the receiver refused for
// good. An error means that none was taken; Retryable tells whether to try again.
// It is called by one goroutine at a time and does not keep td.
type SpanExporter interface {
	Export(ctx context.Context, td ptrace.Traces) (rejected int64, err error)
	Close() error
}
