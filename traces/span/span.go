// Package span is the stored form of a span, shared by the engines below traces:
// log, query, generator, API. It keeps everything that OTLP says, its tracestate
// and flags included, and the weight that sampling gives it.
//
// A Span's resource and scope are shared between the spans of one export and are
// never changed after decoding; neither is a Span, but for Weight, which its owner
// sets before it hands the span on.
package span

import (
	"encoding/hex"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
)

// TraceID and ID are the identifiers of OTLP.
type (
	TraceID [16]byte
	ID      [8]byte
)

func (t TraceID) String() string { return hex.EncodeToString(t[:]) }
func (i ID) String() string      { return hex.EncodeToString(i[:]) }

// IsZero tells whether there is no id: no parent, say.
func (i ID) IsZero() bool { return i == ID{} }

// Resource is who made a span. SchemaURL and dropped counts are kept for export.
type Resource struct {
	Attrs     pcommon.Map
	Dropped   uint32
	SchemaURL string
}

// ServiceName is the attribute service.name, "" if absent.
func (r *Resource) ServiceName() string {
	v, ok := r.Attrs.Get("service.name")
	if !ok {
		return ""
	}
	return v.AsString()
}

// Scope is the instrumentation scope of a span.
type Scope struct {
	Name, Version string
	Attrs         pcommon.Map
	Dropped       uint32
	SchemaURL     string
}

// Event is a point of time within, or near, a span.
type Event struct {
	Time    uint64 // Unix nanoseconds
	Name    string
	Attrs   pcommon.Map
	Dropped uint32
}

// Link points to a span of this or another trace.
type Link struct {
	TraceID    TraceID
	SpanID     ID
	TraceState string
	Flags      uint32
	Attrs      pcommon.Map
	Dropped    uint32
}

// Span is one stored span. Times are Unix nanoseconds.
type Span struct {
	TraceID    TraceID
	ID         ID
	Parent     ID
	TraceState string
	Flags      uint32
	Name       string
	Kind       ptrace.SpanKind
	Start, End uint64
	Status     ptrace.StatusCode
	StatusText string
	Attrs      pcommon.Map
	Dropped    uint32
	Events     []Event
	DroppedEv  uint32
	Links      []Link
	DroppedLn  uint32
	Resource   *Resource
	Scope      *Scope

	// Weight is how many spans this one stands for, from its own `th`;
	// 0 while that is not known (design, "Sampling", line 7).
	Weight float64
}

// Duration is End-Start in nanoseconds; a span that ends before it starts has 0.
func (s *Span) Duration() uint64 {
	if s.End < s.Start {
		return 0
	}
	return s.End - s.Start
}

// Attr returns a span attribute as text, "" if absent.
func (s *Span) Attr(name string) string {
	v, ok := s.Attrs.Get(name)
	if !ok {
		return ""
	}
	return v.AsString()
}

// HeadThreshold is the `th` that the rest of the trace was sampled with, as this
// `ingress` span tells it: attribute supersonic.head_threshold, else its own `th`.
func (s *Span) HeadThreshold() (sampling.Threshold, bool) {
	if v := s.Attr(attr.HeadThreshold); v != "" {
		return sampling.ParseThreshold(v)
	}
	return sampling.FromTracestate(s.TraceState)
}

// FromOTLP flattens td. The spans refer to td's memory, which the caller gives up.
func FromOTLP(td ptrace.Traces) []Span {
	spans := make([]Span, 0, td.SpanCount())
	for _, rs := range td.ResourceSpans().All() {
		res := &Resource{Attrs: rs.Resource().Attributes(), Dropped: rs.Resource().DroppedAttributesCount(), SchemaURL: rs.SchemaUrl()}
		for _, ss := range rs.ScopeSpans().All() {
			scope := &Scope{Name: ss.Scope().Name(), Version: ss.Scope().Version(), Attrs: ss.Scope().Attributes(),
				Dropped: ss.Scope().DroppedAttributesCount(), SchemaURL: ss.SchemaUrl()}
			for _, s := range ss.Spans().All() {
				spans = append(spans, fromOTLP(s, res, scope))
			}
		}
	}
	return spans
}

