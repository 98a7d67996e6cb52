package traceql

// SpanID and TraceID are identifiers as OTLP has them; a zero parent is no parent.
type (
	SpanID  [8]byte
	TraceID [16]byte
)

// Span is what a storage shows of one of its spans. Implementations do not copy:
// every method reads one value. Methods are called from one goroutine at a time
// per evaluation, but a span may be part of several evaluations at once.
//
// A pointer or a small struct makes a good implementation; the evaluator keeps a
// Span only as long as the Trace it came with.
type Span interface {
	// ID and Parent are the span's and its parent's identifiers.
	ID() SpanID
	Parent() SpanID
	// Start and End are Unix nanoseconds.
	Start() uint64
	End() uint64
	// Intrinsic returns IntrinsicName, IntrinsicDuration, IntrinsicStatus,
	// IntrinsicStatusMessage, IntrinsicKind or IntrinsicInstrumentationName and
	// ...Version. It is not asked for others.
	Intrinsic(Intrinsic) Static
	// Attribute returns an attribute of ScopeSpan, ScopeResource or
	// ScopeInstrumentation, nil if the span has none of that name.
	Attribute(scope Scope, name string) Static
	// Items is the number of events (ScopeEvent) or links (ScopeLink).
	Items(scope Scope) int
	// ItemIntrinsic returns IntrinsicEventName, IntrinsicEventTimeSinceStart,
	// IntrinsicLinkTraceID or IntrinsicLinkSpanID of the i-th event or link; ids
	// as lower-case hex.
	ItemIntrinsic(i int, in Intrinsic) Static
	// ItemAttribute returns an attribute of the i-th event or link.
	ItemAttribute(scope Scope, i int, name string) Static
	// Each calls yield for each attribute of ScopeSpan, ScopeResource or
	// ScopeInstrumentation until it returns false. Only compare() asks.
	Each(scope Scope, yield func(name string, v Static) bool)
}

// Weighted is a Span that knows how many spans it stands for. Without it, or
// when it says 0, a span stands for itself. Only with(weighted=true) asks.
type Weighted interface {
	Weight() float64
}
