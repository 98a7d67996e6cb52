package query

import (
	"sync"
)

// serialItems is how many items the asker's goroutine reads alone: most searches end
// there, and to start others would cost more than it brings. Later the workers are
// ahead by a share of what was read, so that little is read in vain.
const (
	serialItems = 8
	aheadShare  = 4
)

// readItems has the scan's items evaluated by workers, and the results taken in the
// items' order by the caller's goroutine, until enough says so of what starts at a
// time or before. The evaluation of later items may have begun by then; it has
// ended when readItems returns.
func readItems[R any](s *scan, eval func(*worker, *item) (R, error), enough func(newest uint64) bool, take func(R) error) error {
	items := s.items()
	first := s.worker(0)
	one := func(w *worker, it *item) (R, error) {
		if err := s.ctx.Err(); err != nil {
			var none R
			return none, err
		}
		defer w.done(it)
		return eval(w, it)
	}
	serial := len(items)
	if s.opts.Workers > 1 && len(items) > 2*serialItems {
		serial = serialItems
	}
	for i := range items[:serial] {
		if enough(items[i].newest) {
			return nil
		}
		r, err := one(first, &items[i])
		if err == nil {
			err = take(r)
		}
		if err != nil {
			return err
		}
	}
	if serial == len(items) || enough(items[serial].newest) {
		return nil
	}
	return readTogether(s, first, items[serial:], one, enough, take)
}

// result is what an item gave.
type result[R any] struct {
	value R
	err   error
	done  bool
}

// ahead is the results that are not taken yet: workers stay ahead by so many items
// at most.
type ahead[R any] struct {
	mu      sync.Mutex
	changed *sync.Cond
	ring    []result[R]
	next    int // item to be begun
	taken   int // items taken
	stopped bool
}

// most is how many items may be begun and not taken.
func (win *ahead[R]) most() int {
	return min(len(win.ring), max(2, (serialItems+win.taken)/aheadShare))
}

// readTogether is readItems with several workers.
func readTogether[R any](s *scan, first *worker, items []item, eval func(*worker, *item) (R, error), enough func(uint64) bool, take func(R) error) error {
	workers := min(s.opts.Workers, len(items))
	win := &ahead[R]{ring: make([]result[R], 4*workers)}
	win.changed = sync.NewCond(&win.mu)
	var wg sync.WaitGroup
	started := 0
	start := func(n int) {
		for ; started < min(n, workers); started++ {
			w := first
			if started > 0 {
				w = s.worker(started)
			}
			wg.Go(func() { win.work(w, items, eval) })
		}
	}
	err := win.takeAll(items, start, enough, take)
	wg.Wait()
	return err
}

// work evaluates items until there are none, or the window is stopped.
func (win *ahead[R]) work(w *worker, items []item, eval func(*worker, *item) (R, error)) {
	win.mu.Lock()
	defer win.mu.Unlock()
	for {
		for !win.stopped && win.next < len(items) && win.next-win.taken >= win.most() {
			win.changed.Wait()
		}
		if win.stopped || win.next >= len(items) {
			return
		}
		n := win.next
		win.next++
		win.mu.Unlock()
		value, err := eval(w, &items[n])
		win.mu.Lock()
		win.ring[n%len(win.ring)] = result[R]{value, err, true}
		win.changed.Broadcast()
	}
}

// takeAll takes the results in order, and has workers started as they are needed.
func (win *ahead[R]) takeAll(items []item, start func(workers int), enough func(uint64) bool, take func(R) error) error {
	win.mu.Lock()
	defer win.mu.Unlock()
	defer func() {
		win.stopped = true
		win.changed.Broadcast()
	}()
	for n := range items {
		if enough(items[n].newest) {
			return nil
		}
		start(win.most())
		slot := &win.ring[n%len(win.ring)]
		for !slot.done {
			win.changed.Wait()
		}
		r := *slot
		*slot = result[R]{}
		win.taken = n + 1
		win.changed.Broadcast()
		if r.err != nil {
			return r.err
		}
		win.mu.Unlock()
		err := take(r.value)
		win.mu.Lock()
		if err != nil {
			return err
		}
	}
	return nil
}
