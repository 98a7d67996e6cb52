package store

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"time"

	"go.opentelemetry.io/collector/pdata/ptrace"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/column"
	"supersonic/traces/otlp"
	"supersonic/traces/span"
	"supersonic/traces/wal"
)

// DumpFormat is how Dump writes exports.
type DumpFormat int

// The formats: an export in OTLP's JSON a line; or an export in OTLP's protobuf
// behind its length, as a varint.
const (
	JSONLines DumpFormat = iota
	Protobuf
)

// dumpSpans is about how many spans an export of a Dump has.
const dumpSpans = 1000

// Dump writes all that a store's directory holds, which may be open in another
// process, as OTLP exports. A span may come twice, and is one again when it is
// imported. It returns how many were written.
func Dump(ctx context.Context, files faultfs.FS, dir string, to io.Writer, format DumpFormat) (spans int, err error) {
	d := dumper{ctx: ctx, files: files, dir: dir, to: bufio.NewWriterSize(to, 1<<20), format: format}
	if err := d.all(); err != nil {
		return d.spans, fmt.Errorf("dump %s: %w", dir, err)
	}
	return d.spans, d.to.Flush()
}

type dumper struct {
	ctx    context.Context
	files  faultfs.FS
	dir    string
	to     *bufio.Writer
	format DumpFormat
	tombs  map[span.TraceID]tombstone
	spans  int
}

// all writes the log, and then the blocks: what vanishes from the log meanwhile is in
// a block by then.
func (d *dumper) all() error {
	d.tombs = make(map[span.TraceID]tombstone)
	data, err := readFile(d.files, filepath.Join(d.dir, deletedName))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err == nil {
		list, err := decodeTombstones(data)
		if err != nil {
			return fmt.Errorf("%s: %w", deletedName, err)
		}
		for _, t := range list {
			d.tombs[t.id] = t
		}
	}
	from := uint64(0)
	if err := d.blocks(func(_ name, b *block.Block) error { from = max(from, b.Meta().LogPosition); return nil }); err != nil {
		return err
	}
	if err := d.log(from); err != nil {
		return err
	}
	return d.blocks(d.block)
}

// blocks visits the blocks that no other covers.
func (d *dumper) blocks(visit func(name, *block.Block) error) error {
	open, names, err := d.open()
	defer func() {
		for _, b := range open {
			b.Release()
		}
	}()
	if err != nil {
		return err
	}
	for i, b := range open {
		if err := visit(names[i], b); err != nil {
			return fmt.Errorf("block %s: %w", names[i], err)
		}
	}
	return nil
}

// openTries is how often the blocks of a running store are listed, which may merge
// them meanwhile.
const openTries = 10

func (d *dumper) open() (open []*block.Block, names []name, err error) {
	for range openTries {
		for _, b := range open {
			b.Release()
		}
		open, names = nil, nil
		var list []name
		if list, _, err = listBlocks(d.files, filepath.Join(d.dir, blocksName)); err != nil {
			return nil, nil, err
		}
		for _, n := range list {
			if covered(names, n) {
				continue
			}
			var b *block.Block
			if b, err = block.Open(d.files, filepath.Join(d.dir, blocksName, n.String()), block.Options{}); err != nil {
				break
			}
			open, names = append(open, b), append(names, n)
		}
		if err == nil {
			return open, names, nil
		}
	}
	return open, names, err
}

func covered(names []name, n name) bool {
	for _, o := range names {
		if o.covers(n) {
			return true
		}
	}
	return false
}

func (d *dumper) log(from uint64) error {
	dec := otlp.NewDecoder(otlp.Limits{})
	_, err := wal.ReadJournal(d.files, filepath.Join(d.dir, walName), from, func(position, arrived uint64, raw []byte) error {
		b, err := dec.Decode(raw, arrived)
		if err != nil {
			return nil // Verify tells
		}
		defer b.Release()
		keep(b, func(s *otlp.Span) bool { t, ok := d.tombs[s.TraceID]; return !ok || position >= t.position })
		td, err := b.Traces()
		if err != nil || len(b.Spans) == 0 {
			return err
		}
		return d.write(td)
	})
	return err
}

func (d *dumper) block(n name, b *block.Block) error {
	r := column.NewSpanReader(b)
	var spans []span.Span
	for page := range b.Pages() {
		for trace := range b.Page(page).Traces {
			piece, err := r.Spans(column.Place{Page: page, Trace: trace})
			if err != nil {
				return err
			}
			if t, ok := d.tombs[piece[0].TraceID]; !ok || n.last > t.cut {
				spans = append(spans, piece...)
			}
			if len(spans) >= dumpSpans {
				if err := d.write(span.ToOTLP(spans)); err != nil {
					return err
				}
				spans = spans[:0]
			}
		}
	}
	if len(spans) == 0 {
		return nil
	}
	return d.write(span.ToOTLP(spans))
}

