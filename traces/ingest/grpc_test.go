package ingest

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/mem"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"

	"supersonic/traces/otlp"
)

// bytesCodec is a client's, for messages that are encoded.
type bytesCodec struct{}

func (bytesCodec) Name() string { return "proto" }
func (bytesCodec) Marshal(v any) (mem.BufferSlice, error) {
	return mem.BufferSlice{mem.SliceBuffer(*v.(*[]byte))}, nil
}

func (bytesCodec) Unmarshal(data mem.BufferSlice, v any) error {
	*v.(*[]byte) = data.Materialize()
	return nil
}

// wantStatus checks a status, and that it says when to come again if again.
func wantStatus(t *testing.T, err error, code codes.Code, again bool, text string) {
	t.Helper()
	st, _ := status.FromError(err)
	retry := false
	for _, d := range st.Details() {
		if info, ok := d.(*errdetails.RetryInfo); ok && info.RetryDelay.AsDuration() == RetryAfter {
			retry = true
		}
	}
	if st.Code() != code || retry != again || !strings.Contains(st.Message(), text) {
		t.Errorf("got %v, to be sent again: %t; want %v, %t and a text with %q", err, retry, code, again, text)
	}
}

func TestSpansAreKeptThenConsumedThenAcknowledged(t *testing.T) {
	w := newWorld(t, nil)
	resp, err := w.export(t.Context(), spans("a", "b"))
	if err != nil {
		t.Fatal(err)
	}
	if n, m := resp.PartialSuccess().RejectedSpans(), resp.PartialSuccess().ErrorMessage(); n != 0 || m != "" {
		t.Errorf("%d left out: %s", n, m)
	}
	if w.kept() != "a b" || strings.Join(w.consumed, " ") != "a b" {
		t.Errorf("kept %q, consumed %q", w.kept(), w.consumed)
	}
	w.want(map[string]int{"received": 2, "kept": 2})
}

func TestCapturedExportsAreKeptWhole(t *testing.T) {
	w := newWorld(t, nil)
	sent := 0
	for _, line := range captured(t) {
		td, err := (&ptrace.JSONUnmarshaler{}).UnmarshalTraces(line)
		if err != nil {
			t.Fatal(err)
		}
		sent += 2 * td.SpanCount()
		if _, err := w.export(t.Context(), td); err != nil {
			t.Fatal(err)
		}
		if resp := w.post(string(line), "Content-Type: application/json"); resp.StatusCode != 200 {
			t.Fatal(resp.Status)
		}
	}
	if len(w.names) != sent || sent == 0 {
		t.Errorf("kept %d of %d", len(w.names), sent)
	}
}

