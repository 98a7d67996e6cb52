package storetest

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	grpcgzip "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/status"
)

// Target is a running store.
type Target struct {
	GRPC string // host:port of OTLP over gRPC; "" for a target that is only asked
	HTTP string // base URL of OTLP over HTTP
	API  string // base URL of the query API
	// Settle is how long after its acknowledgement a trace may be missing. Ours
	// is 0: what is acknowledged is found by the next request.
	Settle time.Duration
}

// Client speaks to a target. It fails the test where something must work.
type Client struct {
	t      testing.TB
	target Target
	conn   *grpc.ClientConn
}

// NewClient connects to a target; the connection ends with the test.
func NewClient(t testing.TB, target Target) *Client {
	t.Helper()
	if target.GRPC == "" {
		return &Client{t: t, target: target}
	}
	conn, err := grpc.NewClient(target.GRPC, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallSendMsgSize(1<<30)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &Client{t: t, target: target, conn: conn}
}

// ExportGRPC sends an export and returns the answer.
func (c *Client) ExportGRPC(td ptrace.Traces, zip bool) (ptraceotlp.ExportResponse, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var opts []grpc.CallOption
	if zip {
		opts = append(opts, grpc.UseCompressor(grpcgzip.Name))
	}
	return ptraceotlp.NewGRPCClient(c.conn).Export(ctx, ptraceotlp.NewExportRequestFromTraces(td), opts...)
}

// MustExport sends an export over gRPC, which must be taken whole; again, as an
// exporter does, while the store is busy.
func (c *Client) MustExport(td ptrace.Traces) {
	c.t.Helper()
	deadline := time.Now().Add(time.Minute)
	resp, err := c.ExportGRPC(td, false)
	for status.Code(err) == codes.ResourceExhausted && time.Now().Before(deadline) {
		<-time.After(20 * time.Millisecond)
		resp, err = c.ExportGRPC(td, false)
	}
	if err != nil {
		c.t.Fatalf("export: %v", err)
	}
	if n := resp.PartialSuccess().RejectedSpans(); n != 0 {
		c.t.Fatalf("export: %d spans rejected: %s", n, resp.PartialSuccess().ErrorMessage())
	}
}

// ExportHTTP posts a body to /v1/traces and returns status, headers and answer.
func (c *Client) ExportHTTP(kind string, body []byte, zip bool) (int, http.Header, []byte) {
	c.t.Helper()
	var buf bytes.Buffer
	if zip {
		z := gzip.NewWriter(&buf)
		z.Write(body)
		z.Close()
		body = buf.Bytes()
	}
	req, err := http.NewRequest(http.MethodPost, c.target.HTTP+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	if zip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	return c.do(req)
}

// Get asks the API and returns status, headers and body.
func (c *Client) Get(path, accept string) (int, http.Header, []byte) {
	c.t.Helper()
	req, err := http.NewRequest(http.MethodGet, c.target.API+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	return c.do(req)
}

func (c *Client) do(req *http.Request) (int, http.Header, []byte) {
	c.t.Helper()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, body
}

// GetJSON asks the API, wants 200, and decodes the answer.
func (c *Client) GetJSON(path string, into any) {
	c.t.Helper()
	status, _, body := c.Get(path, "")
	if status != http.StatusOK {
		c.t.Fatalf("GET %s: %d %s", path, status, body)
	}
	if err := json.Unmarshal(body, into); err != nil {
		c.t.Fatalf("GET %s: %v in %s", path, err, body)
	}
}

// eventually repeats check until it is content or the target's time to settle is
// over; then the last complaint fails the test.
func (c *Client) eventually(what string, check func() error) {
	c.t.Helper()
	deadline := time.Now().Add(c.target.Settle)
	for {
		err := check()
		if err == nil {
			return
		}
		if !time.Now().Before(deadline) {
			c.t.Fatalf("%s: %v", what, err)
		}
		<-time.After(100 * time.Millisecond)
	}
}

// Answer is what /api/search says.
type Answer struct {
	Traces []struct {
		TraceID     string            `json:"traceID"`
		RootService string            `json:"rootServiceName"`
		RootName    string            `json:"rootTraceName"`
		Start       string            `json:"startTimeUnixNano"`
		DurationMs  int64             `json:"durationMs"`
		SpanSets    []json.RawMessage `json:"spanSets"`
		Services    map[string]struct {
			Spans  int `json:"spanCount"`
			Errors int `json:"errorCount"`
		} `json:"serviceStats"`
	} `json:"traces"`
}

// IDs lists the trace ids of an answer, padded to 32 digits.
func (a Answer) IDs() []string {
	var out []string
	for _, t := range a.Traces {
		out = append(out, fmt.Sprintf("%032s", t.TraceID))
	}
	return out
}
