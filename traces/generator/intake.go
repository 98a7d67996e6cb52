package generator

import (
	"encoding/binary"
	"time"

	"supersonic/internal/attr"
	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// The kinds and states of OTLP.
const (
	kindServer   = 2
	kindClient   = 3
	kindProducer = 4
	kindConsumer = 5

	statusOK    = 1
	statusError = 2
)

// intake is one batch while it is read.
type intake struct {
	batch     *otlp.Batch
	keys      *keys
	attr      known
	now       time.Time
	deadline  int64 // of what begins to wait now, Unix ns
	resources []resource
	index     spanIndex

	services map[string]string // names that were seen, so that each is one string
}

// resource is what matters of a batch's resource.
type resource struct {
	service      string // as a label's value
	serviceBytes []byte
	job          []byte // service.namespace/service.name, or the name alone
	instance     []byte
	seen         bool // by infos
}

func newIntake(k *keys, cfg Config) *intake {
	return &intake{keys: k, attr: newKnown(k, cfg), services: map[string]string{}}
}

// maxServices bounds the table of names; past it begins anew.
const maxServices = 10_000

// begin turns to a batch.
func (in *intake) begin(b *otlp.Batch, cfg *Config, now time.Time) {
	in.batch, in.now, in.deadline = b, now, now.Add(cfg.Wait).UnixNano()
	in.keys.begin(b)
	in.resources = in.resources[:0]
	if len(in.services) > maxServices {
		clear(in.services)
	}
	for i := range b.Resources {
		in.resources = append(in.resources, in.resource(b.Resources[i].Attrs, cfg))
	}
	if cfg.ServiceGraphs {
		in.index.build(b.Spans)
	}
}

// end lets go of the batch.
func (in *intake) end() {
	in.batch = nil
	clear(in.resources)
}

func (in *intake) resource(attrs []otlp.Attr, cfg *Config) resource {
	var r resource
	if a := in.keys.find(attrs, in.attr.serviceName); a != nil {
		if name, ok := in.services[string(a.Text)]; ok && a.Type == column.String {
			r.service = name
		} else {
			r.service = labelText(attrText(a), cfg.MaxLabelBytes)
			if a.Type == column.String {
				in.services[string(a.Text)] = r.service
			}
		}
		r.serviceBytes = []byte(r.service)
	}
	if !cfg.Spans.TargetInfo {
		return r
	}
	r.job = r.serviceBytes
	if ns := in.keys.text(attrs, in.attr.namespace); ns != "" && len(r.job) > 0 {
		r.job = append([]byte(ns+"/"), r.job...)
	}
	if !cfg.Spans.NoInstanceLabel {
		r.instance = []byte(in.keys.text(attrs, in.attr.instance))
	}
	return r
}

// service is the name of a span's service, "" if it has none.
func (in *intake) service(s *otlp.Span) string { return in.resources[s.Resource].service }

// attribute is an attribute of a span's resource, else its own, as Tempo looks for
// dimensions; nil if neither has it.
func (in *intake) attribute(s *otlp.Span, at key) *otlp.Attr {
	if a := in.keys.find(in.batch.Resources[s.Resource].Attrs, at); a != nil {
		return a
	}
	return in.keys.find(s.Attrs, at)
}

// address is where a client span says that it called: a service, a host, or host and
// port; "" if it does not.
func (in *intake) address(s *otlp.Span) string {
	if name := in.keys.first(s.Attrs, in.attr.addresses); name != "" {
		return name
	}
	host := in.keys.text(s.Attrs, in.attr.peerAddress)
	if port := in.keys.text(s.Attrs, in.attr.peerPort); host != "" && port != "" {
		return host + ":" + port
	}
	return host
}

// read takes one export's spans in. Children come before their parents as often as
// after, so an index tells each span its parent.
func (g *Generator) read(b *otlp.Batch, now time.Time) {
	in := g.in
	in.begin(b, &g.cfg, now)
	defer in.end()
	oldest, newest := uint64(max(0, now.Add(-g.cfg.Slack).UnixNano())), uint64(now.Add(g.cfg.Slack).UnixNano())
	var old, future, again int
	for i := range b.Spans {
		s := &b.Spans[i]
		switch {
		case s.End < oldest:
			old++
		case s.End > newest:
			future++
		case g.recent.seen(s):
			again++
		default:
			g.readSpan(in, s)
		}
	}
	g.m.read.Add(float64(len(b.Spans) - old - future - again))
	g.m.tooOld.Add(float64(old))
	g.m.tooNew.Add(float64(future))
	g.m.again.Add(float64(again))
}

func (g *Generator) readSpan(in *intake, s *otlp.Span) {
	ingress := in.isIngress(s)
	// An InferRequest without a parent is no root: Triton lost its context.
	if ingress || s.Parent == ([8]byte{}) && string(s.Name) != attr.InferRequest {
		g.weights.learn(in, s)
	}
	edgeWeight, spanWeight := g.weights.of(in, s, ingress)
	if g.graph != nil {
		var parent *otlp.Span
		if s.Parent != ([8]byte{}) && (s.Kind == kindServer || s.Kind == kindConsumer) {
			parent = in.index.find(in.batch.Spans, s.TraceID, s.Parent)
		}
		g.graph.add(in, s, parent, ingress, edgeWeight)
	}
	if g.spans != nil {
		g.spans.add(in, s, spanWeight)
	}
	if r := &in.resources[s.Resource]; g.infos != nil && !r.seen {
		r.seen = true
		g.infos.add(in, int(s.Resource))
	}
}

// spanIndex finds a batch's spans by id, by open addressing. It is used again for
// each batch.
type spanIndex struct{ slots []int32 } // 1 + the place in the batch; 0: none

func (x *spanIndex) build(spans []otlp.Span) {
	size := 16
	for size < 2*len(spans) {
		size *= 2
	}
	if cap(x.slots) < size {
		x.slots = make([]int32, size)
	}
	x.slots = x.slots[:size]
	clear(x.slots)
	for i := range spans {
		at := x.home(&spans[i].ID)
		for x.slots[at] != 0 {
			at = (at + 1) & (size - 1)
		}
		x.slots[at] = int32(i + 1)
	}
}

func (x *spanIndex) home(id *[8]byte) int {
	h := binary.LittleEndian.Uint64(id[:]) * 0x9E3779B97F4A7C15
	return int(h>>32) & (len(x.slots) - 1)
}

// find returns the span of an id, nil if the batch has none.
func (x *spanIndex) find(spans []otlp.Span, trace [16]byte, id [8]byte) *otlp.Span {
	for at := x.home(&id); x.slots[at] != 0; at = (at + 1) & (len(x.slots) - 1) {
		if s := &spans[x.slots[at]-1]; s.ID == id && s.TraceID == trace {
			return s
		}
	}
	return nil
}

// longest is the most that a span is believed to have taken, ns. A start that was never
// set is half a century ago: one such span, weighed perhaps, would be all that a sum and
// its rate tell from then on.
const longest = uint64(24 * time.Hour)

// duration is how long a span took, ns; one that ends before it starts took no time.
func duration(s *otlp.Span) uint64 {
	if s.End < s.Start {
		return 0
	}
	return s.End - s.Start
}

func seconds(nanos uint64) float64 { return float64(nanos) / 1e9 }

// clamp is v, 0 if it is none of 1 .. most.
func clamp(v, most int32) int32 {
	if v < 0 || v > most {
		return 0
	}
	return v
}

func kindName(k int32) string {
	return [...]string{"SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT",
		"SPAN_KIND_PRODUCER", "SPAN_KIND_CONSUMER"}[clamp(k, kindConsumer)]
}

func statusName(c int32) string {
	return [...]string{"STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"}[clamp(c, statusError)]
}
