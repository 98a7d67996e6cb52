package generator

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"supersonic/internal/faultfs"
)

const (
	segmentSuffix = ".push"
	maxInMemory   = 16 << 20 // of pushes that the disk does not take
)

// backlog holds the pushes that the receiver did not take yet, oldest first: a
// file each, so that one that was taken is gone with its file. It is bounded by
// giving up the oldest. Without a directory, or when the disk does not take a push,
// it is held in memory, within a smaller bound. Any goroutine may use it.
type backlog struct {
	fs    faultfs.FS
	dir   string // "": in memory
	limit int64
	m     *counts
	log   *slog.Logger
	wake  chan struct{} // holds one: there is something

	mu      sync.Mutex
	pushes  []*push
	bytes   int64
	memory  int64 // of pushes without a file
	next    uint64
	failing bool // the disk; it has been logged
}

// push is what one collection made.
type push struct {
	seq      uint64
	made     time.Time
	bytes    int64
	samples  int
	requests []*request // nil for one that was left behind by a process before
	file     bool
	synced   bool
	gone     bool // given up
}

// openBacklog finds what is left from before. Files that are not of ours are left
// alone.
func openBacklog(files faultfs.FS, dir string, limit int64, m *counts, log *slog.Logger) (*backlog, error) {
	b := &backlog{fs: files, dir: dir, limit: limit, m: m, log: log, wake: make(chan struct{}, 1)}
	if dir == "" {
		return b, nil
	}
	if err := files.MkdirAll(dir); err != nil {
		return nil, fmt.Errorf("directory of the remote-write queue: %w", err)
	}
	entries, err := files.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("directory of the remote-write queue: %w", err)
	}
	for _, e := range entries {
		name, ours := strings.CutSuffix(e.Name(), segmentSuffix)
		seq, err := strconv.ParseUint(name, 16, 64)
		if !ours || err != nil || e.IsDir() {
			continue
		}
		info, err := e.Info()
		if err != nil {
			continue // it went away
		}
		b.pushes = append(b.pushes, &push{seq: seq, made: info.ModTime(), bytes: info.Size(), file: true, synced: true})
		b.bytes += info.Size()
		b.next = max(b.next, seq+1)
	}
	slices.SortFunc(b.pushes, func(x, y *push) int { return compare(x.seq, y.seq) })
	b.mu.Lock()
	defer b.mu.Unlock()
	b.trim()
	if len(b.pushes) > 0 {
		log.Info("remote-write queue goes on", "pushes", len(b.pushes), "bytes", b.bytes)
		b.wake <- struct{}{}
	}
	return b, nil
}

func compare(x, y uint64) int {
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}

func (b *backlog) name(seq uint64) string {
	return filepath.Join(b.dir, fmt.Sprintf("%016x%s", seq, segmentSuffix))
}

// put queues a push. It writes the file without syncing it: what a power cut takes
// is seconds of samples of counters that go on. sync is for what waits longer.
func (b *backlog) put(requests []*request, now time.Time) {
	p := &push{made: now, requests: requests}
	for _, q := range requests {
		p.samples += q.samples
		p.bytes += int64(len(q.body))
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p.seq = b.next
	b.next++
	if b.dir != "" {
		data := encodeSegment(requests)
		err := b.write(p.seq, data)
		b.disk(err)
		if p.file = err == nil; p.file {
			p.bytes = int64(len(data))
		}
	}
	if len(b.pushes) > 0 && p.file {
		for _, q := range requests {
			q.body = nil // the sender will not be here soon: it reads the file
		}
	}
	if !p.file {
		b.memory += p.bytes
	}
	b.pushes = append(b.pushes, p)
	b.bytes += p.bytes
	b.trim()
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

func (b *backlog) write(seq uint64, data []byte) error {
	f, err := b.fs.Create(b.name(seq))
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, b.fs.Remove(b.name(seq)))
	}
	return nil
}

