package head

import (
	"encoding/binary"
	"errors"
	"hash/maphash"
	"sync"

	"supersonic/traces/column"
	"supersonic/traces/otlp"
)

// ErrCut is Append's answer after Cut: the next head takes the spans.
var ErrCut = errors.New("head: it was cut, the next one takes spans")

// Options are the bounds of a head. Zero values mean the defaults.
type Options struct {
	MaxRows  int // when Full says so: 131,072 spans
	MaxBytes int // likewise: 64 MiB
	// MaxTraceSpans is the most spans of one trace in a head, 100,000: Admit takes
	// out those beyond.
	MaxTraceSpans int
	// MaxKeys is the most distinct attributes (scope, type, name), 4,096. Those
	// beyond are kept in the attribute More of their span, event, link, resource or
	// scope: a key costs some hundred bytes, and a column of its own in a block.
	MaxKeys   int
	CarryRows int // the most spans that Cut leaves behind: a tenth of MaxRows
}

// defaults fills in what is zero.
func (o Options) defaults() Options {
	set := func(n *int, value int) {
		if *n == 0 {
			*n = value
		}
	}
	set(&o.MaxRows, 128<<10)
	set(&o.MaxBytes, 64<<20)
	set(&o.MaxTraceSpans, 100_000)
	set(&o.MaxKeys, 4096)
	set(&o.CarryRows, o.MaxRows/10)
	return o
}

// Head is spans in memory. Make it with New.
type Head struct {
	opts Options
	seed maphash.Seed

	// mu is held by who appends, and for microseconds by readers.
	mu sync.RWMutex

	cut    bool
	rows   int
	chunks []*chunk

	traces  traces
	carried uint32 // traces below it were carried over a cut before

	fields    fields
	shapes    shapes
	resources records
	scopes    records
	encoder   encoder
	lastState states

	origins []origin
	low     uint64
	oldest  uint64

	bytes    int
	overflow int
	events   int
	links    int
	seldom   seldom

	// Of the batch that is being appended.
	batch      *otlp.Batch
	resourceOf []uint32
	scopeOf    []uint32

	view *View // of the rows so far, nil if there is none
}

// New makes an empty head.
func New(opts Options) *Head {
	h := &Head{opts: opts.defaults(), seed: maphash.MakeSeed()}
	h.shapes.number = make(map[shape]uint32)
	h.resources.number = make(map[string]uint32)
	h.scopes.number = make(map[string]uint32)
	h.fields.init()
	h.bytes = fixedFields * fieldBytes
	return h
}

// Append takes the spans of a batch, which is at a position of the log. It copies
// what it keeps, and fails only with ErrCut.
func (h *Head) Append(b *otlp.Batch, position uint64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.cut {
		return ErrCut
	}
	h.append(b, position)
	return nil
}

func (h *Head) append(b *otlp.Batch, position uint64) {
	if len(b.Spans) == 0 {
		return
	}
	h.view = nil
	h.came(b.Arrived, position)
	h.batch = b
	h.encoder.begin(len(b.Names))
	h.resourceOf = unknowns(h.resourceOf, len(b.Resources))
	h.scopeOf = unknowns(h.scopeOf, len(b.Scopes))
	for i := range b.Spans {
		h.add(&b.Spans[i])
	}
	h.batch = nil
}

func unknowns(s []uint32, n int) []uint32 {
	s = sized(s, n)
	for i := range s {
		s[i] = unknown
	}
	return s
}

// sized returns a slice of n elements of any value, in s's memory if it fits.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n, n+n/4)
	}
	return s[:n]
}

// came notes where the next rows come from.
func (h *Head) came(arrived, position uint64) {
	if h.rows == 0 {
		h.low, h.oldest = position, arrived
	}
	h.low, h.oldest = min(h.low, position), min(h.oldest, arrived)
	if n := len(h.origins); n > 0 {
		o := &h.origins[n-1]
		if h.rows-o.row < originRows && arrived >= o.arrived && arrived-o.arrived < originTime {
			o.low, o.latest = min(o.low, position), max(o.latest, arrived)
			return
		}
	}
	h.origins = append(h.origins, origin{h.rows, position, arrived, arrived})
	h.bytes += originBytes
}

