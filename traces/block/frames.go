package block

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// A page of plain values may be packed as several frames of zstd, which every reader
// unpacks as one: the levels, if the column has some, then so many values each, the
// last one less. Who reads a trace unpacks the frames of its rows only. Without them
// a trace of a page that nobody asked for took 1.4 times the CPU, most of it for
// event times and trace ids; they cost 0.3 bytes a span.
const (
	frameBytes = 8 << 10 // of values of one width
	frameTexts = 512
)

// frameValues is how many values a frame has, 0 if pages of a column have no frames.
func (l *leaf) frameValues(c *chunk) int {
	switch {
	case c.codec != codecZstd || c.encoding != encPlain:
		return 0
	case l.form == formText:
		return frameTexts
	case l.form.width() > 0:
		return frameBytes / l.form.width()
	}
	return 0
}

// leveled tells whether a column's pages begin with levels.
func (l *leaf) leveled() bool { return l.optional || l.nest != nestNone }

// appendFrames packs a page of so many values, in front of which are bytes of levels.
func appendFrames(dst []byte, z *zstd.Encoder, raw []byte, levels, values, each, width int) []byte {
	if each == 0 || values < 2*each {
		return z.EncodeAll(raw, dst)
	}
	if levels > 0 {
		dst = z.EncodeAll(raw[:levels], dst)
	}
	for raw = raw[levels:]; len(raw) > 0; {
		n := 0
		if width > 0 {
			n = min(each*width, len(raw))
		}
		for k := 0; width == 0 && k < each && n < len(raw); k++ {
			n += 4 + int(binary.LittleEndian.Uint32(raw[n:]))
		}
		dst = z.EncodeAll(raw[:n], dst)
		raw = raw[n:]
	}
	return dst
}

// frames is a page of several frames, unpacked as needed. What is unpacked must not
// be changed.
type frames struct {
	packed  []byte
	ends    []uint32 // of each frame in packed
	leveled bool
	each    int // values of a frame
	width   int // of a value, 0 of texts
	most    uint32

	mu  sync.Mutex
	raw [][]byte // by frame, nil: not needed yet
}

var errFrames = errors.New("its frames are not those of a page")

// frame unpacks a frame.
func (f *frames) frame(i int) ([]byte, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.raw[i] != nil {
		return f.raw[i], nil
	}
	from := uint32(0)
	if i > 0 {
		from = f.ends[i-1]
	}
	var head zstd.Header
	packed := f.packed[from:f.ends[i]]
	if err := head.Decode(packed); err != nil || head.FrameContentSize > uint64(f.most) {
		return nil, errFrames
	}
	size := head.FrameContentSize
	if !head.HasFCS {
		size = 255 // frames of more say it
	}
	z := decoders.Get().(*zstd.Decoder)
	out, err := z.DecodeAll(packed, make([]byte, 0, size)) // no more than that
	decoders.Put(z)
	if err != nil || head.HasFCS && uint64(len(out)) != size {
		return nil, errFrames
	}
	f.raw[i] = out
	return out, nil
}

// levels is the page's levels, nil without.
func (f *frames) levels() ([]byte, error) {
	if !f.leveled {
		return nil, nil
	}
	return f.frame(0)
}

// values is the bytes of a part of the values, and the part of these that it is; buf
// is used where they lie in several frames.
func (f *frames) values(buf *[]byte, p part) ([]byte, part, error) {
	if p.n == 0 {
		return nil, part{}, nil
	}
	out := (*buf)[:0]
	first, last := p.from/f.each, (p.from+p.n-1)/f.each
	for i := first; i <= last; i++ {
		at := i
		if f.leveled {
			at++
		}
		if at >= len(f.ends) {
			return nil, p, errFrames
		}
		raw, err := f.frame(at)
		if err != nil {
			return nil, p, err
		}
		if n := min(f.each, p.all-i*f.each); f.width > 0 && len(raw) != n*f.width {
			return nil, p, errFrames
		}
		if first == last {
			out = raw
		} else {
			out = append(out, raw...)
			*buf = out
		}
	}
	p.from -= first * f.each
	p.all = min((last+1)*f.each, p.all) - first*f.each
	return out, p, nil
}

// newFrames finds the frames of a packed page, nil if it has but one.
func (c *blockColumn) newFrames(k *chunk, packed []byte, raw uint32) (*frames, error) {
	ends, err := frameEnds(packed)
	if err != nil || len(ends) == 1 {
		return nil, err
	}
	return &frames{
		packed: packed, ends: ends, leveled: c.leaf.leveled(), each: c.leaf.frameValues(k), width: c.leaf.form.width(),
		most: raw, raw: make([][]byte, len(ends)),
	}, nil
}

// frameEnds finds where the frames of a packed page end, by the headers of frames and
// their blocks.
func frameEnds(packed []byte) (ends []uint32, err error) {
	for at := 0; at < len(packed); {
		var head zstd.Header
		if err := head.Decode(packed[at:]); err != nil || head.Skippable {
			return nil, errFrames
		}
		at += head.HeaderSize
		for last := false; !last; {
			if len(packed)-at < 3 {
				return nil, errFrames
			}
			h := uint32(packed[at]) | uint32(binary.LittleEndian.Uint16(packed[at+1:]))<<8
			size := int(h >> 3)
			if h>>1&3 == 1 { // one byte, so many times
				size = 1
			}
			last = h&1 != 0
			if at += 3 + size; at > len(packed) {
				return nil, errFrames
			}
		}
		if head.HasCheckSum {
			at += 4
		}
		ends = append(ends, uint32(at))
	}
	if len(ends) == 0 || int(ends[len(ends)-1]) != len(packed) {
		return nil, errFrames
	}
	return ends, nil
}
