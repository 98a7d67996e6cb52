package wal

import (
	"errors"
	"os"
	"testing"
	"time"

	"supersonic/internal/faultfs"
)

func TestAClosedLogTakesNoRecordAndMakesNoFile(t *testing.T) {
	dir := t.TempDir()
	l, err := Open(faultfs.OS{}, dir, Options{SegmentBytes: 1 << 20, SegmentAge: time.Hour, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]byte("a"), func(*Segment, uint32) {}); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Append([]byte("b"), func(*Segment, uint32) {}); !errors.Is(err, ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(files) != 1 {
		t.Errorf("%d files, want the one segment", len(files))
	}
}

// stalled is a file system whose first sync waits until it is let go.
type stalled struct {
	faultfs.FS
	began, letGo chan struct{}
}

type stalledFile struct {
	faultfs.File
	fs stalled
}

func (s stalled) Append(name string) (faultfs.File, error) {
	f, err := s.FS.Append(name)
	return stalledFile{f, s}, err
}

func (f stalledFile) Sync() error {
	close(f.fs.began)
	<-f.fs.letGo
	return f.File.Sync()
}

func TestAnAppendDuringACloseFails(t *testing.T) {
	dir, opts := t.TempDir(), Options{SegmentBytes: 1 << 20, SegmentAge: time.Hour, Now: time.Now}
	l, err := Open(faultfs.OS{}, dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.Append([]byte("a"), func(*Segment, uint32) {}), l.Close()); err != nil {
		t.Fatal(err)
	}
	files := stalled{faultfs.OS{}, make(chan struct{}), make(chan struct{})}
	if l, err = Open(files, dir, opts); err != nil {
		t.Fatal(err)
	}
	last := l.Segments()[0]
	if err := l.Resume(last, last.Size()); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- l.Append([]byte("b"), func(*Segment, uint32) {}) }()
	<-files.began
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	close(files.letGo)
	if err := <-ended; err == nil {
		t.Error("an append was acknowledged whose file was closed before it was synced")
	}
}
