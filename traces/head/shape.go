package head

import (
	"unsafe"

	"supersonic/internal/attr"
	"supersonic/internal/sampling"
	"supersonic/traces/otlp"
)

// shape is what many spans have in common.
type shape struct {
	resource, scope uint32 // numbers
	kind, status    int32
	flags           uint32
	ingress         bool    // the span tells the trace's head threshold:
	head            float64 // its weight
	weight          float64 // of the span's own threshold, 0 without one
}

// shapeBytes is about what a shape takes: in the list and in the map.
const shapeBytes = int(unsafe.Sizeof(shape{}))*3 + 8

// shapes numbers shapes.
type shapes struct {
	list   []shape
	number map[shape]uint32
	recent [64]uint32 // numbers, by a hash without quality
}

func (s *shapes) find(of shape) (number uint32, grown int) {
	recent := &s.recent[(of.resource*29^of.scope*7^uint32(of.kind)<<1^uint32(of.status)<<4)&63]
	if n := *recent; int(n) < len(s.list) && s.list[n] == of {
		return n, 0
	}
	n, ok := s.number[of]
	if !ok {
		n = uint32(len(s.list))
		s.list = append(s.list, of)
		s.number[of] = n
		grown = shapeBytes
	}
	*recent = n
	return n, grown
}

// records numbers the records of resources or scopes.
type records struct {
	list   [][]byte
	number map[string]uint32
}

// recordBytes is about what a record takes beside its bytes.
const recordBytes = 100

func (r *records) find(record []byte) (number uint32, grown int) {
	if n, ok := r.number[string(record)]; ok {
		return n, 0
	}
	n := uint32(len(r.list))
	text := string(record)
	r.list = append(r.list, []byte(text))
	r.number[text] = n
	return n, recordBytes + 2*len(text)
}

// shape returns the shape of a span of a batch.
func (h *Head) shape(s *otlp.Span) uint32 {
	of := shape{resource: h.resource(s.Resource), scope: h.scope(s.Scope), kind: s.Kind, status: s.Status, flags: s.Flags}
	if len(s.TraceState) > 0 {
		if th, ok := h.threshold(s.TraceState); ok {
			of.weight = th.Weight()
		}
	}
	if string(s.Name) == attr.Ingress {
		if th, ok := h.headThreshold(s); ok {
			of.ingress, of.head = true, th.Weight()
		}
	}
	n, grown := h.shapes.find(of)
	h.bytes += grown
	return n
}

// headThreshold is span.HeadThreshold for a span of a batch.
func (h *Head) headThreshold(s *otlp.Span) (sampling.Threshold, bool) {
	if a := otlp.Find(s.Attrs, attr.HeadThreshold); a != nil && len(a.Text) > 0 {
		return sampling.ParseThreshold(string(a.Text))
	}
	return h.threshold(s.TraceState)
}

// threshold reads a trace state. Neighbours have the same.
func (h *Head) threshold(state []byte) (sampling.Threshold, bool) {
	if l := &h.lastState; l.text != string(state) {
		l.text = string(state)
		l.threshold, l.ok = sampling.FromTracestate(l.text)
	}
	return h.lastState.threshold, h.lastState.ok
}

// states is a trace state and what it says.
type states struct {
	text      string
	threshold sampling.Threshold
	ok        bool
}

// unknown is the number of a resource or scope that was not looked up yet.
const unknown = ^uint32(0)

// resource returns the number of resource n of the batch that is being appended.
func (h *Head) resource(n int32) uint32 {
	number := &h.resourceOf[n]
	if *number == unknown {
		h.encodeResource(&h.batch.Resources[n])
		var grown int
		*number, grown = h.resources.find(h.encoder.out)
		h.bytes += grown
	}
	return *number
}

func (h *Head) scope(n int32) uint32 {
	number := &h.scopeOf[n]
	if *number == unknown {
		h.encodeScope(&h.batch.Scopes[n])
		var grown int
		*number, grown = h.scopes.find(h.encoder.out)
		h.bytes += grown
	}
	return *number
}
