package ingest

import (
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"google.golang.org/grpc/encoding"
	_ "google.golang.org/grpc/encoding/gzip" // ours takes its place: it must be there before
)

// mostWindow bounds the memory of a zstd stream: what RFC 8878 asks of a decoder.
const mostWindow = 8 << 20

// grpc-go knows compressions by a table of the process, which may only be written
// by an init. That of gzip takes twice the time of this one; those of the collector's
// packages leave a table that is written alone, or come before.
func init() {
	encoding.RegisterCompressor(&compression{name: "gzip",
		newReader: func() (resetReader, error) { return new(gzip.Reader), nil },
		newWriter: func() (resetWriter, error) { return gzip.NewWriter(nil), nil },
	})
	encoding.RegisterCompressor(&compression{name: "zstd",
		newReader: func() (resetReader, error) {
			return zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(mostWindow))
		},
		newWriter: func() (resetWriter, error) {
			return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(512<<10))
		},
	})
	encoding.RegisterCompressor(&compression{name: "snappy",
		newReader: func() (resetReader, error) {
			return snappyReader{s2.NewReader(nil, s2.ReaderMaxBlockSize(64<<10))}, nil
		},
		newWriter: func() (resetWriter, error) {
			return s2.NewWriter(nil, s2.WriterSnappyCompat(), s2.WriterConcurrency(1)), nil
		},
	})
}

type resetReader interface {
	io.Reader
	Reset(io.Reader) error
}

type resetWriter interface {
	io.WriteCloser
	Reset(io.Writer)
}

type snappyReader struct{ *s2.Reader }

func (r snappyReader) Reset(in io.Reader) error {
	r.Reader.Reset(in)
	return nil
}

// compression is one for grpc-go and for HTTP. It keeps readers and writers.
type compression struct {
	name      string
	newReader func() (resetReader, error)
	newWriter func() (resetWriter, error)

	readers, writers sync.Pool // of *decompressing, *compressing
}

var _ encoding.Compressor = (*compression)(nil)

// Name is what requests call it.
func (c *compression) Name() string { return c.name }

// Compress returns a writer to w, to be closed.
func (c *compression) Compress(w io.Writer) (io.WriteCloser, error) {
	out, ok := c.writers.Get().(*compressing)
	if !ok {
		inner, err := c.newWriter()
		if err != nil {
			return nil, err
		}
		out = &compressing{resetWriter: inner, home: c}
	}
	out.Reset(w)
	return out, nil
}

type compressing struct {
	resetWriter
	home *compression
}

func (w *compressing) Close() error {
	err := w.resetWriter.Close()
	w.Reset(io.Discard) // let go of what it wrote to
	w.home.writers.Put(w)
	return err
}

// Decompress returns a reader of r, to be closed: grpc-go does so, though
// encoding.Compressor does not say it.
func (c *compression) Decompress(r io.Reader) (io.Reader, error) {
	in, ok := c.readers.Get().(*decompressing)
	if !ok {
		inner, err := c.newReader()
		if err != nil {
			return nil, err
		}
		in = &decompressing{inner: inner, home: c}
	}
	in.source.Reader = r
	if err := in.inner.Reset(&in.source); err != nil {
		in.Close()
		return nil, err
	}
	return in, nil
}

type decompressing struct {
	inner  resetReader
	source source
	home   *compression
}

// source stands between, so that a reader that is kept lets go of its input.
type source struct{ io.Reader }

var errClosed = errors.New("read after close")

func (d *decompressing) Read(p []byte) (int, error) {
	if d.source.Reader == nil {
		return 0, errClosed
	}
	return d.inner.Read(p)
}

func (d *decompressing) Close() error {
	d.source.Reader = nil
	d.home.readers.Put(d)
	return nil
}
