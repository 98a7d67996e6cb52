package ingest

import (
	"context"
	"errors"
	"time"

	"google.golang.org/grpc/mem"

	"supersonic/traces/head"
	"supersonic/traces/otlp"
)

// Store keeps exports.
type Store interface {
	// Append returns when b's spans are durable and found. What it does not keep it
	// takes out of b.Spans, and says how many and why; the order of the others may
	// change. It copies what it keeps, or holds b (Batch.Retain).
	//
	// After an error the sender is told to try again: by RESOURCE_EXHAUSTED if the
	// disk is full (ENOSPC, EDQUOT) or Options.Busy says so, by UNAVAILABLE otherwise.
	// otlp.ErrMalformed and ErrTenant are the sender's fault and not to be sent again.
	Append(b *otlp.Batch) (head.Refused, error)
}

// Consumer gets what a Store has kept, before the sender is answered. It copies what
// it keeps (or holds b), and does not block for long.
type Consumer interface {
	Consume(b *otlp.Batch)
}

// Limits bound what is taken. A zero value means the default.
type Limits struct {
	ExportBytes   int   // the largest export, decompressed: 64 MiB
	InFlightBytes int64 // of all exports together, see the package: 256 MiB
}

// Options say where spans go.
type Options struct {
	// Store and Consumer take all spans, whatever tenant a request names, if Tenant
	// is nil. A nil Consumer means that nobody listens.
	Store    Store
	Consumer Consumer

	// Tenant returns whose spans go where, by the name in the request's X-Scope-OrgID.
	// A request without a name is refused. The name is as it came: it is for Tenant to
	// say which there are and which letters they have. An error that is ErrTenant is
	// told to the sender as it stands; others as those of Store.Append.
	Tenant func(name string) (Store, Consumer, error)

	// Busy tells the errors of a Store that cannot keep up; nil: there are none.
	Busy func(error) bool

	// Decoder has the limits on spans; nil means none.
	Decoder *otlp.Decoder
	Limits  Limits
	Events  Events
	// Now tells the time of arrival; nil means time.Now.
	Now func() time.Time
}

// Events tells what became of spans; nil functions are not called. They are called
// by many goroutines. Received = Kept + Refused, in spans.
type Events struct {
	// Received: an export came with so many spans and bytes of protobuf.
	Received func(spans, bytes int)
	// Kept: so many spans are stored.
	Kept func(spans int)
	// Marked: so many of the spans that are kept have this mark of otlp.AllMarks.
	Marked func(spans int, mark string)
	// Refused: so many spans are not stored, for a reason of a short list.
	Refused func(spans int, reason string)
	// RefusedExport: an export was turned away before its spans were counted.
	RefusedExport func(reason string)
	// Failed: a store could not write, or not be opened.
	Failed func(err error)
}

// Reasons of refused spans.
const (
	ReasonNoTraceID     = "no_trace_id"
	ReasonNoSpanID      = "no_span_id"
	ReasonTraceTooLarge = "trace_too_large"
	ReasonStorage       = "storage"
)

// Reasons of refused exports; of refused spans, ReasonBusy, ReasonMalformed and
// ReasonTenant too.
const (
	ReasonBusy        = "busy"
	ReasonTooLarge    = "too_large"
	ReasonMalformed   = "malformed"
	ReasonTenant      = "tenant"
	ReasonGone        = "gone" // the sender did not wait
	ReasonUnsupported = "unsupported"
)

// ExportReasons lists the reasons of refused exports.
func ExportReasons() []string {
	return []string{ReasonBusy, ReasonTooLarge, ReasonMalformed, ReasonTenant, ReasonGone, ReasonUnsupported, ReasonStorage}
}

// SpanReasons lists the reasons of refused spans.
func SpanReasons() []string {
	return []string{ReasonNoTraceID, ReasonNoSpanID, ReasonTraceTooLarge, ReasonStorage, ReasonBusy, ReasonMalformed, ReasonTenant}
}

// RetryAfter is what a client is told to wait when it came too soon.
const RetryAfter = time.Second

// TenantHeader names the tenant in a request, as Tempo has it.
const TenantHeader = "X-Scope-OrgID"

// Receiver takes exports. Its methods may be called by many goroutines.
type Receiver struct {
	opts    Options
	gate    *gate
	buffers buffers
}

