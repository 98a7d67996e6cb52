package wal

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"supersonic/internal/faultfs"
)

// Found is what a reading of the log came across.
type Found struct {
	Segments int   // files that were read
	Records  int   // good ones that were visited
	Damaged  int   // stretches without a good record, between good ones, and files without any that should have some
	Torn     int64 // bytes behind the last good record of files, as a crash leaves them
}

// journalFile is a file of a Journal. number is what its header says, which counts,
// or its name where the header is damaged.
type journalFile struct {
	number, named uint64
	path          string
	size          int64
}

func parseName(e fs.DirEntry) (uint64, bool) {
	digits, ok := strings.CutSuffix(e.Name(), ".log")
	if !ok || len(digits) != 16 || e.IsDir() {
		return 0, false
	}
	seq, err := strconv.ParseUint(digits, 10, 64)
	return seq, err == nil
}

func journalName(dir string, number uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016d.log", number))
}

// journalFiles lists the files of a directory in the order of their numbers.
func journalFiles(files faultfs.FS, dir string) ([]journalFile, error) {
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []journalFile
	for _, e := range entries {
		named, ok := parseName(e)
		if !ok {
			continue
		}
		f, err := lookAt(files, filepath.Join(dir, e.Name()), named)
		if errors.Is(err, fs.ErrNotExist) {
			continue // a running store has just removed it
		}
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b journalFile) int {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.named, b.named))
	})
	return out, nil
}

func lookAt(files faultfs.FS, path string, named uint64) (journalFile, error) {
	out := journalFile{number: named, named: named, path: path}
	f, err := files.Open(path)
	if err != nil {
		return out, err
	}
	defer f.Close()
	if out.size, err = f.Size(); err != nil {
		return out, fmt.Errorf("%s: %w", path, err)
	}
	head := make([]byte, min(out.size, headerSize))
	if n, err := f.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return out, fmt.Errorf("read %s: %w", path, err)
	} else {
		head = head[:n]
	}
	number, err := journalNumber(head)
	switch {
	case err == nil:
		out.number = number
	case !errors.Is(err, errHeader): // a damaged header loses nothing: records are checked with the number
		return out, fmt.Errorf("%s: %w", path, err)
	}
	return out, nil
}

// Replay visits the records at position from and behind it, in the order in which
// they were written. What is damaged is passed over and counted. raw is good until
// visit returns; an error of visit ends it.
func (j *Journal) Replay(from uint64, visit func(position, arrived uint64, raw []byte) error) (Found, error) {
	return ReadJournal(j.files, j.dir, from, visit)
}

// ReadJournal is Replay for a directory that need not be ours: the log of a store
// that runs. Segments that vanish meanwhile are left out: what they held is in
// blocks.
func ReadJournal(files faultfs.FS, dir string, from uint64, visit func(position, arrived uint64, raw []byte) error) (Found, error) {
	var found Found
	list, err := journalFiles(files, dir)
	if err != nil {
		return found, fmt.Errorf("read log: %w", err)
	}
	for _, f := range list {
		if position(f.number, f.size) <= from {
			continue
		}
		data, err := readAll(files, f.path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return found, fmt.Errorf("read log: %w", err)
		}
		begin := int64(0)
		if first := position(f.number, 0); from > first {
			begin = int64(from - first)
		}
		scan, err := eachEntry(data, f.number, begin, func(off int64, arrived uint64, raw []byte) error {
			return visit(position(f.number, off), arrived, raw)
		})
		if err != nil {
			return found, fmt.Errorf("read log: %s: %w", f.path, err)
		}
		found.Segments++
		found.Records += scan.records
		found.Damaged += scan.damaged
		found.Torn += int64(len(data)) - scan.good
	}
	return found, nil
}

func readAll(files faultfs.FS, path string) ([]byte, error) {
	f, err := files.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, err := f.Size()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	data := make([]byte, size)
	n, err := f.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return data[:n], nil
}

// Format1 lists the files of a log of format 1 in a directory, in their order.
func Format1(files faultfs.FS, dir string) ([]string, error) {
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("read log of format 1: %w", err)
	}
	var out []string
	for _, e := range entries {
		if _, ok := parseName(e); ok {
			out = append(out, filepath.Join(dir, e.Name()))
		}
	}
	slices.Sort(out)
	return out, nil
}

// ReadFormat1 visits the good records of a file of format 1, which is given by its
// whole name.
func ReadFormat1(files faultfs.FS, path string, visit func(raw []byte) error) (Found, error) {
	data, err := readAll(files, path)
	if err != nil {
		return Found{}, fmt.Errorf("read log of format 1: %w", err)
	}
	var number uint64
	if _, err := fmt.Sscanf(filepath.Base(path), "%d.log", &number); err != nil {
		return Found{}, fmt.Errorf("read log of format 1: %s is no number: %w", path, err)
	}
	if err := checkHeader(data[:min(len(data), headerSize)], number); err != nil && !errors.Is(err, errHeader) {
		return Found{}, fmt.Errorf("read log of format 1: %s: %w", path, err)
	}
	scan, err := walk(data, number, func(_ int64, raw []byte) error { return visit(raw) })
	found := Found{Segments: 1, Records: scan.Records, Damaged: scan.Damaged, Torn: int64(len(data)) - scan.Good}
	if err != nil {
		return found, fmt.Errorf("read log of format 1: %s: %w", path, err)
	}
	return found, nil
}