func TestCompressedExportsAreKept(t *testing.T) {
	w := newWorld(t, nil)
	for range 2 { // the second time with a reader of the first
		for _, name := range []string{"gzip", "zstd", "snappy"} {
			if _, err := w.export(t.Context(), spans(name, strings.Repeat("long", 10_000)), grpc.UseCompressor(name)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	w.want(map[string]int{"received": 12, "kept": 12})
}

func TestSpansThatCannotBeFoundAgainAreLeftOutAndTold(t *testing.T) {
	w := newWorld(t, nil)
	td := spans("whole", "no trace", "no span", "nothing")
	all := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	all.At(1).SetTraceID([16]byte{})
	all.At(2).SetSpanID([8]byte{})
	all.At(3).SetTraceID([16]byte{})
	w.before = func(b *otlp.Batch) error { b.Raw = encoded(t, spans("whole")); return nil } // memory compares with it
	resp, err := w.export(t.Context(), td)
	if err != nil {
		t.Fatal(err)
	}
	const why = "spans left out: 2 without a trace id of 16 bytes, 1 without a span id of 8 bytes"
	if p := resp.PartialSuccess(); p.RejectedSpans() != 3 || p.ErrorMessage() != why {
		t.Errorf("%d left out: %q", p.RejectedSpans(), p.ErrorMessage())
	}
	if w.kept() != "whole" {
		t.Errorf("kept %q", w.kept())
	}
	w.want(map[string]int{"received": 4, "kept": 1, "refused no_trace_id": 2, "refused no_span_id": 1})
}

func TestSpansOfATraceThatIsTooLargeAreTold(t *testing.T) {
	w := newWorld(t, nil)
	w.most = 1
	td := spans("first", "second", "third")
	late := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans()
	for i := range 3 {
		late.At(i).SetStartTimestamp(1 << 62) // a mark each
		late.At(i).SetEndTimestamp(1 << 62)
	}
	resp, err := w.export(t.Context(), td)
	if err != nil {
		t.Fatal(err)
	}
	if p := resp.PartialSuccess(); p.RejectedSpans() != 2 || !strings.Contains(p.ErrorMessage(), "2 of traces that have as many spans as one may") {
		t.Errorf("%d left out: %q", p.RejectedSpans(), p.ErrorMessage())
	}
	if len(w.consumed) != 1 {
		t.Errorf("consumed %q", w.consumed)
	}
	w.want(map[string]int{"received": 3, "kept": 1, "refused trace_too_large": 2, "mark future": 1})
}

func TestWhatLimitsCutIsToldThoughAllIsKept(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Decoder = otlp.NewDecoder(otlp.Limits{ValueBytes: 10, Events: 1}) })
	td := spans("short", "longer than ten")
	s := td.ResourceSpans().At(0).ScopeSpans().At(0).Spans().At(0)
	s.Events().AppendEmpty()
	s.Events().AppendEmpty()
	s.SetEndTimestamp(0) // odd, but nothing is cut
	resp, err := w.export(t.Context(), td)
	if err != nil {
		t.Fatal(err)
	}
	if p := resp.PartialSuccess(); p.RejectedSpans() != 0 || p.ErrorMessage() != "spans kept, but cut by limits: 1 with value_cut, 1 with events_cut" {
		t.Errorf("%d left out: %q", p.RejectedSpans(), p.ErrorMessage())
	}
	w.want(map[string]int{"received": 2, "kept": 2, "mark value_cut": 1, "mark events_cut": 1, "mark negative_duration": 1})
}

// nested is an export with a resource attribute of so many lists, one in the other.
func nested(depth int) []byte {
	var b []byte // backwards: a length is known once what it counts is written
	field := func(number byte, length int) {
		n := binary.AppendUvarint(nil, uint64(length))
		slices.Reverse(n)
		b = append(append(b, n...), number<<3|2)
	}
	for range depth - 1 {
		field(1, len(b)) // ArrayValue.values
		field(5, len(b)) // AnyValue.array_value
	}
	for _, number := range []byte{2, 1, 1, 1} { // KeyValue.value, Resource.attributes, ResourceSpans.resource, TracesData
		field(number, len(b))
	}
	slices.Reverse(b)
	return b
}

func TestWhatIsNoExportIsRefusedForGood(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits.ExportBytes = 32 << 20 })
	wantStatus(t, w.raw([]byte("no export")), codes.InvalidArgument, false, "not an OTLP trace export")
	for _, levels := range []int{64, 65, 3_000_000} {
		if err := w.raw(nested(levels)); err != nil {
			t.Errorf("%d levels: %v", levels, err)
		}
	}
	wantStatus(t, w.raw(bytes.Repeat([]byte{0}, 33<<20)), codes.ResourceExhausted, false, "larger than max")
	wantStatus(t, w.raw(bytes.Repeat([]byte{0}, 33<<20), grpc.UseCompressor("gzip")), codes.ResourceExhausted, false, "larger than max")
	w.want(map[string]int{"received": 0, "export malformed": 1, "export too_large": 2})
}

