package e2e

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"supersonic/internal/kserve"
	"supersonic/traces/span"
)

func connect(t *testing.T, target string) *grpc.ClientConn {
	t.Helper()
	c, err := grpc.NewClient("passthrough:///"+target, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodecV2(kserve.Encoded{}), grpc.MaxCallRecvMsgSize(math.MaxInt32), grpc.MaxCallSendMsgSize(math.MaxInt32)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// answer is the end of a call.
type answer struct {
	code    codes.Code
	message string
	traceID string // trailer x-trace-id
}

func infer(ctx context.Context, c *grpc.ClientConn, r *kserve.InferRequest, headers ...string) answer {
	ctx, cancel := context.WithTimeout(metadata.AppendToOutgoingContext(ctx, headers...), 60*time.Second)
	defer cancel()
	message := r.Append(nil)
	var body []byte
	var trailer metadata.MD
	err := c.Invoke(ctx, kserve.ModelInfer, &message, &body, grpc.Trailer(&trailer))
	a := answer{code: status.Code(err), message: status.Convert(err).Message()}
	if id := trailer.Get("x-trace-id"); len(id) > 0 {
		a.traceID = id[0]
	}
	return a
}

func floats(values ...float32) []byte {
	var b []byte
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// pair is a request of add_sub, tau_id or, with other names, chain.
func pair(model, a, b string) *kserve.InferRequest {
	data := floats(1, 2, 3, 4)
	return &kserve.InferRequest{Model: model, Inputs: []kserve.Tensor{
		{Name: a, Datatype: "FP32", Shape: []int64{1, 4}, Raw: data},
		{Name: b, Datatype: "FP32", Shape: []int64{1, 4}, Raw: data},
	}}
}

func addSub() *kserve.InferRequest { return pair("add_sub", "INPUT0", "INPUT1") }
func chain() *kserve.InferRequest  { return pair("chain", "A", "B") }

// flaky fails on a negative number.
func flaky(x float32) *kserve.InferRequest {
	return &kserve.InferRequest{Model: "flaky", Inputs: []kserve.Tensor{{Name: "X", Datatype: "FP32", Shape: []int64{1}, Raw: floats(x)}}}
}

// found is one trace of a search answer.
type found struct {
	TraceID           string `json:"traceID"`
	RootServiceName   string `json:"rootServiceName"`
	RootTraceName     string `json:"rootTraceName"`
	StartTimeUnixNano string `json:"startTimeUnixNano"`
	DurationMs        int    `json:"durationMs"`
}

// search asks the trace store; base is its address.
func search(base, q string, limit int) ([]found, error) {
	body, err := get(base + "/api/search?limit=" + strconv.Itoa(limit) + "&q=" + url.QueryEscape(q))
	if err != nil {
		return nil, err
	}
	var answer struct{ Traces []found }
	return answer.Traces, json.Unmarshal([]byte(body), &answer)
}

func (s *site) search(q string, limit int) ([]found, error) {
	return search(s.url(s.ports.tempo, ""), q, limit)
}

// trace reads a trace by id as a client of Tempo's API does.
func (s *site) trace(id string) ([]span.Span, error) {
	td, err := s.traces("/api/traces/" + id)
	if err != nil {
		return nil, err
	}
	return span.FromOTLP(td), nil
}

// traces asks the trace store for spans as OTLP.
func (s *site) traces(path string) (td ptrace.Traces, err error) {
	req, err := http.NewRequest(http.MethodGet, s.url(s.ports.tempo, path), nil)
	if err != nil {
		return td, err
	}
	req.Header.Set("Accept", "application/protobuf")
	res, err := client.Do(req)
	if err != nil {
		return td, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return td, err
	}
	if res.StatusCode != http.StatusOK {
		return td, fmt.Errorf("%s: %s: %s", path, res.Status, tail(string(body), 200))
	}
	return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(body)
}

// promValue is the sum of the samples of an instant query.
func promValue(base, query string) (float64, error) {
	body, err := get(base + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return 0, err
	}
	var answer struct {
		Data struct{ Result []struct{ Value [2]any } }
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil {
		return 0, err
	}
	sum := 0.0
	for _, r := range answer.Data.Result {
		text, _ := r.Value[1].(string)
		v, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return 0, err
		}
		sum += v
	}
	return sum, nil
}

func (s *site) prom(query string) (float64, error) {
	return promValue(s.url(s.ports.prometheus, ""), query)
}
