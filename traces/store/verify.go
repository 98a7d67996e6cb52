package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"supersonic/internal/faultfs"
	"supersonic/traces/block"
	"supersonic/traces/otlp"
	"supersonic/traces/wal"
)

// Report is what Verify found.
type Report struct {
	Blocks   int
	Rows     int
	Traces   int // a trace counts in each block that has a piece of it
	Bytes    int64
	Log      wal.Found
	LogSpans int // spans in the log, those included that blocks have
	Deleted  int // deletions that are noted
	SetAside []string
	Problems []string
}

// Verify reads every byte of a store's directory, which may be open in another
// process. The error is of what kept it from reading; damage is in the Report.
func Verify(ctx context.Context, files faultfs.FS, dir string) (Report, error) {
	var r Report
	names, foreign, err := listBlocks(files, filepath.Join(dir, blocksName))
	if err != nil {
		return r, fmt.Errorf("verify %s: it is no trace store: %w", dir, err)
	}
	for _, f := range foreign {
		r.problem("blocks/%s is no name of a block", f)
	}
	for _, n := range names {
		if err := r.block(ctx, files, filepath.Join(dir, blocksName, n.String()), n); err != nil {
			return r, fmt.Errorf("verify block %s: %w", n, err)
		}
	}
	if entries, err := files.ReadDir(filepath.Join(dir, blocksName, damagedName)); err == nil {
		for _, e := range entries {
			r.SetAside = append(r.SetAside, e.Name())
		}
	}
	for file, check := range map[string]func([]byte) error{
		deletedName: func(b []byte) error {
			list, err := decodeTombstones(b)
			r.Deleted = len(list)
			return err
		},
		floorName: func(b []byte) error { _, err := decodeFloor(b); return err },
	} {
		if err := r.small(files, filepath.Join(dir, file), check); err != nil {
			return r, fmt.Errorf("verify: %w", err)
		}
	}
	dec := otlp.NewDecoder(otlp.Limits{})
	r.Log, err = wal.ReadJournal(files, filepath.Join(dir, walName), 0, func(position, arrived uint64, raw []byte) error {
		b, err := dec.Decode(raw, arrived)
		if err != nil {
			r.problem("log at %d:%d: %v", position>>32, uint32(position), err)
			return ctx.Err()
		}
		r.LogSpans += len(b.Spans)
		b.Release()
		return ctx.Err()
	})
	if err != nil {
		return r, fmt.Errorf("verify: %w", err)
	}
	if r.Log.Damaged > 0 {
		r.problem("log: %d stretches are damaged", r.Log.Damaged)
	}
	return r, nil
}

func (r *Report) problem(format string, args ...any) {
	r.Problems = append(r.Problems, fmt.Sprintf(format, args...))
}

// block checks one block; one that vanishes meanwhile is none.
func (r *Report) block(ctx context.Context, files faultfs.FS, dir string, n name) error {
	b, err := block.Open(files, dir, block.Options{})
	if err == nil {
		defer b.Release()
		err = b.Verify(ctx)
	}
	if err != nil {
		if _, gone := files.ReadDir(dir); errors.Is(gone, fs.ErrNotExist) {
			return nil
		}
		if !errors.Is(err, block.ErrDamaged) {
			return err
		}
		r.problem("block %s: %v", n, err)
		return nil
	}
	meta := b.Meta()
	r.Blocks++
	r.Rows += meta.Rows
	r.Traces += meta.Traces
	r.Bytes += meta.Bytes
	if meta.First != n.first || meta.Last != n.last {
		r.problem("block %s says that it is of cuts %d to %d: it was renamed", n, meta.First, meta.Last)
	}
	return r.small(files, filepath.Join(dir, notesName), func(b []byte) error { _, err := decodeNotes(b); return err })
}

func (r *Report) small(files faultfs.FS, path string, check func([]byte) error) error {
	data, err := readFile(files, path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := check(data); err != nil {
		r.problem("%s: %v", path, err)
	}
	return nil
}
