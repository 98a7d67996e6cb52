package e2e

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"google.golang.org/grpc"

	"supersonic/internal/attr"
	"supersonic/internal/kserve"
)

// stream sends n requests on one stream and reads their answers.
func stream(t *testing.T, c *grpc.ClientConn, n int) {
	t.Helper()
	s, err := c.NewStream(t.Context(), &grpc.StreamDesc{ClientStreams: true, ServerStreams: true}, kserve.ModelStreamInfer)
	if err != nil {
		t.Fatal(err)
	}
	for range n {
		message := addSub().Append(nil)
		if err := s.SendMsg(&message); err != nil {
			t.Fatal(err)
		}
		var body []byte
		var answer kserve.StreamInferResponse
		if err := errors.Join(s.RecvMsg(&body), answer.Decode(body)); err != nil || answer.Error != "" {
			t.Fatalf("%v %s", err, answer.Error)
		}
	}
	if err := s.CloseSend(); err != nil {
		t.Fatal(err)
	}
	var rest []byte
	if err := s.RecvMsg(&rest); !errors.Is(err, io.EOF) {
		t.Fatalf("the stream ended with %v", err)
	}
}

func TestAStreamIsOneTraceWithARequestAMessage(t *testing.T) {
	t.Parallel()
	s := start(t, options{values: []string{models(t, 1), everything}})
	conn := connect(t, s.target())
	const streams, messages = 12, 3
	for range streams {
		stream(t, conn, messages)
	}
	ids := s.ingressIDs(streams)
	if len(ids) != streams {
		t.Fatalf("%d streams gave %d ingress spans", streams, len(ids))
	}
	// Triton may lose a context, so not every stream is whole; none may have more.
	eventually(t, "most streams with a request a message", func() error {
		whole := 0
		for _, id := range ids {
			spans, err := s.trace(id)
			if err != nil {
				return err
			}
			in, requests := ingressOf(spans), 0
			for i := range spans {
				if spans[i].Name == attr.InferRequest && spans[i].Parent == in.ID {
					requests++
				}
			}
			if requests > messages {
				t.Fatalf("%s: %d requests of %d messages", id, requests, messages)
			}
			if requests == messages && len(spans) == 1+3*messages {
				whole++
			}
		}
		if whole < streams/2 {
			return fmt.Errorf("%d of %d", whole, streams)
		}
		return nil
	})
	eventually(t, "a stream is one call on the graph", func() error {
		calls, err := s.prom(`sum(traces_service_graph_request_total)`)
		if err == nil && calls != streams {
			err = fmt.Errorf("%v calls", calls)
		}
		return err
	})
}
