package ingest

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/grpc/mem"

	"supersonic/traces/head"
	"supersonic/traces/otlp"
)

// counted is a store that counts.
type counted int

func (c *counted) Append(b *otlp.Batch) (head.Refused, error) {
	*c += counted(len(b.Spans))
	return head.Refused{}, nil
}

// balance checks that received spans are kept or refused, none lost.
func balance(t *testing.T, send func(*Receiver)) {
	var kept counted
	received, refused := 0, 0
	r := New(Options{Store: &kept, Limits: Limits{ExportBytes: 1 << 16, InFlightBytes: 1 << 20}, Events: Events{
		Received: func(n, _ int) { received += n },
		Refused:  func(n int, _ string) { refused += n },
	}})
	send(r)
	if received != int(kept)+refused || r.InFlight() != 0 {
		t.Errorf("received %d, kept %d, refused %d, %d bytes in flight", received, kept, refused, r.InFlight())
	}
}

func FuzzHTTP(f *testing.F) {
	for _, line := range captured(f)[:3] {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			f.Fatal(err)
		}
		raw := string(encoded(f, td))
		for i, encoding := range encodings {
			f.Add([]byte(compressed(f, encoding, raw)), byte(i), false)
			f.Add([]byte(compressed(f, encoding, string(line))), byte(i), true)
		}
	}
	f.Add([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"","spanId":"0102030405060708"}]}]}]}`), byte(0), true)
	f.Fuzz(func(t *testing.T, body []byte, encoding byte, json bool) {
		balance(t, func(r *Receiver) {
			req := httptest.NewRequest(http.MethodPost, "/v1/traces", bytes.NewReader(body))
			req.Header.Set("Content-Encoding", encodings[int(encoding)%len(encodings)])
			req.Header.Set("Content-Type", map[bool]string{true: typeJSON, false: typeProto}[json])
			answer := httptest.NewRecorder()
			r.Handler().ServeHTTP(answer, req)
			switch answer.Code {
			case 200, 400, 413, 429:
			default:
				t.Errorf("answered %d: %s", answer.Code, answer.Body)
			}
		})
	})
}

func FuzzProto(f *testing.F) {
	for _, line := range captured(f)[:3] {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(encoded(f, td))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		balance(t, func(r *Receiver) {
			e, err := r.begin(nil)
			if err != nil {
				t.Fatal(err)
			}
			e.claim.more(len(raw))
			r.take(t.Context(), e, mem.SliceBuffer(raw))
		})
	})
}
