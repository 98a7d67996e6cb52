package query

import (
	"context"
	"sync"
	"time"
)

// Bounds of the answers that are kept for panels that ask the same a moment later.
const (
	keptFor   = 2 * time.Second
	keptBytes = 64 << 20
)

// wanted says how an answer may be had.
type wanted struct {
	limit time.Duration // what it may take
	keep  time.Duration // how long it is kept for others
	age   time.Duration // how old another's answer may be
	// patience is how long it is waited for from when it was first asked, 0 to its end.
	// The question goes on without those who went: who asks later finds its answer.
	patience time.Duration
}

// flights lets identical questions be asked once: those that are under way and
// those that were answered a moment ago. A question that nobody waits for any more
// is cancelled.
type flights struct {
	mu    sync.Mutex
	calls map[string]*call
	kept  []*call // answered, the oldest first
	bytes int
}

type call struct {
	key      string
	done     chan struct{}
	cancel   context.CancelFunc
	waiting  int
	keep     time.Duration
	began    time.Time
	answered time.Time
	until    time.Time // zero while it is under way
	value    any
	size     int
	err      error
}

func newFlights() *flights { return &flights{calls: map[string]*call{}} }

// ask answers key with fn, or with the answer of another who asked the same.
// fn tells the size of its answer in bytes.
func (f *flights) ask(ctx context.Context, key string, w wanted, fn func(context.Context) (any, int, error)) (v any, shared bool, err error) {
	f.mu.Lock()
	f.forget(time.Now())
	c, shared := f.calls[key]
	if shared && !c.until.IsZero() && time.Since(c.answered) > w.age {
		shared = false
	}
	if !shared {
		own, cancel := context.WithTimeout(context.WithoutCancel(ctx), w.limit)
		c = &call{key: key, keep: w.keep, began: time.Now(), done: make(chan struct{}), cancel: cancel}
		f.calls[key] = c
		go f.run(own, c, fn)
	}
	c.waiting++
	f.mu.Unlock()
	var late <-chan time.Time
	if w.patience > 0 {
		timer := time.NewTimer(time.Until(c.began.Add(w.patience)))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-c.done:
	case <-late:
		if !c.isDone() {
			return nil, shared, &Late{w.patience} // not left: it goes on as if somebody waited
		}
	case <-ctx.Done():
		f.leave(c)
		return nil, shared, context.Cause(ctx)
	}
	f.leave(c)
	return c.value, shared, c.err
}

func (c *call) isDone() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

func (f *flights) run(ctx context.Context, c *call, fn func(context.Context) (any, int, error)) {
	defer c.cancel()
	c.value, c.size, c.err = fn(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	close(c.done)
	if c.err != nil || c.size > keptBytes/4 {
		if f.calls[c.key] == c {
			delete(f.calls, c.key)
		}
		return
	}
	if f.calls[c.key] != c {
		return // everyone had left, and somebody asked anew
	}
	c.answered = time.Now()
	if c.size == 0 {
		c.keep = min(c.keep, keptFor) // what is empty now may be there soon
	}
	c.until = c.answered.Add(c.keep)
	f.kept = append(f.kept, c)
	f.bytes += c.size
	f.forget(time.Now())
}

// leave ends the question if nobody else waits.
func (f *flights) leave(c *call) {
	f.mu.Lock()
	defer f.mu.Unlock()
	c.waiting--
	if c.waiting > 0 || !c.until.IsZero() {
		return
	}
	if c.isDone() {
		return
	}
	c.cancel()
	if f.calls[c.key] == c {
		delete(f.calls, c.key)
	}
}

// forget drops answers that are too old, and the oldest where they are too many.
func (f *flights) forget(now time.Time) {
	kept := f.kept[:0]
	for _, c := range f.kept {
		if f.bytes <= keptBytes && now.Before(c.until) && f.calls[c.key] == c {
			kept = append(kept, c)
			continue
		}
		f.bytes -= c.size
		if f.calls[c.key] == c {
			delete(f.calls, c.key)
		}
	}
	clear(f.kept[len(kept):])
	f.kept = kept
}
