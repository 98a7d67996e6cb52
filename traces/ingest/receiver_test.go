package ingest

import (
	"bufio"
	"context"
	"os"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/span"
)

// memory is a store that keeps what it gets.
type memory struct{ spans int }

func (m *memory) Append(raw []byte, spans []span.Span) error {
	td, err := (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
	if err != nil {
		return err
	}
	if td.SpanCount() != len(spans) {
		panic("the bytes are not what the spans are")
	}
	m.spans += len(spans)
	return nil
}

func seeds(f testing.TB, add func(line []byte)) {
	file, err := os.Open("../testdata/envoy-triton-traces.otlp.jsonl")
	if err != nil {
		f.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		add(lines.Bytes())
	}
}

func FuzzJSON(f *testing.F) {
	seeds(f, func(line []byte) { f.Add(line) })
	f.Add([]byte(`{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"","spanId":"0102030405060708"}]}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		take(t, func(r *Receiver) { r.json(t.Context(), body) })
	})
}

func FuzzProto(f *testing.F) {
	seeds(f, func(line []byte) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			f.Fatal(err)
		}
		raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	})
	f.Fuzz(func(t *testing.T, raw []byte) {
		take(t, func(r *Receiver) { r.proto(t.Context(), raw) })
	})
}

// take checks that received spans are kept or refused, none lost.
func take(t *testing.T, send func(*Receiver)) {
	var m memory
	received, refused := 0, 0
	r := New(&m, Limits{ExportBytes: 1 << 20, InFlightBytes: 1 << 20}, nil, Events{
		Received: func(n, _ int) { received += n },
		Refused:  func(n int, _ string) { refused += n },
	})
	send(r)
	if received != m.spans+refused || r.InFlight() != 0 {
		t.Errorf("received %d, kept %d, refused %d, %d bytes in flight", received, m.spans, refused, r.InFlight())
	}
}

// slow is a store during whose work the sender gives up.
type slow struct {
	memory
	giveUp func()
}

func (s *slow) Append(raw []byte, spans []span.Span) error {
	s.giveUp()
	return s.memory.Append(raw, spans)
}

func TestAnExportThatIsSentAgainIsCountedOnce(t *testing.T) {
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(oneSpan())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	s, counted := &slow{giveUp: cancel}, 0
	r := New(s, Limits{ExportBytes: 1 << 20, InFlightBytes: 1 << 20}, func(spans []span.Span) { counted += len(spans) }, Events{})
	if _, err := r.proto(ctx, raw); err == nil {
		t.Error("an export whose sender has gone was acknowledged")
	}
	if _, err := r.proto(t.Context(), raw); err != nil {
		t.Fatal(err)
	}
	if counted != 1 || s.spans != 2 {
		t.Errorf("counted %d times, stored %d times; want 1 and 2", counted, s.spans)
	}
}

func oneSpan() ptrace.Traces {
	td := ptrace.NewTraces()
	s := td.ResourceSpans().AppendEmpty().ScopeSpans().AppendEmpty().Spans().AppendEmpty()
	s.SetTraceID([16]byte{1})
	s.SetSpanID([8]byte{1})
	return td
}
