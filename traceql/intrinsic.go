package traceql

// Intrinsic is a property that every span has, whatever its attributes.
type Intrinsic uint8

// The intrinsics. A storage answers the first group through Span.Intrinsic, the
// second through Span.ItemIntrinsic; the evaluator computes the third from the
// trace.
const (
	IntrinsicNone Intrinsic = iota

	IntrinsicName
	IntrinsicDuration
	IntrinsicStatus
	IntrinsicStatusMessage
	IntrinsicKind
	IntrinsicInstrumentationName
	IntrinsicInstrumentationVersion

	IntrinsicEventName
	IntrinsicEventTimeSinceStart
	IntrinsicLinkTraceID
	IntrinsicLinkSpanID

	IntrinsicSpanID
	IntrinsicParentID
	IntrinsicChildCount
	IntrinsicTraceID
	IntrinsicTraceDuration
	IntrinsicTraceRootName
	IntrinsicTraceRootService
	IntrinsicNestedSetLeft
	IntrinsicNestedSetRight
	IntrinsicNestedSetParent
	IntrinsicParent // refused: named only to say so

	intrinsicCount
)

type intrinsicInfo struct {
	plain  string // name without scope, "" if there is none
	scoped string // name with scope, "" if there is none
	typ    Type
}

// intrinsics tells names and types. The plain name is canonical where there is one.
var intrinsics = [intrinsicCount]intrinsicInfo{
	IntrinsicName:                   {"name", "span:name", TypeString},
	IntrinsicDuration:               {"duration", "span:duration", TypeDuration},
	IntrinsicStatus:                 {"status", "span:status", TypeStatus},
	IntrinsicStatusMessage:          {"statusMessage", "span:statusMessage", TypeString},
	IntrinsicKind:                   {"kind", "span:kind", TypeKind},
	IntrinsicInstrumentationName:    {"", "instrumentation:name", TypeString},
	IntrinsicInstrumentationVersion: {"", "instrumentation:version", TypeString},
	IntrinsicEventName:              {"", "event:name", TypeString},
	IntrinsicEventTimeSinceStart:    {"", "event:timeSinceStart", TypeDuration},
	IntrinsicLinkTraceID:            {"", "link:traceID", TypeString},
	IntrinsicLinkSpanID:             {"", "link:spanID", TypeString},
	IntrinsicSpanID:                 {"", "span:id", TypeString},
	IntrinsicParentID:               {"", "span:parentID", TypeString},
	IntrinsicChildCount:             {"", "span:childCount", TypeInt},
	IntrinsicTraceID:                {"", "trace:id", TypeString},
	IntrinsicTraceDuration:          {"traceDuration", "trace:duration", TypeDuration},
	IntrinsicTraceRootName:          {"rootName", "trace:rootName", TypeString},
	IntrinsicTraceRootService:       {"rootServiceName", "trace:rootService", TypeString},
	IntrinsicNestedSetLeft:          {"nestedSetLeft", "", TypeInt},
	IntrinsicNestedSetRight:         {"nestedSetRight", "", TypeInt},
	IntrinsicNestedSetParent:        {"nestedSetParent", "", TypeInt},
	IntrinsicParent:                 {"parent", "", TypeNil},
}

// intrinsicByName holds every spelling.
var intrinsicByName = func() map[string]Intrinsic {
	m := make(map[string]Intrinsic, 2*len(intrinsics))
	for i, info := range intrinsics {
		for _, name := range []string{info.plain, info.scoped} {
			if name != "" {
				m[name] = Intrinsic(i)
			}
		}
	}
	return m
}()

// String is the canonical name.
func (i Intrinsic) String() string {
	if info := intrinsics[i]; info.plain != "" {
		return info.plain
	}
	return intrinsics[i].scoped
}

// Type is the type of the intrinsic's values.
func (i Intrinsic) Type() Type { return intrinsics[i].typ }

// IntrinsicByName finds an intrinsic by any of its names, plain or scoped.
func IntrinsicByName(name string) (Intrinsic, bool) {
	i, ok := intrinsicByName[name]
	return i, ok
}

// Intrinsics lists every intrinsic that a query may name, in a fixed order.
func Intrinsics() []Intrinsic {
	list := make([]Intrinsic, 0, intrinsicCount)
	for i := IntrinsicNone + 1; i < IntrinsicParent; i++ {
		list = append(list, i)
	}
	return list
}

// none stands for the intrinsic where a span has no event or no link; it is nil for
// IntrinsicNone.
func (i Intrinsic) none() Static {
	switch {
	case i == IntrinsicNone:
		return Nil()
	case i == IntrinsicLinkSpanID:
		return String("0000000000000000")
	case i.Type() == TypeDuration:
		return Duration(0)
	}
	return String("")
}

// itemScope is ScopeEvent or ScopeLink for intrinsics that a span has many of.
func (i Intrinsic) itemScope() Scope {
	switch i {
	case IntrinsicEventName, IntrinsicEventTimeSinceStart:
		return ScopeEvent
	case IntrinsicLinkTraceID, IntrinsicLinkSpanID:
		return ScopeLink
	}
	return ScopeNone
}

// ofTrace tells whether the value is the trace's, the same for all its spans.
func (i Intrinsic) ofTrace() bool {
	switch i {
	case IntrinsicTraceID, IntrinsicTraceDuration, IntrinsicTraceRootName, IntrinsicTraceRootService:
		return true
	}
	return false
}
