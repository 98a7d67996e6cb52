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
	todo := newAgenda(s)
	first := s.worker(0)
	one := func(w *worker, it *item) (R, error) {
		if err := s.ctx.Err(); err != nil {
			var none R
			return none, err
		}
		defer w.done(it)
		return eval(w, it)
	}
	for n := 0; s.opts.Workers < 2 || n < serialItems || todo.left <= serialItems; n++ {
		newest, ok, err := todo.peek()
		if !ok || enough(newest) {
			return err
		}
		it := todo.pop()
		r, err := one(first, it)
		if err == nil {
			err = take(r)
		}
		if err != nil {
			return err
		}
	}
	t := &together[R]{scan: s, todo: todo, eval: one, enough: enough, take: take, workers: min(s.opts.Workers, todo.left)}
	return t.run(first)
}

// together is the reading of items by several workers. Who has evaluated an item
// takes what is due of the results: nobody is woken for a page that has nothing.
type together[R any] struct {
	scan   *scan
	eval   func(*worker, *item) (R, error)
	enough func(newest uint64) bool
	take   func(R) error

	workers int // at most
	running sync.WaitGroup

	mu      sync.Mutex
	room    *sync.Cond // for an item to be begun
	todo    *agenda
	ring    []result[R] // of items begun and not taken, by number
	started int         // workers
	next    int         // item to be begun
	taken   int         // items taken
	taking  bool        // somebody is at it
	stopped bool
	err     error
}

// result is what an item gave.
type result[R any] struct {
	newest uint64
	value  R
	err    error
	done   bool
}

// run has the items read, by the caller's goroutine too.
func (t *together[R]) run(first *worker) error {
	t.ring, t.room = make([]result[R], 4*t.workers), sync.NewCond(&t.mu)
	t.mu.Lock()
	t.started = 1
	t.startMore()
	t.work(first)
	t.mu.Unlock()
	t.running.Wait()
	return t.err
}

// most is how many items may be begun and not taken. mu is held, here and below.
func (t *together[R]) most() int {
	return min(len(t.ring), max(2, (serialItems+t.taken)/aheadShare))
}

// startMore starts workers as there is something to do for them.
func (t *together[R]) startMore() {
	for ; t.started < min(t.most(), t.workers); t.started++ {
		w := t.scan.worker(t.started)
		t.running.Go(func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.work(w)
		})
	}
}

// work evaluates items until there are none, or enough was found.
func (t *together[R]) work(w *worker) {
	for {
		for !t.stopped && t.next-t.taken >= t.most() {
			t.room.Wait()
		}
		if t.stopped {
			return
		}
		newest, ok, err := t.todo.peek()
		if err != nil || ok && t.next == t.taken && !t.taking && t.enough(newest) {
			t.stop(err)
		}
		if !ok || t.stopped {
			return
		}
		it, slot := t.todo.pop(), &t.ring[t.next%len(t.ring)]
		slot.newest = newest
		t.next++
		t.mu.Unlock()
		value, err := t.eval(w, it)
		t.mu.Lock()
		slot.value, slot.err, slot.done = value, err, true
		t.takeDue()
	}
}

// takeDue takes the results that are next in the items' order.
func (t *together[R]) takeDue() {
	for !t.taking && !t.stopped && t.taken < t.next {
		slot := &t.ring[t.taken%len(t.ring)]
		switch {
		case t.enough(slot.newest):
			t.stop(nil)
			return
		case !slot.done:
			return
		}
		r := *slot
		*slot = result[R]{}
		t.taken++
		if r.err == nil {
			t.taking = true
			t.mu.Unlock()
			r.err = t.take(r.value)
			t.mu.Lock()
			t.taking = false
		}
		if r.err != nil {
			t.stop(r.err)
			return
		}
		t.startMore()
		t.room.Broadcast()
	}
}

// stop has no item begun or taken any more.
func (t *together[R]) stop(err error) {
	t.stopped, t.err = true, err
	t.room.Broadcast()
}
