package store

import (
	"context"
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/traces/query"
	"supersonic/traces/span"
)

func TestASearchInLargeExportsDecodesEachOnce(t *testing.T) {
	w := newWorld(t, testOptions(1<<30))
	const traces = 20_000
	sent := int64(0)
	for half := range uint64(2) { // a gateway's export and a server's, of the same traces
		spans := make([]testSpan, traces)
		for i := range spans {
			n := uint64(i + 1)
			spans[i] = testSpan{trace: n, id: 2*n + half, start: 1000 * n, end: 1000*n + 10}
		}
		raw, decoded := export(spans...)
		sent += int64(len(raw))
		if err := w.Append(raw, decoded); err != nil {
			t.Fatal(err)
		}
	}
	w.opts.CacheBytes = 4 << 20
	w.crash()
	found := 0
	stats, err := w.Scan(context.Background(), query.Range{}, query.Visitor{
		Eval: func(tr *query.Trace) any { return len(tr.Spans) },
		Emit: func(n any) bool {
			if n != 2 {
				t.Errorf("a trace has %v spans, want 2", n)
			}
			found++
			return found < 20
		},
	})
	if err != nil || found != 20 {
		t.Fatalf("%d traces, %v", found, err)
	}
	if stats.Bytes > sent {
		t.Errorf("decoded %d bytes for the newest 20 traces of %d stored", stats.Bytes, sent)
	}
	if got := w.Sizes(); got.Spans != 2*traces {
		t.Errorf("%d spans after a crash, want %d", got.Spans, 2*traces)
	}
}

func TestAnExportOfAHugeResourceStaysWhole(t *testing.T) {
	spans := make([]testSpan, 4*recordSpans)
	for i := range spans {
		spans[i] = testSpan{trace: uint64(i + 1), id: 1, start: 1, end: 2}
	}
	raw, decoded := export(spans...)
	if pieces, err := split(raw, decoded); err != nil || len(pieces) != 4 {
		t.Fatalf("%d pieces, %v; want 4", len(pieces), err)
	}
	decoded[0].Resource.Attrs.PutStr("huge", strings.Repeat("x", 4*len(raw)))
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(span.ToOTLP(decoded))
	if err != nil {
		t.Fatal(err)
	}
	if pieces, err := split(raw, decoded); err != nil || len(pieces) != 1 || len(pieces[0].spans) != len(spans) {
		t.Errorf("%d pieces, %v; want the export as it came", len(pieces), err)
	}
}