func TestAnExportThatBlowsUpInMemoryIsRefusedForGood(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits = Limits{ExportBytes: 1 << 20, InFlightBytes: 4 << 20} })
	links := append(encoded(t, spans("a")), bytes.Repeat([]byte{0x0a, 0}, 500_000)...) // empty resources
	wantStatus(t, w.raw(links), codes.InvalidArgument, false, "send smaller ones")
	w.want(map[string]int{"export too_large": 1})
}

func TestAStoreThatCannotWriteSaysWhenToComeAgain(t *testing.T) {
	for _, c := range []struct {
		err    error
		code   codes.Code
		text   string
		reason string
	}{
		{fmt.Errorf("write log: %w", syscall.ENOSPC), codes.ResourceExhausted, "disk of the trace store is full", ReasonStorage},
		{fmt.Errorf("write log: %w", syscall.EIO), codes.Unavailable, "cannot store spans now", ReasonStorage},
		{fmt.Errorf("append: %w", errTestBehind), codes.ResourceExhausted, "cannot keep up", ReasonBusy},
	} {
		w := newWorld(t, func(o *Options) {
			o.Busy = func(err error) bool { return errors.Is(err, errTestBehind) }
		})
		w.before = func(*otlp.Batch) error { return c.err }
		_, err := w.export(t.Context(), spans("a", "b"))
		wantStatus(t, err, c.code, true, c.text)
		if len(w.consumed) != 0 || strings.Contains(err.Error(), "write log") {
			t.Errorf("consumed %q; %v", w.consumed, err)
		}
		w.want(map[string]int{"received": 2, "refused " + c.reason: 2, "failed": 1})
	}
}

var errTestBehind = errors.New("too many blocks")

func TestBeyondTheBytesInFlightExportsComeAgain(t *testing.T) {
	w := newWorld(t, func(o *Options) { o.Limits = Limits{ExportBytes: 64 << 10, InFlightBytes: 384 << 10} })
	in, out := make(chan bool), make(chan bool)
	w.before = func(*otlp.Batch) error { in <- true; <-out; return nil }
	answers := make(chan error, 1)
	go func() {
		_, err := w.export(t.Context(), spans("first"))
		answers <- err
	}()
	<-in
	_, err := w.export(t.Context(), spans("second"))
	wantStatus(t, err, codes.ResourceExhausted, true, "in flight")
	if resp := w.post(encodedJSON(t, spans("third")), "Content-Type: application/json"); resp.StatusCode != 429 || resp.Header.Get("Retry-After") != "1" {
		t.Error(resp.Status, resp.Header)
	}
	close(out)
	if err := <-answers; err != nil {
		t.Error(err)
	}
	w.before = nil
	eventually(t, "the first is over", func() bool { return w.r.InFlight() == 0 })
	if _, err := w.export(t.Context(), spans("second")); err != nil {
		t.Error(err)
	}
	w.want(map[string]int{"received": 2, "kept": 2, "export busy": 2})
}