// disk notes whether a push could be written, and logs the change.
func (b *backlog) disk(err error) {
	if err != nil {
		b.m.diskErrors.Inc()
		if !b.failing {
			b.log.Error("the remote-write queue cannot be written, it waits in memory", "dir", b.dir, "error", err)
		}
	}
	b.failing = err != nil
}

// trim gives up the oldest pushes beyond the bounds, but never the newest.
func (b *backlog) trim() {
	for len(b.pushes) > 1 && b.bytes > b.limit {
		b.drop(0)
	}
	for i := 0; b.memory > maxInMemory && i < len(b.pushes)-1; {
		if b.pushes[i].file {
			i++
			continue
		}
		b.drop(i)
	}
	b.measure()
}

// drop gives up a push. What is left of an older process is read for its number of
// samples.
func (b *backlog) drop(i int) {
	p := b.pushes[i]
	if p.requests == nil {
		b.load(p)
	}
	b.m.pushedOut.Add(float64(p.samples))
	b.remove(i)
}

func (b *backlog) remove(i int) {
	p := b.pushes[i]
	p.gone = true
	b.pushes = slices.Delete(b.pushes, i, i+1)
	b.bytes -= p.bytes
	if !p.file {
		b.memory -= p.bytes
		return
	}
	if err := b.fs.Remove(b.name(p.seq)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		b.disk(err)
	}
}

func (b *backlog) measure() {
	b.m.queueBytes.Set(float64(b.bytes))
	b.m.queuePushes.Set(float64(len(b.pushes)))
	age := 0.0
	if len(b.pushes) > 0 {
		age = max(0, time.Since(b.pushes[0].made).Seconds())
	}
	b.m.oldest.Set(age)
}

// first is the oldest push with its requests, nil if none waits.
func (b *backlog) first() *push {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.measure()
	if len(b.pushes) == 0 {
		return nil
	}
	p := b.pushes[0]
	b.load(p)
	return p
}

// load reads the requests of a push whose bodies are on disk alone. Damaged ones are
// left out, counted as far as is known.
func (b *backlog) load(p *push) {
	if !p.file || p.requests != nil && !slices.ContainsFunc(p.requests, func(q *request) bool { return q.body == nil }) {
		return
	}
	data, err := b.readFile(b.name(p.seq))
	var read []*request
	if err == nil {
		read, err = decodeSegment(data)
	}
	if err != nil {
		b.log.Error("a push that waited is lost in part", "file", b.name(p.seq), "error", err)
	}
	lost := p.samples
	for i, q := range read {
		if i < len(p.requests) {
			q.begun = p.requests[i].begun
		}
		lost -= q.samples
	}
	switch {
	case err != nil && p.requests != nil:
		b.m.damagedSamples.Add(float64(max(0, lost)))
	case err != nil:
		b.m.damagedSamples.Inc() // of another process: how many is not known
	}
	p.requests, p.samples = read, 0
	if read == nil {
		p.requests = []*request{}
	}
	for _, q := range read {
		p.samples += q.samples
	}
}

func (b *backlog) readFile(name string) ([]byte, error) {
	f, err := b.fs.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(f)
}

// done removes a push that was taken or refused.
func (b *backlog) done(p *push) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if at := slices.Index(b.pushes, p); at >= 0 {
		b.remove(at)
	}
	b.measure()
}

// waiting is how many pushes wait.
func (b *backlog) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.pushes)
}

// isGone tells whether a push was given up meanwhile.
func (b *backlog) isGone(p *push) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return p.gone
}

// sync makes what waits durable.
func (b *backlog) sync() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dir == "" {
		return
	}
	synced := false
	for _, p := range b.pushes {
		if !p.file || p.synced {
			continue
		}
		f, err := b.fs.Append(b.name(p.seq))
		if err == nil {
			err = errors.Join(f.Sync(), f.Close())
		}
		b.disk(err)
		p.synced, synced = err == nil, true
	}
	if synced {
		b.disk(b.fs.SyncDir(b.dir))
	}
}