func (d *dumper) write(td ptrace.Traces) error {
	if err := d.ctx.Err(); err != nil {
		return err
	}
	d.spans += td.SpanCount()
	if d.format == JSONLines {
		line, err := (&ptrace.JSONMarshaler{}).MarshalTraces(td)
		if err == nil {
			_, err = d.to.Write(append(line, '\n'))
		}
		return err
	}
	raw, err := (&ptrace.ProtoMarshaler{}).MarshalTraces(td)
	if err == nil {
		_, err = d.to.Write(append(binary.AppendUvarint(nil, uint64(len(raw))), raw...))
	}
	return err
}

// importPause is how long Import waits for a busy store.
const importPause = 10 * time.Millisecond

// Import appends what Dump wrote, in either format, or any exports in those. It waits
// while the store is busy, and returns how many spans it stored.
func (s *Store) Import(ctx context.Context, from io.Reader) (spans int, err error) {
	dec := otlp.NewDecoder(s.opts.Limits)
	err = ReadDump(from, func(raw []byte, _ otlp.Bad) error {
		b, err := dec.Decode(raw, uint64(s.opts.Now().UnixNano()))
		if err != nil {
			return err
		}
		defer b.Release()
		err = s.appendPatiently(ctx, b)
		spans += len(b.Spans)
		return err
	})
	if err != nil {
		err = fmt.Errorf("import: %w", err)
	}
	return spans, err
}

// ReadDump gives the exports of what Dump wrote, as OTLP protobuf, to f, and which spans of
// one in JSON are bad and are there as spans of nothing. JSON may be written in any way, over
// several lines too. f's error ends it, with the number of the export.
func ReadDump(from io.Reader, f func(raw []byte, bad otlp.Bad) error) error {
	r := bufio.NewReaderSize(from, 1<<20)
	next := func() ([]byte, otlp.Bad, error) { raw, err := nextExport(r); return raw, otlp.Bad{}, err }
	if writtenAsJSON(r) {
		texts := json.NewDecoder(r)
		next = func() ([]byte, otlp.Bad, error) { return nextText(texts) }
	}
	for n := 1; ; n++ {
		raw, bad, err := next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = f(raw, bad)
		}
		if err != nil {
			return fmt.Errorf("export %d: %w", n, err)
		}
	}
}

// writtenAsJSON tells whether exports begin with a brace. One of 123 bytes does so, too,
// as its length: but then it goes on with the tag of resource_spans, a line's end, and no
// name follows, as all tags of OTLP are control characters.
func writtenAsJSON(r *bufio.Reader) bool {
	some, _ := r.Peek(64)
	if len(some) == 0 || some[0] != '{' {
		return false
	}
	if len(some) < 2 || some[1] != '\n' {
		return true
	}
	name := bytes.TrimSpace(some[1:])
	return len(name) < 2 || name[0] == '}' || name[0] == '"' && name[1] >= ' '
}

// nextText reads an export of JSON as protobuf, io.EOF if there is no more.
func nextText(texts *json.Decoder) ([]byte, otlp.Bad, error) {
	var text json.RawMessage
	if err := texts.Decode(&text); err != nil {
		return nil, otlp.Bad{}, err
	}
	raw, bad, _, err := otlp.FromJSON(text, nil)
	return raw, bad, err
}

func (s *Store) appendPatiently(ctx context.Context, b *otlp.Batch) error {
	for {
		_, err := s.Append(b)
		if !errors.Is(err, ErrBusy) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(importPause):
		}
	}
}

// nextExport reads an export, io.EOF if there is no more.
func nextExport(r *bufio.Reader) ([]byte, error) {
	if _, err := r.Peek(1); err != nil {
		return nil, err
	}
	size, err := binary.ReadUvarint(r)
	if err != nil {
		return nil, fmt.Errorf("length: %w", unexpected(err))
	}
	if size > wal.MaxRecord {
		return nil, fmt.Errorf("a length of %d bytes is none", size)
	}
	var raw []byte // grows as bytes come: a wrong length asks for no memory
	limited := io.LimitReader(r, int64(size))
	if raw, err = io.ReadAll(limited); err == nil && uint64(len(raw)) < size {
		err = io.ErrUnexpectedEOF
	}
	return raw, unexpected(err)
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