func TestAnExportThatIsSentAgainIsCountedOnce(t *testing.T) {
	w := newWorld(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	stored := make(chan bool)
	w.before = func(b *otlp.Batch) error {
		cancel()
		stored <- true
		return nil
	}
	gone := make(chan error)
	go func() {
		_, err := w.export(ctx, spans("a"))
		gone <- err
	}()
	if err := <-gone; status.Code(err) != codes.Canceled {
		t.Error(err)
	}
	// The server reads this from the same connection, behind the cancellation.
	if err := w.raw([]byte("no export")); err == nil {
		t.Error("taken")
	}
	<-stored
	w.before = nil
	eventually(t, "the first is over", func() bool { return w.r.InFlight() == 0 })
	if _, err := w.export(t.Context(), spans("a")); err != nil {
		t.Fatal(err)
	}
	if w.kept() != "a a" || len(w.consumed) != 1 {
		t.Errorf("kept %q, consumed %q; want it twice and once", w.kept(), w.consumed)
	}
}

func TestTenantsHaveStoresOfTheirOwn(t *testing.T) {
	stores := map[string]*memory{"one": {}, "two": {}}
	w := newWorld(t, func(o *Options) {
		o.Tenant = func(name string) (Store, Consumer, error) {
			switch m := stores[name]; {
			case m != nil:
				return m, m, nil
			case name == "broken":
				return nil, nil, errors.New("open /data/broken: input/output error")
			}
			return nil, nil, fmt.Errorf("%w: there is no tenant %q", ErrTenant, name)
		}
	})
	as := func(names ...string) context.Context {
		ctx := t.Context()
		for _, n := range names {
			ctx = metadata.AppendToOutgoingContext(ctx, TenantHeader, n)
		}
		return ctx
	}
	for name := range stores {
		if _, err := w.export(as(name), spans(name)); err != nil {
			t.Error(err)
		}
		if resp := w.post(encodedJSON(t, spans(name+" by HTTP")), "Content-Type: application/json", TenantHeader+": "+name); resp.StatusCode != 200 {
			t.Error(resp.Status)
		}
	}
	for name, m := range stores {
		if want := name + " " + name + " by HTTP"; m.kept() != want || len(m.consumed) != 2 {
			t.Errorf("%s has %q, consumed %q", name, m.kept(), m.consumed)
		}
	}
	_, err := w.export(as(), spans("a"))
	wantStatus(t, err, codes.Unauthenticated, false, TenantHeader)
	_, err = w.export(as("one", "two"), spans("a"))
	wantStatus(t, err, codes.Unauthenticated, false, "one name")
	_, err = w.export(as("three"), spans("a"))
	wantStatus(t, err, codes.InvalidArgument, false, `no tenant "three"`)
	_, err = w.export(as("broken"), spans("a"))
	wantStatus(t, err, codes.Unavailable, true, "cannot store")
	if resp := w.post("{}", "Content-Type: application/json"); resp.StatusCode != 401 {
		t.Error(resp.Status)
	}
	w.want(map[string]int{"received": 4, "kept": 4, "export tenant": 4, "export storage": 1, "failed": 1})
}

func TestWithoutTenantsTheHeaderIsIgnored(t *testing.T) {
	w := newWorld(t, nil)
	if _, err := w.export(metadata.AppendToOutgoingContext(t.Context(), TenantHeader, "anybody"), spans("a")); err != nil || w.kept() != "a" {
		t.Errorf("%v, kept %q", err, w.kept())
	}
}

func TestAStopLetsExportsUnderWayFinish(t *testing.T) {
	w := newWorld(t, nil)
	in, out := make(chan bool), make(chan bool)
	w.before = func(*otlp.Batch) error { in <- true; <-out; return nil }
	answer := make(chan error)
	go func() {
		_, err := w.export(t.Context(), spans("a"))
		answer <- err
	}()
	<-in
	stopped := make(chan bool)
	go func() {
		w.grpc.GracefulStop()
		close(stopped)
	}()
	select {
	case <-stopped:
		t.Error("stopped with an export under way")
	default:
	}
	close(out)
	if err := <-answer; err != nil {
		t.Error(err)
	}
	<-stopped
	if w.kept() != "a" {
		t.Errorf("kept %q", w.kept())
	}
}

func TestABatchThatAStoreHoldsKeepsItsBytes(t *testing.T) {
	w := newWorld(t, nil)
	var held *otlp.Batch
	w.before = func(b *otlp.Batch) error {
		if held == nil {
			b.Retain()
			held = b
		}
		return nil
	}
	for _, name := range []string{"first", "other"} {
		if _, err := w.export(t.Context(), spans(name, strings.Repeat("x", 5000))); err != nil {
			t.Fatal(err)
		}
	}
	if got := string(held.Spans[0].Name); got != "first" {
		t.Errorf("a batch that is held has %q", got)
	}
	eventually(t, "only the held one is in flight", func() bool { return w.r.InFlight() > 0 && w.r.InFlight() < 2*roomOfOne })
	held.Release()
}

// roomOfOne is what a small export takes at least: a step of the decoder's room.
const roomOfOne = 256 << 10
