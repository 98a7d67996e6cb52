package ingest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/klauspost/compress/zlib"
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/mem"
)

const (
	// firstBuffer is the most that a body gets before it sends anything: who sends
	// nothing, and there may be thousands of those, holds no more.
	firstBuffer = 64 << 10
	// mostNext is the most it gets for its word once that is full.
	mostNext = 1 << 20
	// readTime is how long a sender may be silent within a body.
	readTime = 30 * time.Second
)

// body is the body of a request, for which claimed bytes are in its claim.
type body struct {
	mem.Buffer
	claimed int
}

// body reads a request up to the limit, decompressed. The memory is claimed before it
// is used.
func (r *Receiver) body(w http.ResponseWriter, req *http.Request, c *claim) (body, error) {
	limit := r.opts.Limits.ExportBytes
	in := &patient{Reader: http.MaxBytesReader(w, req.Body, int64(limit)), deadline: http.NewResponseController(w)}
	name := req.Header.Get("Content-Encoding")
	if req.ContentLength > int64(limit) {
		return body{}, in.explain(errTooLarge, name, limit)
	}
	out, done, err := decompress(in, strings.ToLower(name))
	if err != nil {
		return body{}, in.explain(err, name, limit)
	}
	defer done()
	size := firstBuffer
	if n := req.ContentLength; out == io.Reader(in) && n >= 0 {
		size = int(min(n+1, mostNext)) // one more: the end is seen without another buffer
	}
	all, err := r.readAll(out, c, size, limit)
	if err != nil {
		return body{}, in.explain(err, name, limit)
	}
	// Off: net/http watches the connection while the store works. After an error it
	// stays on, for what net/http reads of the rest.
	in.deadline.SetReadDeadline(time.Time{})
	return all, nil
}

// patient reads from a connection, and gives each read time anew.
type patient struct {
	io.Reader
	deadline *http.ResponseController
	err      error // of the connection, not of what was sent
}

func (p *patient) Read(b []byte) (int, error) {
	p.deadline.SetReadDeadline(time.Now().Add(readTime)) // an error: a server without deadlines
	n, err := p.Reader.Read(b)
	var network net.Error
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &network) {
		p.err = err
	}
	return n, err
}

// explain says what an error of reading is to the sender.
func (p *patient) explain(err error, name string, limit int) error {
	var most *http.MaxBytesError
	switch {
	case errors.As(err, &most), errors.Is(err, errTooLarge):
		return fmt.Errorf("%w: at most %d bytes, decompressed", errTooLarge, limit)
	case errors.Is(err, errEncoding), errors.Is(err, errBusy), errors.Is(err, errNeeds):
		return err
	case p.err != nil:
		return fmt.Errorf("%w: its body ended early, or nothing came for %s", errGone, readTime)
	case name != "":
		return malformed(fmt.Errorf("cannot read the body as %s: %w", name, err))
	}
	return malformed(fmt.Errorf("cannot read the body: %w", err))
}

// decompress returns a reader of what in compresses, and what to call after it.
func decompress(in io.Reader, name string) (out io.Reader, done func(), err error) {
	switch name {
	case "", "identity":
		return in, func() {}, nil
	case "gzip", "zstd":
		out, err = encoding.GetCompressor(name).Decompress(in)
	case "deflate": // which in HTTP is zlib
		out, err = zlib.NewReader(in)
	default:
		err = fmt.Errorf("%w: %q", errEncoding, name)
	}
	if err != nil {
		return nil, nil, err
	}
	return out, func() {
		if c, ok := out.(io.Closer); ok {
			c.Close()
		}
	}, nil
}

// readAll reads in up to limit bytes, into a buffer of a size once there is something.
func (r *Receiver) readAll(in io.Reader, c *claim, expected, limit int) (body, error) {
	size := min(expected, firstBuffer, limit+1)
	if !c.more(size) {
		return body{}, c.err
	}
	buf, n := r.buffers.Get(size), 0
	give := func() { r.buffers.Put(buf) }
	for {
		if n == len(*buf) {
			if n > limit {
				give()
				return body{}, errTooLarge
			}
			more := min(max(2*size, expected), limit+1)
			if !c.more(more) {
				give()
				return body{}, c.err
			}
			larger := r.buffers.Get(more)
			copy(*larger, *buf)
			give()
			c.less(size)
			buf, size = larger, more
		}
		got, err := in.Read((*buf)[n:])
		n += got
		switch {
		case n > limit:
			give()
			return body{}, errTooLarge
		case err == io.EOF:
			*buf = (*buf)[:n]
			return body{mem.NewBuffer(buf, &r.buffers), size}, nil
		case err != nil:
			give()
			return body{}, err
		}
	}
}