func (h *Head) add(s *otlp.Span) {
	code, grown := h.fields.list[fieldName].dict.code(h.seed, s.Name)
	h.fields.list[fieldName].uses++
	h.bytes += grown
	shape := h.shape(s) // before the row's record: it may encode a resource's
	h.encodeRow(s, code)
	c := h.room()
	i := h.rows & chunkMask
	c.trace[i] = h.traces.add(h, s.TraceID)
	c.id[i] = binary.BigEndian.Uint64(s.ID[:])
	c.parent[i] = binary.BigEndian.Uint64(s.Parent[:])
	c.start[i] = s.Start
	c.duration[i] = int64(s.End - s.Start)
	c.name[i] = code
	c.shape[i] = shape
	c.at[i] = uint32(len(c.data))
	before := cap(c.data)
	c.data = append(c.data, h.encoder.out...)
	h.bytes += cap(c.data) - before
	h.rows++
}

// room returns the chunk that the next row goes to.
func (h *Head) room() *chunk {
	if h.rows&chunkMask != 0 {
		return h.chunks[len(h.chunks)-1]
	}
	c := &chunk{}
	if n := len(h.chunks); n > 0 { // about what the one before came to
		c.data = make([]byte, 0, len(h.chunks[n-1].data)*9/8)
	}
	h.chunks = append(h.chunks, c)
	h.bytes += chunkBytes + cap(c.data)
	return c
}

// Refused counts spans that Admit took out, by reason.
type Refused struct {
	TraceTooLarge int // their traces have Options.MaxTraceSpans already
}

// Admit takes out of b.Spans what is not to be appended. It is called before the
// batch goes to the log, so that the sender is told. It keeps the order of the
// others. (The log keeps the export whole: after a crash those spans are back.)
func (h *Head) Admit(b *otlp.Batch) Refused {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.traces.largest+len(b.Spans) <= h.opts.MaxTraceSpans {
		return Refused{}
	}
	more := make(map[[16]byte]int)
	kept := 0
	for i := range b.Spans {
		id := b.Spans[i].TraceID
		n, ok := more[id]
		if !ok {
			n = h.traces.spans(h.seed, id)
		}
		if n >= h.opts.MaxTraceSpans {
			continue
		}
		more[id] = n + 1
		// Exchanged, not copied: the batch uses the memory of each Span again.
		b.Spans[kept], b.Spans[i] = b.Spans[i], b.Spans[kept]
		kept++
	}
	refused := Refused{TraceTooLarge: len(b.Spans) - kept}
	b.Spans = b.Spans[:kept]
	return refused
}

// Rows is the number of spans.
func (h *Head) Rows() int { return locked(h, func() int { return h.rows }) }

// Bytes is about how much memory the head takes.
func (h *Head) Bytes() int { return locked(h, func() int { return h.bytes + h.traces.bytes() }) }

// Full tells whether the head should be cut for its size.
func (h *Head) Full() bool {
	return locked(h, func() bool { return h.rows >= h.opts.MaxRows || h.bytes+h.traces.bytes() >= h.opts.MaxBytes })
}

// Low is the lowest position in the log of a span in the head; ok is false if it is
// empty.
func (h *Head) Low() (position uint64, ok bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.low, h.rows > 0
}

// Oldest is when the span arrived that has waited longest, Unix nanoseconds, 0 if
// the head is empty.
func (h *Head) Oldest() uint64 { return locked(h, func() uint64 { return h.oldest }) }

// Traces is the number of traces.
func (h *Head) Traces() int { return locked(h, func() int { return len(h.traces.ids) }) }

// Has tells whether the head has a span of a trace.
func (h *Head) Has(id [16]byte) bool {
	return locked(h, func() bool { _, ok := h.traces.find(h.seed, id); return ok })
}

// Since lists the traces in the order in which their first span came, without the
// first n: with n = Traces() of before, those that are new since. The caller must
// not change it.
func (h *Head) Since(n int) [][16]byte {
	return locked(h, func() [][16]byte { return h.traces.ids[min(n, len(h.traces.ids)):len(h.traces.ids):len(h.traces.ids)] })
}

// Overflow counts attributes that are in More, since there were Options.MaxKeys
// others.
func (h *Head) Overflow() int { return locked(h, func() int { return h.overflow }) }

func locked[T any](h *Head, f func() T) T {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return f()
}

var _ column.Segment = (*View)(nil)