// New makes a Receiver.
func New(opts Options) *Receiver {
	if opts.Decoder == nil {
		opts.Decoder = otlp.NewDecoder(otlp.Limits{})
	}
	if opts.Busy == nil {
		opts.Busy = func(error) bool { return false }
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.Limits.ExportBytes <= 0 {
		opts.Limits.ExportBytes = 64 << 20
	}
	if opts.Limits.InFlightBytes <= 0 {
		opts.Limits.InFlightBytes = 256 << 20
	}
	return &Receiver{opts: opts, gate: newGate(opts.Limits)}
}

// InFlight is the bytes of exports, and of the memory of their batches.
func (r *Receiver) InFlight() int64 { return r.gate.total.Load() }

// export is one that is being taken.
type export struct {
	claim    *claim
	store    Store
	consumer Consumer
	bad      otlp.Bad // of its spans in JSON, which came as spans of nothing
}

// begin finds out where an export goes, before its body is read.
func (r *Receiver) begin(tenants []string) (*export, error) {
	if r.gate.full() {
		return nil, r.refuse(errBusy)
	}
	if r.opts.Tenant == nil {
		return &export{claim: r.gate.claim(""), store: r.opts.Store, consumer: r.opts.Consumer}, nil
	}
	if len(tenants) != 1 || tenants[0] == "" {
		return nil, r.refuse(errNoTenant)
	}
	store, consumer, err := r.opts.Tenant(tenants[0])
	if err != nil {
		if !errors.Is(err, ErrTenant) {
			r.failed(err)
			err = r.storeError(err)
		}
		return nil, r.refuse(err)
	}
	return &export{claim: r.gate.claim(tenants[0]), store: store, consumer: consumer}, nil
}

// refuse counts an export that is turned away with err.
func (r *Receiver) refuse(err error) error {
	if r.opts.Events.RefusedExport != nil {
		r.opts.Events.RefusedExport(fate(err).reason)
	}
	return err
}

func (r *Receiver) failed(err error) {
	if r.opts.Events.Failed != nil {
		r.opts.Events.Failed(err)
	}
}

// held gives back what an export had when its Batch is released.
type held struct {
	mem.Buffer
	claim *claim
}

func (h held) Free() {
	h.Buffer.Free()
	h.claim.end()
}

// take takes an export whose bytes, which are counted in its claim, are in buf. It
// gives back both, at the latest when the last holder of the Batch does.
func (r *Receiver) take(ctx context.Context, e *export, buf mem.Buffer) (answer, error) {
	raw := buf.ReadOnlyData()
	b, err := r.opts.Decoder.DecodeWithin(raw, uint64(r.opts.Now().UnixNano()), e.claim.more)
	if err != nil {
		if errors.Is(err, otlp.ErrNoRoom) {
			err = e.claim.err
		}
		buf.Free()
		e.claim.end()
		return answer{}, r.refuse(err)
	}
	b.Own(held{buf, e.claim})
	defer b.Release()
	if ctx.Err() != nil {
		return answer{}, r.refuse(errGone)
	}
	if r.opts.Events.Received != nil {
		r.opts.Events.Received(b.Counts.Spans, len(raw))
	}
	a := answer{bad: e.bad, noTraceID: b.Counts.NoTraceID - e.bad.Spans, noSpanID: b.Counts.NoSpanID}
	r.refusedSpans(a.bad.Spans, ReasonMalformed)
	r.refusedSpans(a.noTraceID, ReasonNoTraceID)
	r.refusedSpans(a.noSpanID, ReasonNoSpanID)
	if len(b.Spans) > 0 {
		err = r.keep(ctx, e, b, &a)
	}
	return a, err
}

func (r *Receiver) keep(ctx context.Context, e *export, b *otlp.Batch, a *answer) error {
	had := len(b.Spans)
	refused, err := e.store.Append(b)
	if err != nil {
		if !errors.Is(err, ErrTenant) {
			r.failed(err)
		}
		err = r.storeError(err)
		r.refusedSpans(had, fate(err).reason)
		return err
	}
	a.traceTooLarge = refused.TraceTooLarge
	r.refusedSpans(refused.TraceTooLarge, ReasonTraceTooLarge)
	a.marked = b.Counts.Marked
	if len(b.Spans) < had {
		a.marked = countMarks(b)
	}
	if r.opts.Events.Kept != nil {
		r.opts.Events.Kept(len(b.Spans))
	}
	if r.opts.Events.Marked != nil {
		for i, n := range a.marked {
			if n > 0 {
				r.opts.Events.Marked(n, otlp.AllMarks()[i])
			}
		}
	}
	if ctx.Err() != nil {
		// The spans are stored, but the sender has given up on the answer and sends
		// them again. A read knows them for the same; the consumer, which counts, gets
		// those of the export that is acknowledged.
		return errGone
	}
	if e.consumer != nil && len(b.Spans) > 0 {
		e.consumer.Consume(b)
	}
	return nil
}

func (r *Receiver) refusedSpans(n int, reason string) {
	if n > 0 && r.opts.Events.Refused != nil {
		r.opts.Events.Refused(n, reason)
	}
}

// countMarks counts the marks of the spans that are left in b.
func countMarks(b *otlp.Batch) (counts marked) {
	for i := range b.Spans {
		for bit := range counts {
			counts[bit] += int(b.Spans[i].Marks >> bit & 1)
		}
	}
	return counts
}
