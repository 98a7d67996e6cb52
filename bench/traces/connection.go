package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

const exportMethod = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

// connection takes exports to a store, one at a time.
type connection interface {
	// export returns once the export, an ExportTraceServiceRequest in protobuf, is acknowledged.
	export(raw []byte) error
	Close() error
}

// connect connects to a store: by HTTP if its address is a URL, else by gRPC.
func connect(t target) (connection, error) {
	if strings.HasPrefix(t.otlp, "http://") {
		return overHTTP{url: t.otlp, client: &http.Client{Transport: &http.Transport{}}}, nil
	}
	conn, err := grpc.NewClient(t.otlp, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{})))
	if err != nil {
		return nil, err
	}
	return &overGRPC{ClientConn: conn}, nil
}

type overGRPC struct {
	*grpc.ClientConn
	answer []byte
}

func (c *overGRPC) export(raw []byte) error {
	return c.Invoke(context.Background(), exportMethod, &raw, &c.answer)
}

type overHTTP struct {
	url    string
	client *http.Client
}

func (c overHTTP) export(raw []byte) error {
	answer, err := c.client.Post(c.url, "application/x-protobuf", bytes.NewReader(raw))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s: %s", c.url, answer.Status, said)
	}
	return err
}

func (c overHTTP) Close() error {
	c.client.CloseIdleConnections()
	return nil
}

// rawCodec sends bytes as they are.
type rawCodec struct{}

func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }
func (rawCodec) Unmarshal(b []byte, v any) error {
	*v.(*[]byte) = bytes.Clone(b)
	return nil
}
func (rawCodec) Name() string { return "proto" }
