package otlp

import (
	"cmp"
	"errors"
	"fmt"
	"sync"
	"unsafe"
)

// ErrMalformed is the error of bytes that are no OTLP export.
var ErrMalformed = errors.New("not an OTLP trace export")

// Decoder reads exports. It keeps Batches that are no longer held for the next
// exports. Any number of goroutines may use it.
type Decoder struct {
	limits Limits
	free   sync.Pool
}

// NewDecoder makes a Decoder.
func NewDecoder(limits Limits) *Decoder { return &Decoder{limits: limits.withDefaults()} }

// keepMemory is how much memory a Batch may have to be used again: what one export
// of 16,000 spans of a site takes.
const keepMemory = 32 << 20

const (
	attrSize     = int(unsafe.Sizeof(Attr{}))
	eventSize    = int(unsafe.Sizeof(Event{}))
	linkSize     = int(unsafe.Sizeof(Link{}))
	spanSize     = int(unsafe.Sizeof(Span{}))
	resourceSize = int(unsafe.Sizeof(Resource{}))
	scopeSize    = int(unsafe.Sizeof(Scope{}))
)

// A Batch that is this many times larger than what so many exports in a row needed
// is a burst's, and not used again.
const (
	spareTimes   = 8
	spareExports = 32
	spareLeast   = 1 << 20
)

func (d *Decoder) takeBack(b *Batch) {
	size := b.Memory()
	if size < spareLeast || size < spareTimes*(b.memory.used+b.memory.names) {
		b.spare = 0
	} else {
		b.spare++
	}
	if size <= keepMemory && b.spare < spareExports {
		d.free.Put(b)
	}
}

// Decode reads an ExportTraceServiceRequest that arrived at a time. The Batch refers
// to raw, which must not change until the Batch is released. An error is of bytes
// that are no such request, and then there is no Batch.
//
// Fields that OTLP has not are passed over; of a field that comes twice the last
// counts, and messages that come twice are one. Ids of a wrong length count as
// absent. Spans without a trace id or a span id are left out and counted.
func (d *Decoder) Decode(raw []byte, arrived uint64) (*Batch, error) {
	return d.DecodeWithin(raw, arrived, nil)
}

// DecodeWithin is Decode that asks for memory: an export of a few bytes a span, event
// or link makes a Batch of many times its size. room is asked before so many bytes
// are used, some hundred KiB at a time; when it says no, the error is ErrNoRoom. What
// was granted is the caller's to take back, after an error too. A nil room grants all.
func (d *Decoder) DecodeWithin(raw []byte, arrived uint64, room func(bytes int) bool) (*Batch, error) {
	b, ok := d.free.Get().(*Batch)
	if !ok {
		b = &Batch{home: d}
	}
	b.reset()
	b.refs.Store(1)
	b.Raw, b.Arrived = raw, arrived
	b.memory = memory{room: room}
	err := b.export(raw)
	if err == nil {
		err = b.mark()
	}
	b.forget()
	b.memory.room = nil
	switch {
	case errors.Is(err, ErrNoRoom):
		b.Release()
		return nil, err
	case err != nil:
		b.Release()
		return nil, fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return b, nil
}

// ErrNoRoom is the error of an export for whose Batch there is no memory.
var ErrNoRoom = errors.New("no memory for the spans of the export")

// roomStep is how much memory is asked for at a time.
const roomStep = 256 << 10

// memory counts what an export needs.
type memory struct {
	used    int // in the arenas: what is taken back there is taken back here
	names   int // in the tables of keys, from which nothing is taken back
	granted int
	room    func(int) bool
}

// take is called before so many bytes are written.
func (m *memory) take(bytes int) error {
	m.used += bytes
	if m.used+m.names <= m.granted || m.room == nil {
		return nil
	}
	return m.more()
}

func (m *memory) more() error {
	step := max(roomStep, m.used+m.names-m.granted)
	if !m.room(step) {
		return ErrNoRoom
	}
	m.granted += step
	return nil
}

// arenas is how much of each arena is written.
type arenas struct{ outer, inner, events, links, spans, memory int }

func (b *Batch) arenas() arenas {
	return arenas{len(b.outer), len(b.inner), len(b.events), len(b.links), len(b.Spans), b.memory.used}
}

func (b *Batch) reset() {
	b.used = b.arenas()
	b.Spans, b.Resources, b.Scopes = b.Spans[:0], b.Resources[:0], b.Scopes[:0]
	b.outer, b.inner, b.events, b.links, b.texts = b.outer[:0], b.inner[:0], b.events[:0], b.links[:0], b.texts[:0]
	b.Names = b.Names[:0]
	b.names.reset()
	b.Counts = Counts{}
}

// forget clears what the export before left behind the end of this one, which would
// keep its bytes from being collected.
func (b *Batch) forget() {
	clear(behind(b.outer, b.used.outer))
	clear(behind(b.inner, b.used.inner))
	clear(behind(b.events, b.used.events))
	clear(behind(b.links, b.used.links))
	clear(behind(b.Spans, b.used.spans))
}

// behind is the elements from the end of s to where it once ended.
func behind[T any](s []T, end int) []T {
	if end <= len(s) || end > cap(s) {
		return nil
	}
	return s[len(s):end]
}

func (b *Batch) export(m []byte) error {
	for i := 0; i < len(m); {
		var tag uint64
		var err error
		if tag, i = uvarint(m, i); tag == 1<<3|wireBytes {
			var v []byte
			if v, i = chunk(m, i); i >= 0 {
				err = b.resourceSpans(v)
			}
		} else {
			i, err = unknown(m, i, tag, 1<<1)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	return nil
}

func (b *Batch) resourceSpans(m []byte) error {
	if err := b.memory.take(resourceSize); err != nil {
		return err
	}
	at := len(b.Resources)
	b.Resources = append(b.Resources, Resource{})
	for i := 0; i < len(m); {
		var tag uint64
		var v []byte
		var err error
		switch tag, i = uvarint(m, i); tag {
		case 1<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.resource(v, &b.Resources[at])
			}
		case 2<<3 | wireBytes:
			if v, i = chunk(m, i); i >= 0 {
				err = b.scopeSpans(v, int32(at))
			}
		case 3<<3 | wireBytes:
			v, i = chunk(m, i)
			r := &b.Resources[at]
			r.SchemaURL = b.cutText(v, &r.marks)
		default:
			i, err = unknown(m, i, tag, 1<<1|1<<2|1<<3)
		}
		if err != nil || i < 0 {
			return cmp.Or(err, errTruncated)
		}
	}
	r := &b.Resources[at]
	r.Dropped = addDropped(r.Dropped, r.left)
	return nil
}
