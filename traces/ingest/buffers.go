package ingest

import (
	"math/bits"
	"sync"

	"google.golang.org/grpc/mem"
)

// The sizes of buffers that are kept, as powers of two: 1 KiB to 8 MiB. A larger one
// is rare and given up at once.
const (
	leastBuffer = 10
	mostBuffer  = 23
)

// buffers keeps buffers for the next exports; the collector of garbage empties it
// after a burst. It does as grpc-go's own pools, but does not clear a buffer that
// is about to be written, which takes 0.2 CPU-seconds per million spans, and has one
// size for each power of two, so that no more than half of a buffer is unused.
type buffers struct {
	sizes [mostBuffer - leastBuffer + 1]sync.Pool
}

var _ mem.BufferPool = (*buffers)(nil)

// Get returns a buffer of a length, with any bytes in it.
func (p *buffers) Get(length int) *[]byte {
	exponent := max(bits.Len(uint(max(length, 1)-1)), leastBuffer)
	if exponent > mostBuffer {
		b := make([]byte, length)
		return &b
	}
	if b, ok := p.sizes[exponent-leastBuffer].Get().(*[]byte); ok {
		*b = (*b)[:length]
		return b
	}
	b := make([]byte, length, 1<<exponent)
	return &b
}

// Put takes a buffer back.
func (p *buffers) Put(b *[]byte) {
	size := cap(*b)
	if size&(size-1) != 0 || size < 1<<leastBuffer || size > 1<<mostBuffer {
		return
	}
	p.sizes[bits.Len(uint(size))-1-leastBuffer].Put(b)
}
