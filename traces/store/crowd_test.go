package store

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"supersonic/internal/faultfs"
	"supersonic/traces/head"
	"supersonic/traces/otlp"
	"supersonic/traces/span"
	"supersonic/traces/traffic"
)

// TestManyUseAStoreAtOnce runs the goroutines that a server has, and looks for lost
// traces; with -race it looks for more.
func TestManyUseAStoreAtOnce(t *testing.T) {
	dir := t.TempDir()
	opts := Options{Head: head.Options{MaxRows: 800}, FanIn: 3, MaxBlockRows: 8_000, CarryAge: 20 * time.Millisecond,
		SegmentBytes: 40_000, RewriteAfter: time.Millisecond, Tick: 5 * time.Millisecond}
	opts.Events.Damaged = func(what string, err error) { t.Errorf("damaged: %s: %v", what, err) }
	opts.Events.CutFailed = func(name string, err error) { t.Errorf("cut: %s: %v", name, err) }
	opts.Events.MergeFailed = func(_ []string, err error) { t.Errorf("merge: %v", err) }
	opts.Events.Failed = func(what string, err error) { t.Errorf("%s: %v", what, err) }
	s, _, err := Open(faultfs.OS{}, dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	acknowledged, deleted := make(map[spanKey]bool), make(map[span.TraceID]bool)
	dec := otlp.NewDecoder(otlp.Limits{})
	ingest := func(seed uint64) {
		stream := traffic.New(traffic.Options{Seed: seed, Export: 100})
		for range 25 {
			raw, _ := stream.Next()
			b, err := dec.Decode(bytes.Clone(raw), uint64(time.Now().UnixNano()))
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.appendPatiently(t.Context(), b); err != nil {
				t.Error(err)
			}
			mu.Lock()
			for i := range b.Spans {
				acknowledged[spanKey{b.Spans[i].TraceID, b.Spans[i].ID}] = true
			}
			mu.Unlock()
			b.Release()
		}
	}
	var writers, others sync.WaitGroup
	done := make(chan struct{})
	for i := range 3 {
		writers.Go(func() { ingest(uint64(i + 1)) })
	}
	again := func(do func() error) {
		others.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := do(); err != nil {
					t.Error(err)
					return
				}
				runtime.Gosched()
			}
		})
	}
	var seen map[spanKey]bool
	again(func() error {
		mu.Lock()
		owed := make([]spanKey, 0, len(acknowledged))
		for k := range acknowledged {
			if !deleted[k.trace] {
				owed = append(owed, k)
			}
		}
		mu.Unlock()
		var err error
		if seen, err = spansOf(s); err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		for _, k := range owed {
			if !seen[k] && !deleted[k.trace] {
				return errors.New("a span that was acknowledged is not in the next snapshot")
			}
		}
		return nil
	})
	n := 0
	again(func() error {
		n++
		if n > 20 {
			return nil
		}
		return s.Backup(filepath.Join(dir, "copies", string(rune('a'+n))))
	})
	again(func() error {
		var ids [][16]byte
		mu.Lock()
		for k := range acknowledged {
			if ids = append(ids, k.trace); len(ids) == 3 {
				break
			}
		}
		for _, id := range ids {
			deleted[id] = true
		}
		enough := len(deleted) > 60
		mu.Unlock()
		if enough {
			return nil
		}
		if err := s.Delete(ids); err != nil && !errors.Is(err, ErrBusy) {
			return err
		}
		return nil
	})
	writers.Wait()
	close(done)
	others.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{dir, filepath.Join(dir, "copies", "b")} {
		r, err := Verify(context.Background(), faultfs.OS{}, at)
		if err != nil || len(r.Problems) > 0 {
			t.Errorf("%s: %+v, %v", at, r, err)
		}
	}
	if s, _, err = Open(faultfs.OS{}, dir, opts); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if seen, err = spansOf(s); err != nil {
		t.Fatal(err)
	}
	for k := range acknowledged {
		if !seen[k] && !deleted[k.trace] {
			t.Fatal("a span is lost")
		}
	}
}

// spansOf lists the spans of a snapshot.
func spansOf(s *Store) (map[spanKey]bool, error) {
	snap, err := s.Snapshot()
	if err != nil {
		return nil, err
	}
	defer snap.Release()
	return spansIn(snap)
}