func fromOTLP(s ptrace.Span, res *Resource, scope *Scope) Span {
	out := Span{
		TraceID: TraceID(s.TraceID()), ID: ID(s.SpanID()), Parent: ID(s.ParentSpanID()),
		TraceState: s.TraceState().AsRaw(), Flags: s.Flags(), Name: s.Name(), Kind: s.Kind(),
		Start: uint64(s.StartTimestamp()), End: uint64(s.EndTimestamp()),
		Status: s.Status().Code(), StatusText: s.Status().Message(),
		Attrs: s.Attributes(), Dropped: s.DroppedAttributesCount(),
		DroppedEv: s.DroppedEventsCount(), DroppedLn: s.DroppedLinksCount(),
		Resource: res, Scope: scope,
	}
	for _, e := range s.Events().All() {
		out.Events = append(out.Events, Event{uint64(e.Timestamp()), e.Name(), e.Attributes(), e.DroppedAttributesCount()})
	}
	for _, l := range s.Links().All() {
		out.Links = append(out.Links, Link{TraceID(l.TraceID()), ID(l.SpanID()), l.TraceState().AsRaw(), l.Flags(), l.Attributes(), l.DroppedAttributesCount()})
	}
	if th, ok := sampling.FromTracestate(out.TraceState); ok {
		out.Weight = th.Weight()
	}
	return out
}

// ToOTLP is the inverse of FromOTLP: spans in their order, grouped by resource and
// scope where neighbours share them. It copies.
func ToOTLP(spans []Span) ptrace.Traces {
	td := ptrace.NewTraces()
	var res *Resource
	var scope *Scope
	var rs ptrace.ResourceSpans
	var ss ptrace.ScopeSpans
	for i := range spans {
		s := &spans[i]
		if i == 0 || s.Resource != res {
			res, scope = s.Resource, nil
			rs = td.ResourceSpans().AppendEmpty()
			res.Attrs.CopyTo(rs.Resource().Attributes())
			rs.Resource().SetDroppedAttributesCount(res.Dropped)
			rs.SetSchemaUrl(res.SchemaURL)
		}
		if s.Scope != scope {
			scope = s.Scope
			ss = rs.ScopeSpans().AppendEmpty()
			ss.Scope().SetName(scope.Name)
			ss.Scope().SetVersion(scope.Version)
			scope.Attrs.CopyTo(ss.Scope().Attributes())
			ss.Scope().SetDroppedAttributesCount(scope.Dropped)
			ss.SetSchemaUrl(scope.SchemaURL)
		}
		s.toOTLP(ss.Spans().AppendEmpty())
	}
	return td
}

func (s *Span) toOTLP(out ptrace.Span) {
	out.SetTraceID(pcommon.TraceID(s.TraceID))
	out.SetSpanID(pcommon.SpanID(s.ID))
	out.SetParentSpanID(pcommon.SpanID(s.Parent))
	out.TraceState().FromRaw(s.TraceState)
	out.SetFlags(s.Flags)
	out.SetName(s.Name)
	out.SetKind(s.Kind)
	out.SetStartTimestamp(pcommon.Timestamp(s.Start))
	out.SetEndTimestamp(pcommon.Timestamp(s.End))
	out.Status().SetCode(s.Status)
	out.Status().SetMessage(s.StatusText)
	s.Attrs.CopyTo(out.Attributes())
	out.SetDroppedAttributesCount(s.Dropped)
	out.SetDroppedEventsCount(s.DroppedEv)
	out.SetDroppedLinksCount(s.DroppedLn)
	for _, e := range s.Events {
		ev := out.Events().AppendEmpty()
		ev.SetTimestamp(pcommon.Timestamp(e.Time))
		ev.SetName(e.Name)
		e.Attrs.CopyTo(ev.Attributes())
		ev.SetDroppedAttributesCount(e.Dropped)
	}
	for _, l := range s.Links {
		ln := out.Links().AppendEmpty()
		ln.SetTraceID(pcommon.TraceID(l.TraceID))
		ln.SetSpanID(pcommon.SpanID(l.SpanID))
		ln.TraceState().FromRaw(l.TraceState)
		ln.SetFlags(l.Flags)
		l.Attrs.CopyTo(ln.Attributes())
		ln.SetDroppedAttributesCount(l.Dropped)
	}
}
