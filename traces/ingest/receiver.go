package ingest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/pdata/ptrace/ptraceotlp"

	"supersonic/traces/span"
)

// Store keeps exports.
type Store interface {
	// Append returns when raw, an export as OTLP protobuf that holds spans, is on
	// disk and found. An error is worth a retry.
	Append(raw []byte, spans []span.Span) error
}

// Limits bound what is taken.
type Limits struct {
	ExportBytes   int
	InFlightBytes int64
}

// Events tells what became of spans; nil functions are not called.
type Events struct {
	// Received: an export came with so many spans and bytes.
	Received func(spans, bytes int)
	// Kept: so many spans are stored.
	Kept func(spans int)
	// Refused: so many spans are not, for a reason of a short list.
	Refused func(spans int, reason string)
	// RefusedExport: an export was turned away before anybody looked into it.
	RefusedExport func(reason string)
	// Failed: the store could not write.
	Failed func(err error)
}

// Reasons of refused spans and exports.
const (
	ReasonNoTraceID = "no_trace_id"
	ReasonNoSpanID  = "no_span_id"
	ReasonStorage   = "storage"
	ReasonBusy      = "busy"
	ReasonTooLarge  = "too_large"
	ReasonMalformed = "malformed"
)

// RetryAfter is what a client is told to wait when it came too soon.
const RetryAfter = time.Second

// Receiver takes exports. Its methods may be called by many goroutines.
type Receiver struct {
	store    Store
	limits   Limits
	consume  func([]span.Span) // nil: nobody listens
	events   Events
	inFlight atomic.Int64
}

// New makes a Receiver. consume gets the spans of each export once it is stored.
func New(store Store, limits Limits, consume func([]span.Span), events Events) *Receiver {
	return &Receiver{store: store, limits: limits, consume: consume, events: events}
}

// InFlight is the bytes of exports that wait for the disk.
func (r *Receiver) InFlight() int64 { return r.inFlight.Load() }

var (
	errBusy      = errors.New("too many spans wait for the disk: send again later")
	errMalformed = errors.New("not an OTLP trace export")
	errStorage   = errors.New("cannot store spans now: send again later")
	// errGone: the spans are stored, but the sender has given up on the answer and
	// sends them again. A read knows them for the same; the consumer, which counts,
	// gets those of the export that is acknowledged.
	errGone = errors.New("the sender did not wait for the answer")
)

// proto takes an export as protobuf.
func (r *Receiver) proto(ctx context.Context, raw []byte) (ptraceotlp.ExportResponse, error) {
	return r.take(ctx, raw, func() (ptrace.Traces, error) {
		return (&ptrace.ProtoUnmarshaler{}).UnmarshalTraces(raw)
	})
}

// json takes an export as JSON.
func (r *Receiver) json(ctx context.Context, body []byte) (ptraceotlp.ExportResponse, error) {
	req := ptraceotlp.NewExportRequest()
	if err := req.UnmarshalJSON(body); err != nil {
		return r.malformed(err)
	}
	raw, err := req.MarshalProto()
	if err != nil {
		return r.malformed(err)
	}
	return r.take(ctx, raw, func() (ptrace.Traces, error) { return req.Traces(), nil })
}

func (r *Receiver) malformed(err error) (ptraceotlp.ExportResponse, error) {
	r.refusedExport(ReasonMalformed)
	return ptraceotlp.ExportResponse{}, fmt.Errorf("%w: %w", errMalformed, err)
}

func (r *Receiver) take(ctx context.Context, raw []byte, decode func() (ptrace.Traces, error)) (ptraceotlp.ExportResponse, error) {
	size := int64(len(raw))
	if r.inFlight.Add(size) > r.limits.InFlightBytes && r.inFlight.Load() != size {
		r.inFlight.Add(-size)
		r.refusedExport(ReasonBusy)
		return ptraceotlp.ExportResponse{}, errBusy
	}
	defer r.inFlight.Add(-size)
	if err := checkNesting(raw, tracesData, 0); err != nil {
		return r.malformed(err)
	}
	td, err := decode()
	if err != nil {
		return r.malformed(err)
	}
	count := td.SpanCount()
	if r.events.Received != nil {
		r.events.Received(count, len(raw))
	}
	rejected := removeInvalid(td)
	rejected.tell(r.events.Refused)
	if rejected.total() > 0 {
		if raw, err = (&ptrace.ProtoMarshaler{}).MarshalTraces(td); err != nil {
			return r.malformed(err)
		}
	}
	if kept := count - rejected.total(); kept > 0 {
		if err := r.keep(ctx, raw, td, kept); err != nil {
			return ptraceotlp.ExportResponse{}, err
		}
	}
	return rejected.response(), nil
}

func (r *Receiver) keep(ctx context.Context, raw []byte, td ptrace.Traces, count int) error {
	spans := span.FromOTLP(td)
	if err := r.store.Append(raw, spans); err != nil {
		if r.events.Failed != nil {
			r.events.Failed(err)
		}
		if r.events.Refused != nil {
			r.events.Refused(count, ReasonStorage)
		}
		return errStorage // the path and errno are for the log, not for clients
	}
	if r.events.Kept != nil {
		r.events.Kept(count)
	}
	if ctx.Err() != nil {
		return errGone
	}
	if r.consume != nil {
		r.consume(spans)
	}
	return nil
}

func (r *Receiver) refusedExport(reason string) {
	if r.events.RefusedExport != nil {
		r.events.RefusedExport(reason)
	}
}

// rejection counts the spans of an export that are left out.
type rejection struct{ noTraceID, noSpanID int }

func (r rejection) total() int { return r.noTraceID + r.noSpanID }

func (r rejection) tell(refused func(int, string)) {
	if refused == nil {
		return
	}
	if r.noTraceID > 0 {
		refused(r.noTraceID, ReasonNoTraceID)
	}
	if r.noSpanID > 0 {
		refused(r.noSpanID, ReasonNoSpanID)
	}
}

func (r rejection) response() ptraceotlp.ExportResponse {
	resp := ptraceotlp.NewExportResponse()
	if r.total() == 0 {
		return resp
	}
	var why []string
	if r.noTraceID > 0 {
		why = append(why, fmt.Sprintf("%d without a trace id", r.noTraceID))
	}
	if r.noSpanID > 0 {
		why = append(why, fmt.Sprintf("%d without a span id", r.noSpanID))
	}
	resp.PartialSuccess().SetRejectedSpans(int64(r.total()))
	resp.PartialSuccess().SetErrorMessage("spans left out: " + strings.Join(why, ", "))
	return resp
}

// removeInvalid takes the spans out that cannot be found again.
func removeInvalid(td ptrace.Traces) rejection {
	var r rejection
	for _, rs := range td.ResourceSpans().All() {
		for _, ss := range rs.ScopeSpans().All() {
			ss.Spans().RemoveIf(func(s ptrace.Span) bool {
				switch {
				case s.TraceID().IsEmpty():
					r.noTraceID++
				case s.SpanID().IsEmpty():
					r.noSpanID++
				default:
					return false
				}
				return true
			})
		}
	}
	return r
}
