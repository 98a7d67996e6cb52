package trace

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// otlp exports by OTLP over gRPC, without TLS.
type otlp struct {
	conn   *grpc.ClientConn
	client ptraceotlp.GRPCClient
}

// NewOTLP returns an exporter to endpoint, host:port. It connects at the first
// export.
func NewOTLP(endpoint, version string) (SpanExporter, error) {
	conn, err := grpc.NewClient(endpoint,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithUserAgent("supersonic-gateway/"+version),
		grpc.WithDisableServiceConfig(),
	)
	if err != nil {
		return nil, fmt.Errorf("collector %q: %w", endpoint, err)
	}
	return &otlp{conn: conn, client: ptraceotlp.NewGRPCClient(conn)}, nil
}

func (o *otlp) Export(ctx context.Context, td ptrace.Traces) (int64, error) {
	answer, err := o.client.Export(ctx, ptraceotlp.NewExportRequestFromTraces(td))
	if err != nil {
		return 0, err
	}
	return answer.PartialSuccess().RejectedSpans(), nil
}

func (o *otlp) Close() error { return o.conn.Close() }

// retryable tells whether OTLP lets a client try again after err, and after how
// long at least.
func retryable(err error) (again bool, after time.Duration) {
	s, ok := status.FromError(err)
	if !ok {
		return false, 0
	}
	for _, detail := range s.Details() {
		if info, ok := detail.(*errdetails.RetryInfo); ok {
			return true, info.GetRetryDelay().AsDuration()
		}
	}
	switch s.Code() {
	case codes.Canceled, codes.DeadlineExceeded, codes.Aborted, codes.OutOfRange, codes.Unavailable, codes.DataLoss:
		return true, 0
	}
	return false, 0
}
